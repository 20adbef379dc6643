#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

#include "served.h"

// What every resource promises; protocol/transcripts has an example of each.

namespace skep::handlers {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Resources : public Served {
 protected:
  /// One of everything.
  void Populate() {
    Call("swarm_init", {{"topology", "star"}, {"name", "hive"}, {"objective", "ship it"}});
    Call("agent_spawn", {{"type", "coder"}, {"name", "ada"}});
    Call("agent_spawn", {{"type", "tester"}, {"name", "bob"}});
    Call("task_orchestrate", {{"task", "release"}, {"subtasks", {"build", "test"}}});
    Call("task_claim", {{"agentId", "ada"}});
    Call("lease_acquire", {{"agentId", "ada"}, {"paths", {"src/a.cc"}}});
    Call("message_send", {{"from", "ada"}, {"to", "bob"}, {"body", "hello"}});
    Call("memory_usage", {{"action", "store"}, {"key", "design/auth"}, {"value", "tokens"}});
  }
};

constexpr const char* kEach[] = {"skep://swarms",         "skep://swarm/hive",
                                 "skep://agents",         "skep://agent/ada",
                                 "skep://tasks/ready",    "skep://tasks/claimed",
                                 "skep://task/tk_000002", "skep://inbox/bob",
                                 "skep://leases",         "skep://memory/default/design/auth"};

TEST_F(Resources, AreOfOneSchemeAndEachHasAName) {
  std::set<std::string_view> names;
  for (const Resource* resource : AllResources()) {
    EXPECT_THAT(std::string(resource->info.uri), StartsWith("skep://"));
    EXPECT_TRUE(names.insert(resource->info.name).second) << resource->info.name;
    EXPECT_FALSE(resource->info.description.empty());
    EXPECT_FALSE(resource->info.title.empty());
  }
}

TEST_F(Resources, AreTheSameAsLongAsNothingChanges) {
  Populate();
  std::vector<std::string> before;
  for (const char* uri : kEach) before.push_back(ReadText(uri));
  server_.clock().AdvanceMs(5'000);
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(ReadText(kEach[i]), before[i]) << kEach[i];
}

TEST_F(Resources, OfAnEmptyProjectAreEmpty) {
  EXPECT_EQ(Read("skep://swarms"), Json::parse(R"({"swarms":[]})"));
  EXPECT_EQ(Read("skep://agents"), Json::parse(R"({"agents":[]})"));
  EXPECT_EQ(Read("skep://tasks/failed"), Json::parse(R"({"tasks":[]})"));
  EXPECT_EQ(Read("skep://leases"), Json::parse(R"({"leases":[]})"));
}

TEST_F(Resources, ASwarmIsWhatSwarmStatusSays) {
  Populate();
  EXPECT_EQ(Read("skep://swarm/sw_000001"), Call("swarm_status"));
  const Json swarms = Read("skep://swarms");
  ASSERT_EQ(swarms["swarms"].size(), 1U);
  EXPECT_EQ(swarms["swarms"][0]["agents"], 2);
  EXPECT_EQ(swarms["swarms"][0]["tasks"]["ready"], 1);
}

TEST_F(Resources, LookingAtASwarmDoesNotMakeItTheCurrentOne) {
  Populate();
  Call("swarm_init", {{"topology", "mesh"}, {"name", "other"}});
  Read("skep://swarm/hive");
  Read("skep://agent/ada");
  EXPECT_EQ(Call("swarm_status")["name"], "other");
  EXPECT_EQ(Read("skep://agents")["swarmId"], "sw_000002");
}

TEST_F(Resources, AnAgentIsShownWithWhatItHolds) {
  Populate();
  const Json ada = Read("skep://agent/ag_000001");
  EXPECT_EQ(ada["agent"]["name"], "ada");
  EXPECT_EQ(ada["task"]["title"], "build");
  EXPECT_EQ(ada["leases"][0]["path"], "src/a.cc");
  EXPECT_EQ(ada["unread"], 0);
  EXPECT_EQ(Read("skep://agent/bob")["unread"], 1);
}

TEST_F(Resources, AnInboxStaysUnread) {
  Populate();
  Read("skep://inbox/bob");
  const Json inbox = Read("skep://inbox/bob");
  EXPECT_EQ(inbox["unread"], 1);
  EXPECT_EQ(inbox["messages"][0]["body"], "hello");
  EXPECT_FALSE(inbox["messages"][0].contains("readAt"));
  EXPECT_EQ(Call("inbox", {{"agentId", "bob"}})["messages"].size(), 1U);
  EXPECT_TRUE(Read("skep://inbox/bob")["messages"][0].contains("readAt"));
}

TEST_F(Resources, ALongListSaysHowManyMoreThereAre) {
  Call("swarm_init", {{"topology", "star"}});
  Json subtasks = Json::array();
  for (int i = 0; i < 250; ++i) subtasks.push_back("part " + std::to_string(i));
  Call("task_orchestrate", {{"task", "whole"}, {"subtasks", subtasks}});
  const Json ready = Read("skep://tasks/ready");
  EXPECT_EQ(ready["tasks"].size(), static_cast<std::size_t>(limits::kMaxResourceRows));
  EXPECT_EQ(ready["more"], 250 - limits::kMaxResourceRows);
}

TEST_F(Resources, AListIsBoundedInBytes) {
  Call("swarm_init", {{"topology", "star"}, {"maxAgents", 500}});
  Json capabilities = Json::array();
  for (int i = 0; i < 60; ++i) capabilities.push_back(std::string(60, 'x') + std::to_string(i));
  for (int i = 0; i < 100; ++i) Call("agent_spawn", {{"type", "coder"}, {"capabilities", capabilities}});
  const std::string text = ReadText("skep://agents");
  EXPECT_LT(text.size(), limits::kMaxResourceBytes + 1024);
  const Json agents = Json::parse(text);
  EXPECT_EQ(agents["agents"].size() + agents["more"].get<std::size_t>(), 100U);
}

TEST_F(Resources, AValueIsGivenAsItIs) {
  const std::string value = "line\n\"quoted\" \\ \x01 ünïcode";
  Call("memory_usage", {{"action", "store"}, {"namespace", "a b/c"}, {"key", "x/y z%"}, {"value", value}});
  EXPECT_EQ(ReadText("skep://memory/a%20b%2Fc/x/y%20z%25"), value);
  EXPECT_EQ(ReadText("skep://memory/a%20b%2Fc/x%2Fy%20z%25"), value);
}

TEST_F(Resources, AMissingKeyIsAnsweredWithTheNearest) {
  Call("memory_usage", {{"action", "store"}, {"key", "design/auth"}, {"value", "v"}});
  const Json error = ErrorOf("resources/read", {{"uri", "skep://memory/default/design/auht"}});
  EXPECT_EQ(error["code"], -32002);
  EXPECT_EQ(error["data"]["uri"], "skep://memory/default/design/auht");
  EXPECT_THAT(error["message"].get<std::string>(), HasSubstr("did you mean \"design/auth\"?"));
}

TEST_F(Resources, AValueTooLongForOneAnswerSaysWhatToDo) {
  Call("memory_usage", {{"action", "store"}, {"key", "long"}, {"value", std::string(limits::kMaxValue / 2, '\n')}});
  EXPECT_EQ(ReadText("skep://memory/default/long").size(), limits::kMaxValue / 2);
  // A control character takes six bytes on the wire.
  const std::string longer = std::string(limits::kMaxValue / 6, '\x01') + std::string(limits::kMaxValue / 6, 'x');
  Call("memory_usage", {{"action", "store"}, {"key", "longer"}, {"value", longer}});
  const Json error = ErrorOf("resources/read", {{"uri", "skep://memory/default/longer"}});
  EXPECT_THAT(error["message"].get<std::string>(), HasSubstr("retrieve it in parts with memory_usage"));
}

TEST_F(Resources, MetricsAreWhatIsThere) {
  Populate();
  const std::string text = ReadText("skep://metrics");
  for (const char* sample :
       {"skep_swarms{status=\"active\"} 1", "skep_agents{state=\"busy\"} 1", "skep_agents{state=\"idle\"} 1",
        "skep_tasks{state=\"claimed\"} 1", "skep_leases{mode=\"exclusive\"} 1", "skep_sessions 1", "skep_messages 1",
        "skep_messages_unread 1", "skep_memory_entries 1"}) {
    EXPECT_THAT(text, HasSubstr(std::string("\n") + sample + "\n"));
  }
  for (const char* name : {"skep_build_info{", "skep_alerts_open ", "skep_database_bytes "}) {
    EXPECT_THAT(text, HasSubstr(std::string("\n") + name));
  }
  EXPECT_THAT(text, Not(HasSubstr("sw_0")));
  EXPECT_THAT(text, Not(HasSubstr("-1\n")));
  // Every sample belongs to the family whose head stands before it.
  std::istringstream lines(text);
  std::string family;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
    } else if (line.starts_with("# TYPE ")) {
      EXPECT_THAT(line, StartsWith("# TYPE " + family + " "));
    } else {
      EXPECT_TRUE(line.starts_with(family + " ") || line.starts_with(family + "{")) << line;
    }
  }
}

TEST_F(Resources, AnswersPointOutWhatWasMeant) {
  Populate();
  EXPECT_THAT(ErrorOf("resources/read", {{"uri", "skep://agent/adda"}})["message"].get<std::string>(),
              HasSubstr("did you mean \"ada\"?"));
  EXPECT_THAT(ErrorOf("resources/read", {{"uri", "skep://tasks/redy"}})["message"].get<std::string>(),
              HasSubstr("did you mean \"ready\"?"));
}

}  // namespace
}  // namespace skep::handlers
