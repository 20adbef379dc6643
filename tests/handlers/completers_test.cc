#include "handlers/completers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "served.h"

namespace skep::handlers {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Completers : public Served {
 protected:
  static Json Template(std::string_view uri) { return {{"type", "ref/resource"}, {"uri", uri}}; }
  static Json PromptNamed(std::string_view name) { return {{"type", "ref/prompt"}, {"name", name}}; }
};

TEST_F(Completers, EveryVariableAndEveryNameOfSomethingHasOne) {
  for (const Resource* resource : AllResources()) {
    for (const Field& field : resource->reader.input) {
      bool found = !field.type->names.empty();
      for (const Completer& completer : resource->info.completers) found |= completer.argument == field.name;
      EXPECT_TRUE(found) << resource->info.uri << " " << field.name;
    }
  }
  for (const skep::Prompt* prompt : AllPrompts()) {
    for (const Completer& completer : prompt->info.completers) {
      bool found = false;
      for (const Field& field : prompt->writer.input) found |= completer.argument == field.name;
      EXPECT_TRUE(found) << prompt->info.name << " has no argument " << completer.argument;
    }
  }
}

TEST_F(Completers, OfferWhatThereIs) {
  Call("swarm_init", {{"topology", "star"}, {"name", "hive"}});
  Call("agent_spawn", {{"type", "coder"}, {"name", "ada"}});
  Call("task_orchestrate", {{"task", "build it"}});
  Call("memory_usage", {{"action", "store"}, {"namespace", "design"}, {"key", "auth"}, {"value", "v"}});
  Call("memory_usage", {{"action", "store"}, {"key", "other"}, {"value", "v"}});
  EXPECT_THAT(Complete(Template("skep://swarm/{id}"), "id", "h"), ElementsAre("hive"));
  EXPECT_THAT(Complete(Template("skep://agent/{id}"), "id", ""), ElementsAre("ada"));
  EXPECT_THAT(Complete(Template("skep://inbox/{agentId}"), "agentId", "ag_"), ElementsAre("ag_000001"));
  EXPECT_THAT(Complete(Template("skep://tasks/{state}"), "state", "c"), ElementsAre("claimed", "cancelled"));
  EXPECT_THAT(Complete(Template("skep://task/{id}"), "id", "bui"), ElementsAre("tk_000001"));
  EXPECT_THAT(Complete(PromptNamed("recover_task"), "task", ""), ElementsAre("tk_000001"));
  EXPECT_THAT(Complete(PromptNamed("sparc_architect"), "task", "tk"), ElementsAre("tk_000001"));
  EXPECT_THAT(Complete(PromptNamed("standup"), "swarm", "sw_"), ElementsAre("sw_000001"));
  EXPECT_THAT(Complete(PromptNamed("plan_swarm"), "objective", "x"), IsEmpty());
  const Json memory = Template("skep://memory/{namespace}/{+key}");
  EXPECT_THAT(Complete(memory, "namespace", "d"), ElementsAre("default", "design"));
  EXPECT_THAT(Complete(memory, "key", ""), ElementsAre("other", "auth"));
  EXPECT_THAT(Complete(memory, "key", "", {{"namespace", "design"}}), ElementsAre("auth"));
}

TEST_F(Completers, TheSwarmThatIsNamedAlreadyCounts) {
  Call("swarm_init", {{"topology", "star"}, {"name", "old"}});
  Call("task_orchestrate", {{"task", "build"}});
  Call("swarm_init", {{"topology", "star"}, {"name", "new"}});
  Call("task_orchestrate", {{"task", "build"}});
  EXPECT_THAT(Complete(PromptNamed("sparc_coder"), "task", "bui"), ElementsAre("tk_000002"));
  EXPECT_THAT(Complete(PromptNamed("sparc_coder"), "task", "bui", {{"swarm", "old"}}), ElementsAre("tk_000001"));
  EXPECT_THAT(Complete(PromptNamed("sparc_coder"), "task", "bui", {{"swarm", "none"}}), IsEmpty());
}

TEST_F(Completers, SayThatThereAreMore) {
  for (int i = 0; i < 101; ++i) {
    Call("memory_usage", {{"action", "store"}, {"key", "key" + std::to_string(i)}, {"value", "v"}});
  }
  const Json params = {{"ref", Template("skep://memory/{namespace}/{+key}")},
                       {"argument", {{"name", "key"}, {"value", "key"}}}};
  Json completion = ResultOf("completion/complete", params)["completion"];
  EXPECT_EQ(completion["values"].size(), 100U);
  EXPECT_EQ(completion["hasMore"], true);
  Call("memory_usage", {{"action", "delete"}, {"key", "key7"}});
  completion = ResultOf("completion/complete", params)["completion"];
  EXPECT_EQ(completion["hasMore"], false);
  EXPECT_EQ(completion["total"], 100);
}

}  // namespace
}  // namespace skep::handlers
