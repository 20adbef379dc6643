#include "mcp/waits.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp/test_tools.h"
#include "store/harness.h"
#include "support/in_process_session.h"

namespace skep::mcp {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

/// A deadline that no test comes to.
constexpr std::int64_t kFar = 1LL << 40;

/// How often the tools below were run.
std::atomic<int> runs = 0;

// take {swarm, fussy=false, seconds=60}: a ready task, which it makes its own; fussy: never finds one that suits.
namespace take {
struct Args {
  std::int64_t swarm = 0;
  bool fussy = false;
  std::int64_t seconds = 60;
  static constexpr Field kFields[] = {Req<&Args::swarm>("swarm"), Opt<&Args::fussy>("fussy"),
                                      Opt<&Args::seconds>("seconds")};
};
struct Result {
  std::int64_t task = 0;
  static constexpr Field kFields[] = {Req<&Result::task>("task")};
};
Expected<Result> Run(const Args& args, ToolContext& context) {
  static constexpr Sql kFind{"SELECT id FROM tasks WHERE swarm = ?1 AND state = 'ready' AND not_before_ms <= ?2"};
  static constexpr Sql kTake{"UPDATE tasks SET state = 'claimed', not_before_ms = 0, deadline = ?2 WHERE id = ?1"};
  ++runs;
  if (!args.fussy) {
    std::int64_t task = 0;
    if (Cursor row = context.database().Query(kFind, args.swarm, context.now_ms()); row.Next()) task = row.Int(0);
    if (task != 0) {
      context.database().Execute(kTake, task, kFar);
      return Result{task};
    }
  }
  if (args.seconds > 0) context.WaitFor({.what = Wait::For::kTask, .key = args.swarm, .ms = args.seconds * 1000});
  return Result{};
}
constexpr Tool kTool = MakeTool<Run>({.name = "take", .title = "Take", .description = "T.", .effect = Effect::kWrite});
}  // namespace take

// listen {agent}: how many messages it has, once it has one.
namespace listen {
struct Args {
  std::int64_t agent = 0;
  static constexpr Field kFields[] = {Req<&Args::agent>("agent")};
};
struct Result {
  std::int64_t messages = 0;
  static constexpr Field kFields[] = {Req<&Result::messages>("messages")};
};
Expected<Result> Run(const Args& args, ToolContext& context) {
  static constexpr Sql kCountMessages{"SELECT count(*) FROM messages WHERE recipient = ?1"};
  ++runs;
  Result result;
  if (Cursor row = context.database().Query(kCountMessages, args.agent); row.Next()) result.messages = row.Int(0);
  if (result.messages == 0) context.WaitFor({.what = Wait::For::kMessage, .key = args.agent, .ms = 60'000});
  return result;
}
constexpr Tool kTool =
    MakeTool<Run>({.name = "listen", .title = "Listen", .description = "L.", .effect = Effect::kWrite});
}  // namespace listen

// free {path}: true, once nobody leases it.
namespace free_path {
struct Args {
  std::string_view path;
  static constexpr Field kFields[] = {Req<&Args::path>("path")};
};
struct Result {
  bool free = false;
  static constexpr Field kFields[] = {Req<&Result::free>("free")};
};
Expected<Result> Run(const Args& args, ToolContext& context) {
  static constexpr Sql kHeld{"SELECT 1 FROM leases WHERE path = ?1 AND deadline > ?2"};
  ++runs;
  const Result result{!context.database().Query(kHeld, args.path, context.now().boot_ms).Next()};
  if (!result.free) context.WaitFor({.what = Wait::For::kLease, .key = 0, .ms = 60'000});
  return result;
}
constexpr Tool kTool = MakeTool<Run>({.name = "free", .title = "Free", .description = "F.", .effect = Effect::kWrite});
}  // namespace free_path

// result {task, of=""}: how a task has ended, once it has.
namespace outcome {
struct Args {
  std::int64_t task = 0;
  std::string_view of;
  static constexpr Field kFields[] = {Req<&Args::task>("task"), Opt<&Args::of>("of")};
};
struct Result {
  std::string state;
  static constexpr Field kFields[] = {Req<&Result::state>("state")};
};
Expected<Result> Run(const Args& args, ToolContext& context) {
  static constexpr Sql kState{"SELECT state FROM tasks WHERE id = ?1"};
  ++runs;
  Result result;
  if (Cursor row = context.database().Query(kState, args.task); row.Next()) result.state = row.Text(0);
  if (result.state == "ready") context.WaitFor({.what = Wait::For::kTaskEnd, .key = args.task, .ms = 60'000});
  return result;
}
constexpr Tool kTool = MakeTool<Run>({.name = "outcome",
                                      .title = "Outcome",
                                      .description = "O.",
                                      .hints = {.read_only = true},
                                      .effect = Effect::kWrite});
}  // namespace outcome

constexpr Sql kEndTask{"UPDATE tasks SET state = 'succeeded' WHERE id = ?1"};
constexpr Sql kSwarm{
    "INSERT INTO swarms (id, name, topology, strategy, max_agents, created_ms) VALUES (?1, ?2, 'star', 'auto', 9, 0)"};
constexpr Sql kAgent{"INSERT INTO agents (id, swarm, type, name, created_ms) VALUES (?1, 1, 'coder', ?2, 0)"};
constexpr Sql kTask{
    "INSERT INTO tasks (swarm, title, priority, state, not_before_ms, max_attempts, created_ms) "
    "VALUES (?1, 't', 1, 'ready', ?2, 1, 0)"};
constexpr Sql kMessage{"INSERT INTO messages (swarm, recipient, sent_ms, body) VALUES (1, ?1, 0, 'hello')"};
constexpr Sql kLease{
    "INSERT INTO leases (path, mode, swarm, agent, epoch, acquired_ms, deadline) VALUES (?1, 'exclusive', 1, 1, 1, 0, "
    "?2)"};
constexpr Sql kUnlease{"DELETE FROM leases WHERE path = ?1"};

class WaitsTest : public testing::Test {
 protected:
  static std::span<const Tool* const> Tools() {
    static const std::vector<const Tool*> all = [] {
      std::vector<const Tool*> tools(TestTools().begin(), TestTools().end());
      tools.insert(tools.end(), {&take::kTool, &listen::kTool, &free_path::kTool, &outcome::kTool});
      return tools;
    }();
    return all;
  }

  void SetUp() override {
    runs = 0;
    Write([](Database& database) {
      database.Execute(kSwarm, 1, "one");
      database.Execute(kSwarm, 2, "two");
      database.Execute(kAgent, 1, "a");
      database.Execute(kAgent, 2, "b");
    });
  }

  /// Writes as another process would: nobody here is told.
  void Write(std::function<void(Database&)> work) {
    bool done = false;
    server_.store().Submit(std::make_unique<store::Call>(
        [work = std::move(work)](Database& database) -> Expected<void> {
          work(database);
          return {};
        },
        [&done](const Expected<void>& outcome) {
          EXPECT_TRUE(outcome) << outcome.error().message;
          done = true;
        }));
    EXPECT_TRUE(server_.executor().RunUntil([&done] { return done; }));
  }
  /// The same, and the log's file is seen to have changed.
  void WriteAndTell(std::function<void(Database&)> work) {
    Write(std::move(work));
    server_.events().Change("skep.db-wal");
    Settle();
  }
  /// One transaction, in which what the call looks for comes after its look.
  void Together(const std::string& call, std::function<void(Database&)> work) {
    Gate::Instance().Shut();
    TestSession other(server_);
    other.Send(Call("hold", "hold"));
    Gate::Instance().AwaitVisitor();
    session_.Send(call);
    server_.store().Submit(
        std::make_unique<store::Call>([work = std::move(work)](Database& database) -> Expected<void> {
          work(database);
          return {};
        }));
    Gate::Instance().Open();
    Settle();
  }
  static std::function<void(Database&)> AddTasks(std::int64_t swarm, int count, std::int64_t not_before_ms = 0) {
    return [=](Database& database) {
      for (int i = 0; i < count; ++i) database.Execute(kTask, swarm, not_before_ms);
    };
  }

  /// Runs what is under way to its end: a write of ours that comes back has the others in front of it.
  void Settle() {
    int still = 0;
    for (int last = -1; still < 3; still = runs == last ? still + 1 : 0) {
      last = runs;
      Write([](Database&) {});
      server_.executor().RunPosted();
    }
  }
  void Send(const std::string& line) {
    session_.Send(line);
    Settle();
  }
  std::vector<Json> TakeNow(TestSession& session) {
    std::vector<Json> all;
    while (auto line = session.TakeNow()) all.push_back(Json::parse(*line));
    return all;
  }
  /// The ids of the answers there are, with what was taken.
  std::vector<std::pair<Json, Json>> Taken() {
    std::vector<std::pair<Json, Json>> all;
    for (const Json& answer : TakeNow(session_)) {
      all.emplace_back(answer["id"], answer["result"]["structuredContent"]["task"]);
    }
    return all;
  }

  TestServer server_{Tools()};
  TestSession session_{server_};
};

using Answers = std::vector<std::pair<Json, Json>>;

TEST_F(WaitsTest, WhatIsThereIsAnsweredAtOnce) {
  Write(AddTasks(1, 1));
  EXPECT_NE(session_.Ask(Call(1, "take", {{"swarm", 1}})).find("\"task\":1"), std::string::npos);
  EXPECT_FALSE(server_.events().watched());
}

TEST_F(WaitsTest, ACallThatFindsNothingIsAnsweredWhenThereIsSomething) {
  Send(Call("w", "take", {{"swarm", 1}}));
  EXPECT_TRUE(TakeNow(session_).empty());
  EXPECT_TRUE(server_.events().watched());
  EXPECT_EQ(session_.session().InFlight(), 1U);
  WriteAndTell(AddTasks(1, 1));
  EXPECT_EQ(Taken(), (Answers{{"w", 1}}));
  EXPECT_FALSE(server_.events().watched()) << "nobody waits any more";
  EXPECT_EQ(session_.session().InFlight(), 0U);
}

TEST_F(WaitsTest, ACommitOfOurOwnWakesWithoutAWatch) {
  Send(Call("w", "take", {{"swarm", 1}}));
  Write(AddTasks(1, 1));
  Send(Call("p", "put", {{"key", "k"}, {"value", "v"}}));
  EXPECT_EQ(TakeNow(session_).size(), 2U);
}

TEST_F(WaitsTest, ASlowPollFindsWhatWasNotTold) {
  Send(Call("w", "take", {{"swarm", 1}}));
  Write(AddTasks(1, 1));
  Settle();
  EXPECT_TRUE(TakeNow(session_).empty());
  server_.events().AdvanceMs(limits::kWaitPollMs);
  Settle();
  EXPECT_EQ(Taken(), (Answers{{"w", 1}}));
}

TEST_F(WaitsTest, AChangeIsLookedForUntilItIsPublished) {
  Send(Call("w", "take", {{"swarm", 1}}));
  server_.events().Change("skep.db-wal");
  Settle();
  EXPECT_TRUE(TakeNow(session_).empty());
  Write(AddTasks(1, 1));
  server_.events().AdvanceMs(2);
  Settle();
  EXPECT_EQ(Taken(), (Answers{{"w", 1}}));
}

TEST_F(WaitsTest, ChangesOfOtherFilesAreNothing) {
  Send(Call("w", "take", {{"swarm", 1}}));
  Write(AddTasks(1, 1));
  server_.events().Change("skep.db.lock");
  server_.events().AdvanceMs(100);
  Settle();
  EXPECT_TRUE(TakeNow(session_).empty());
}

TEST_F(WaitsTest, WhenTimeIsUpTheAnswerIsWhatWasFound) {
  Send(Call("w", "take", {{"swarm", 1}, {"seconds", 2}}));
  server_.events().AdvanceMs(1999);
  Settle();
  EXPECT_TRUE(TakeNow(session_).empty());
  server_.events().AdvanceMs(1);
  EXPECT_EQ(Taken(), (Answers{{"w", 0}}));
  EXPECT_EQ(session_.session().InFlight(), 0U);
}

TEST_F(WaitsTest, ATaskWhoseTimeComesWakes) {
  Write(AddTasks(1, 1, server_.clock().WallMs() + 1000));
  Send(Call("w", "take", {{"swarm", 1}}));
  server_.events().AdvanceMs(900);
  Settle();
  EXPECT_TRUE(TakeNow(session_).empty());
  server_.events().AdvanceMs(350);
  Settle();
  EXPECT_EQ(Taken(), (Answers{{"w", 1}}));
}

TEST_F(WaitsTest, ThoseThatWantTheSameShareOneRun) {
  Write(AddTasks(1, 1));
  std::deque<TestSession> others;
  constexpr int kSessions = 20;
  for (int i = 0; i < kSessions; ++i) {
    TestSession& other = others.emplace_back(server_);
    for (std::size_t call = 0; call < limits::kMaxWaitingCalls; ++call) {
      other.Send(Call(call, "outcome", {{"task", 1}, {"of", call < 50 ? "one" : "another"}}));
    }
  }
  Settle();
  runs = 0;
  WriteAndTell([](Database& database) { database.Execute(kEndTask, 1); });
  Settle();
  EXPECT_GE(runs, 2);
  EXPECT_LE(runs, 6) << "one for each wish, and for each slice of those who wait";
  for (TestSession& other : others) {
    const auto answers = TakeNow(other);
    ASSERT_EQ(answers.size(), limits::kMaxWaitingCalls);
    for (const Json& answer : answers) EXPECT_EQ(answer["result"]["structuredContent"]["state"], "succeeded");
    EXPECT_EQ(other.session().InFlight(), 0U);
  }
  EXPECT_EQ(server_.server().waits().size(), 0U);
}

TEST_F(WaitsTest, WhoIsCancelledIsNotRunForTheOthers) {
  Write(AddTasks(1, 1));
  TestSession other(server_);
  Send(Call("first", "outcome", {{"task", 1}}));
  for (const int call : {1, 2, 3}) other.Send(Call(call, "outcome", {{"task", 1}}));
  Settle();
  Write([](Database& database) { database.Execute(kEndTask, 1); });
  server_.events().Change("skep.db-wal");
  // Woken, and cancelled before the store has come to it.
  Gate::Instance().Shut();
  TestSession holder(server_);
  holder.Send(Call("hold", "hold"));
  Gate::Instance().AwaitVisitor();
  server_.executor().RunPosted();
  session_.Send(Cancelled("first"));
  other.Send(Cancelled(2));
  Gate::Instance().Open();
  Settle();
  EXPECT_TRUE(TakeNow(session_).empty());
  const auto answers = TakeNow(other);
  ASSERT_EQ(answers.size(), 2U);
  for (const Json& answer : answers) EXPECT_EQ(answer["result"]["structuredContent"]["state"], "succeeded");
  EXPECT_EQ(other.session().InFlight(), 0U);
  EXPECT_EQ(session_.session().InFlight(), 0U);
}

TEST_F(WaitsTest, WhoWantsProgressHearsThatHisCallWaits) {
  Send(CallWithProgress("w", "take", {{"swarm", 1}, {"seconds", 20}}, "token"));
  server_.events().AdvanceMs(900);
  EXPECT_TRUE(TakeNow(session_).empty());
  server_.events().AdvanceMs(11'000);
  const auto told = TakeNow(session_);
  ASSERT_EQ(told.size(), 3U);
  double last = 0;
  for (const Json& one : told) {
    EXPECT_EQ(one["method"], "notifications/progress");
    EXPECT_EQ(one["params"]["progressToken"], "token");
    EXPECT_EQ(one["params"]["total"], 20);
    EXPECT_EQ(one["params"]["message"], "waiting");
    EXPECT_GT(one["params"]["progress"], last);
    last = one["params"]["progress"];
  }
}

TEST_F(WaitsTest, WhoHasWaitedLongestComesFirst) {
  for (const char* const id : {"1", "2", "3"}) Send(Call(id, "take", {{"swarm", 1}}));
  WriteAndTell(AddTasks(1, 2));
  EXPECT_EQ(Taken(), (Answers{{"1", 1}, {"2", 2}}));
}

TEST_F(WaitsTest, OneTaskDoesNotRunAllWhoWait) {
  constexpr int kSessions = 10;
  std::deque<TestSession> others;
  for (int i = 0; i < kSessions; ++i) {
    TestSession& other = others.emplace_back(server_);
    for (std::size_t call = 0; call < limits::kMaxWaitingCalls; ++call) {
      other.Send(Call(call, "take", {{"swarm", 1}}));
    }
  }
  Settle();
  EXPECT_EQ(server_.server().waits().size(), kSessions * limits::kMaxWaitingCalls);
  runs = 0;
  WriteAndTell(AddTasks(1, 1));
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(TakeNow(others.front()).size(), 1U);
  WriteAndTell(AddTasks(1, 70));
  EXPECT_EQ(runs, 71) << "more than one wave";
}

TEST_F(WaitsTest, OthersAreAskedWhenTheFirstCannotHaveIt) {
  for (int i = 0; i < 40; ++i) Send(Call(i, "take", {{"swarm", 1}, {"fussy", true}}));
  Send(Call("w", "take", {{"swarm", 1}}));
  runs = 0;
  WriteAndTell(AddTasks(1, 1));
  EXPECT_EQ(Taken(), (Answers{{"w", 1}}));
  EXPECT_LE(runs, 41);
}

TEST_F(WaitsTest, WhatNobodyCanHaveIsOfferedOnce) {
  for (int i = 0; i < 3; ++i) Send(Call(i, "take", {{"swarm", 1}, {"fussy", true}}));
  runs = 0;
  WriteAndTell(AddTasks(1, 1));
  EXPECT_EQ(runs, 3);
  WriteAndTell([](Database& database) { database.Execute(store::kPut, "k", "x"); });
  EXPECT_EQ(runs, 3) << "what is ready has not changed";
  server_.events().AdvanceMs(limits::kWaitPollMs);
  Settle();
  EXPECT_EQ(runs, 6) << "but who may have it can have";
}

TEST_F(WaitsTest, AnotherSwarmsTaskIsNothing) {
  Send(Call("w", "take", {{"swarm", 1}}));
  runs = 0;
  WriteAndTell(AddTasks(2, 1));
  EXPECT_EQ(runs, 0);
}

TEST_F(WaitsTest, NothingHappensWhileNothingHappens) {
  for (int i = 0; i < 3; ++i) Send(Call(i, "take", {{"swarm", 1}}));
  runs = 0;
  server_.events().AdvanceMs(10'000);
  Settle();
  EXPECT_EQ(runs, 0);
}

TEST_F(WaitsTest, WhatCameBetweenTheLookAndTheWaitIsFound) {
  Together(Call("w", "take", {{"swarm", 1}}), AddTasks(1, 1));
  EXPECT_EQ(Taken(), (Answers{{"w", 1}}));
}

TEST_F(WaitsTest, AMessageWakesItsRecipientOnly) {
  Send(Call("a", "listen", {{"agent", 1}}));
  Send(Call("b", "listen", {{"agent", 2}}));
  runs = 0;
  WriteAndTell([](Database& database) { database.Execute(kMessage, 2); });
  const auto answers = TakeNow(session_);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0]["id"], "b");
  EXPECT_EQ(runs, 1);
}

TEST_F(WaitsTest, AMessageThatCameBeforeTheWaitBeganIsFound) {
  Together(Call("a", "listen", {{"agent", 1}}), [](Database& database) { database.Execute(kMessage, 1); });
  EXPECT_EQ(TakeNow(session_).size(), 1U);
}

TEST_F(WaitsTest, ALeaseThatEndsWakes) {
  Write([](Database& database) { database.Execute(kLease, "a", kFar); });
  Send(Call("w", "free", {{"path", "a"}}));
  runs = 0;
  WriteAndTell([](Database& database) { database.Execute(kLease, "b", kFar); });
  EXPECT_EQ(runs, 0) << "a new one is no reason";
  WriteAndTell([](Database& database) { database.Execute(kUnlease, "b"); });
  EXPECT_EQ(runs, 0) << "nor is the end of one that came later";
  WriteAndTell([](Database& database) { database.Execute(kUnlease, "a"); });
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(TakeNow(session_).size(), 1U);
}

TEST_F(WaitsTest, ALeaseWhoseTimeIsOverWakes) {
  const std::int64_t deadline = server_.clock().BootMs() + 1000;
  Write([=](Database& database) { database.Execute(kLease, "a", deadline); });
  Send(Call("w", "free", {{"path", "a"}}));
  server_.events().AdvanceMs(1250);
  Settle();
  EXPECT_EQ(TakeNow(session_).size(), 1U);
}

// --- Sessions ------------------------------------------------------------------------------------------------

TEST_F(WaitsTest, AWaitHoldsBackNoReads) {
  Send(Call("w", "take", {{"swarm", 1}}));
  session_.Send(Call("r", "get", {{"key", "k"}}));
  EXPECT_EQ(TakeNow(session_).size(), 1U) << "answered where it arrives";
}

TEST_F(WaitsTest, ACancelledWaitSaysNothingAndTakesNothing) {
  Send(Call("w", "take", {{"swarm", 1}}));
  session_.Send(Cancelled("w"));
  EXPECT_EQ(session_.session().InFlight(), 0U);
  EXPECT_FALSE(server_.events().watched());
  runs = 0;
  WriteAndTell(AddTasks(1, 1));
  EXPECT_EQ(runs, 0);
  EXPECT_TRUE(TakeNow(session_).empty());
}

TEST_F(WaitsTest, AtTheEndOfInputWaitsAreAnswered) {
  Send(Call("w", "take", {{"swarm", 1}}));
  session_.session().OnEnd();
  EXPECT_EQ(Taken(), (Answers{{"w", 0}}));
  EXPECT_EQ(session_.session().InFlight(), 0U);
}

TEST_F(WaitsTest, AfterTheEndOfInputNothingWaits) {
  session_.Send(Call("w", "take", {{"swarm", 1}}));
  session_.session().OnEnd();
  Settle();
  EXPECT_EQ(Taken(), (Answers{{"w", 0}}));
}

TEST_F(WaitsTest, ASessionThatIsGoneLeavesNothing) {
  Send(Call("w", "take", {{"swarm", 1}}));
  session_.End();
  EXPECT_EQ(server_.server().waits().size(), 0U);
  EXPECT_FALSE(server_.events().watched());
}

TEST_F(WaitsTest, ASessionMayLetOnlySoManyWait) {
  for (std::size_t i = 0; i < limits::kMaxWaitingCalls; ++i) session_.Send(Call(i, "take", {{"swarm", 1}}));
  Settle();
  Send(Call("more", "take", {{"swarm", 1}}));
  auto answers = TakeNow(session_);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0]["id"], "more");
  EXPECT_EQ(answers[0]["result"]["isError"], true);
  session_.Send(Cancelled(0));
  Send(Call("again", "take", {{"swarm", 1}}));
  EXPECT_TRUE(TakeNow(session_).empty());
}

TEST_F(WaitsTest, TheStoreMayCloseWhileCallsAreRunAgain) {
  Send(Call("w", "take", {{"swarm", 1}}));
  Write(AddTasks(1, 1));
  server_.events().Change("skep.db-wal");
  server_.CloseStore();
  session_.End();
}

}  // namespace
}  // namespace skep::mcp
