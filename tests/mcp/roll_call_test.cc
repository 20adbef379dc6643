#include "mcp/roll_call.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "mcp/test_tools.h"
#include "store/harness.h"
#include "store/liveness.h"
#include "support/in_process_session.h"
#include "swarm/session.h"

namespace skep::mcp {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

// act {}: acts as an agent, which shows in the session's row.
namespace act {
struct Args {
  bool fail = false;
  static constexpr Field kFields[] = {Opt<&Args::fail>("fail")};
};
struct Result {
  std::int64_t session = 0;
  static constexpr Field kFields[] = {Req<&Result::session>("session")};
};
Expected<Result> Run(const Args& args, ToolContext& context) {
  const Result result{context.SessionRow()};
  if (args.fail) return Fail(ErrorCode::kConflict, "no");
  return result;
}
constexpr Tool kTool = MakeTool<Run>({.name = "act", .title = "Act", .description = "A.", .effect = Effect::kWrite});
constexpr const Tool* kTools[] = {&kTool};
}  // namespace act

struct Row {
  std::string client;
  std::string client_session;
  bool open = false;
  friend bool operator==(const Row&, const Row&) = default;
};

class RollCallTest : public testing::Test {
 protected:
  std::int64_t Act(TestSession& session) {
    return Json::parse(session.Ask(Call(1, "act")))["result"]["structuredContent"]["session"];
  }
  std::vector<Row> Sessions() {
    static constexpr Sql kSessions{"SELECT client, client_session, closed_ms FROM sessions ORDER BY id"};
    Read();
    std::vector<Row> rows;
    for (Cursor row = server_.store().Reader().Query(kSessions); row.Next();) {
      rows.push_back({std::string(row.Text(0)), std::string(row.Text(1)), row.Int(2) == 0});
    }
    server_.store().EndRead();
    return rows;
  }
  std::size_t Processes() {
    Read();
    const auto processes = swarm::LiveProcesses(server_.store().Reader());
    server_.store().EndRead();
    return processes.size();
  }
  void Write(store::Call::Work work) {
    bool done = false;
    server_.store().Submit(
        std::make_unique<store::Call>(std::move(work), [&done](const Expected<void>&) { done = true; }));
    EXPECT_TRUE(server_.executor().RunUntil([&done] { return done; }));
  }
  /// What was submitted is committed.
  void Read() {
    Write([](Database&) -> Expected<void> { return {}; });
  }

  TestServer server_{act::kTools};
  TestSession session_{server_};
};

TEST_F(RollCallTest, ASessionHasARowFromItsFirstActToItsEnd) {
  session_.Ask(Initialize(0, "2025-11-25"));
  EXPECT_TRUE(Sessions().empty());
  const std::int64_t row = Act(session_);
  EXPECT_GT(row, 0);
  EXPECT_EQ(Act(session_), row);
  EXPECT_EQ(Sessions(), (std::vector<Row>{{"test", "", true}}));
  EXPECT_EQ(Processes(), 1U);
  session_.session().OnEnd();
  EXPECT_EQ(Sessions(), (std::vector<Row>{{"test", "", false}}));
  EXPECT_EQ(Processes(), 1U) << "the process lives";
}

TEST_F(RollCallTest, ARowThatWasNotCommittedIsMadeAnew) {
  session_.Send(Call(1, "act", {{"fail", true}}));
  session_.Send(Call(2, "act"));
  session_.Send(Call(3, "act"));
  EXPECT_EQ(session_.TakeAll().size(), 3U);
  EXPECT_EQ(Sessions().size(), 1U);
}

TEST_F(RollCallTest, SessionsAreToldApart) {
  TestSession other(server_);
  const std::int64_t first = Act(session_);
  EXPECT_NE(Act(other), first);
  session_.session().OnEnd();
  EXPECT_EQ(Sessions(), (std::vector<Row>{{"", "", false}, {"", "", true}}));
}

TEST_F(RollCallTest, TheEndComesBehindWhatWasSubmitted) {
  session_.Send(Call(1, "act"));
  session_.session().OnEnd();
  EXPECT_EQ(session_.TakeAll().size(), 1U);
  EXPECT_EQ(Sessions(), (std::vector<Row>{{"", "", false}}));
}

TEST_F(RollCallTest, AModernClientAndCodexsThreadAreKnown) {
  Json params = Modern({{"name", "act"}, {"arguments", Json::object()}});
  params["_meta"]["io.modelcontextprotocol/clientInfo"] = {{"name", "hive"}, {"version", "3"}};
  params["_meta"]["threadId"] = "thread-1";
  session_.Ask(RequestLine(1, "tools/call", params));
  EXPECT_EQ(Sessions(), (std::vector<Row>{{"hive", "thread-1", true}}));
}

TEST_F(RollCallTest, TheDeadAreFoundAndTheLivingLeftAlone) {
  Act(session_);
  store::Liveness living(server_.store().path());
  const std::string lives = *living.Hold();
  const std::string dead(32, 'd');
  Write([&](Database& database) -> Expected<void> {
    for (const std::string& token : {lives, dead}) {
      const auto process = swarm::OpenProcess(database, token, 2, store::BootNumber(), {});
      swarm::OpenSession(database, process, 1, {.name = token}, {});
    }
    return {};
  });
  EXPECT_EQ(Processes(), 3U);
  server_.events().AdvanceMs(limits::kLivenessMs);
  EXPECT_EQ(Processes(), 2U);
  EXPECT_EQ(Sessions(), (std::vector<Row>{{"", "", true}, {lives, "", true}, {dead, "", false}}));
}

TEST_F(RollCallTest, AProcessThatEndsWellSaysSo) {
  Act(session_);
  EXPECT_TRUE(server_.liveness().held());
  session_.session().OnEnd();
  server_.server().Leave();
  EXPECT_EQ(Processes(), 0U);
}

}  // namespace
}  // namespace skep::mcp
