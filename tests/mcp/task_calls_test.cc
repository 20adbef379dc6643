#include "mcp/task_calls.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "mcp/mcp_test.h"
#include "store/liveness.h"

namespace skep::mcp {
namespace {

constexpr std::string_view kRelated = "io.modelcontextprotocol/related-task";

class TaskCallsTest : public McpTest {
 protected:
  TaskCallsTest() { session_.Ask(Initialize(0, "2025-11-25")); }

  /// The result of a request, whatever is said of tasks before it.
  Json ResultOf(const std::string& line) {
    session_.Send(line);
    while (const auto said = session_.Next()) {
      const Json message = Json::parse(*said);
      if (!message.contains("id")) continue;
      EXPECT_TRUE(message.contains("result")) << message;
      return message.value("result", Json());
    }
    ADD_FAILURE() << "no answer to " << line;
    return {};
  }
  /// Begins a task of `wait` and returns it, and the call that the test has to answer.
  std::pair<Json, WaitingCall> Begin(const Json& task = {{"ttl", 60000}}) {
    const Json result =
        ResultOf(RequestLine(1, "tools/call", {{"name", "wait"}, {"arguments", {{"name", "w"}}}, {"task", task}}));
    EXPECT_TRUE(server_.executor().RunUntil([] { return !WaitingCalls().empty(); }));
    WaitingCall call = std::move(WaitingCalls().front());
    WaitingCalls().pop_front();
    return {result["task"], std::move(call)};
  }
  Json Get(const Json& id) { return ResultOf(RequestLine(2, "tasks/get", {{"taskId", id}})); }
  /// Until all that was begun has ended and been noted.
  std::vector<Json> Settle() {
    EXPECT_TRUE(server_.executor().RunUntil([this] { return server_.server().task_calls().size() == 0; }));
    return TakeNow();
  }
};

TEST_F(TaskCallsTest, ATaskIsNamedAtOnceAndItsResultAskedForLater) {
  auto [task, call] = Begin();
  EXPECT_EQ(task["status"], "working");
  EXPECT_EQ(task["ttl"], 60000);
  EXPECT_EQ(task["pollInterval"], limits::kTaskPollMs);
  EXPECT_EQ(task["taskId"].get<std::string>().size(), 32U);
  EXPECT_EQ(Get(task["taskId"])["status"], "working");

  session_.Send(RequestLine("r", "tasks/result", {{"taskId", task["taskId"]}}));
  EXPECT_TRUE(TakeNow().empty()) << "it is not there yet";
  call.reply(Waited{.answer = "now"});
  const auto told = Settle();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0]["method"], "notifications/tasks/status");
  EXPECT_EQ(told[0]["params"]["status"], "completed");
  EXPECT_EQ(told[1]["id"], "r");
  EXPECT_EQ(told[1]["result"]["structuredContent"], Json::parse(R"({"answer":"now"})"));
  EXPECT_EQ(told[1]["result"]["_meta"][kRelated]["taskId"], task["taskId"]);

  EXPECT_EQ(Get(task["taskId"])["status"], "completed");
  EXPECT_EQ(ResultOf(RequestLine(3, "tasks/result", {{"taskId", task["taskId"]}})), told[1]["result"]);
}

TEST_F(TaskCallsTest, AFailureOfTheToolIsTheTasks) {
  auto [task, call] = Begin();
  call.reply(Fail(ErrorCode::kNotFound, "nobody came"));
  Settle();
  const Json ended = Get(task["taskId"]);
  EXPECT_EQ(ended["status"], "failed");
  EXPECT_EQ(ended["statusMessage"], "nobody came");
  const Json result = ResultOf(RequestLine(3, "tasks/result", {{"taskId", task["taskId"]}}));
  EXPECT_EQ(result["isError"], true);
  EXPECT_EQ(result["_meta"]["skep/error"], "not_found");
  EXPECT_EQ(result["_meta"][kRelated]["taskId"], task["taskId"]);
}

TEST_F(TaskCallsTest, ProgressIsToldAndShown) {
  const Json begun = ResultOf(RequestLine(1, "tools/call",
                                          {{"name", "wait"},
                                           {"arguments", {{"name", "w"}}},
                                           {"task", Json::object()},
                                           {"_meta", {{"progressToken", "p"}}}}));
  ASSERT_TRUE(server_.executor().RunUntil([] { return !WaitingCalls().empty(); }));
  WaitingCalls().front().reply.Progress(1, 2, "half way");
  const auto told = TakeNow();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["method"], "notifications/progress");
  EXPECT_EQ(Get(begun["task"]["taskId"])["statusMessage"], "half way");
  EXPECT_EQ(begun["task"]["ttl"], limits::kTaskTtlMs);
  WaitingCalls().clear();
  Settle();
}

TEST_F(TaskCallsTest, CancellingIsAnsweredWhenItIsDone) {
  auto [task, call] = Begin();
  const Json cancelled = ResultOf(RequestLine(2, "tasks/cancel", {{"taskId", task["taskId"]}}));
  // The notice of the status comes first.
  Settle();
  EXPECT_TRUE(call.reply.cancelled());
  EXPECT_EQ(Get(task["taskId"])["status"], "cancelled");
  ExpectError(RequestLine(3, "tasks/cancel", {{"taskId", task["taskId"]}}), kInvalidParams, 3,
              "the task has ended already");
  ExpectError(RequestLine(3, "tasks/result", {{"taskId", task["taskId"]}}), kInvalidParams, 3,
              "the task was cancelled");
}

TEST_F(TaskCallsTest, ARequestThatIsCancelledBeforeItHasATaskTakesItAlong) {
  session_.Send(
      RequestLine(1, "tools/call", {{"name", "wait"}, {"arguments", {{"name", "w"}}}, {"task", Json::object()}}));
  session_.Send(Cancelled(1));
  const auto told = Settle();
  ASSERT_EQ(told.size(), 1U) << "no answer";
  EXPECT_EQ(told[0]["params"]["status"], "cancelled");
  EXPECT_TRUE(WaitingCalls().empty()) << "it has not begun";
  EXPECT_EQ(session_.session().InFlight(), 0U);
}

TEST_F(TaskCallsTest, AWaitForAResultCanBeCancelled) {
  auto [task, call] = Begin();
  session_.Send(RequestLine("r", "tasks/result", {{"taskId", task["taskId"]}}));
  session_.Send(Cancelled("r"));
  call.reply(Waited{});
  const auto told = Settle();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["method"], "notifications/tasks/status");
  EXPECT_EQ(session_.session().InFlight(), 0U);
}

TEST_F(TaskCallsTest, WhatHasEndedIsKnownUntilItsTimeIsUp) {
  auto [task, call] = Begin({{"ttl", 5000}});
  call.reply(Waited{});
  Settle();
  server_.clock().AdvanceMs(4000);
  EXPECT_EQ(Get(task["taskId"])["status"], "completed");
  EXPECT_EQ(ResultOf(RequestLine(1, "tasks/list"))["tasks"].size(), 1U);
  server_.clock().AdvanceMs(1001);
  ExpectError(RequestLine(3, "tasks/get", {{"taskId", task["taskId"]}}), kInvalidParams, 3,
              "there is no such task: it may be too old");
  EXPECT_EQ(ResultOf(RequestLine(1, "tasks/list"))["tasks"].size(), 0U);
}

TEST_F(TaskCallsTest, AreListedInPages) {
  for (int i = 0; i <= limits::kTasksPage; ++i) Begin().second.reply(Waited{});
  Settle();
  const Json first = ResultOf(RequestLine(1, "tasks/list"));
  EXPECT_EQ(std::ssize(first["tasks"]), limits::kTasksPage);
  const Json second = ResultOf(RequestLine(1, "tasks/list", {{"cursor", first["nextCursor"]}}));
  EXPECT_EQ(second["tasks"].size(), 1U);
  EXPECT_FALSE(second.contains("nextCursor"));
  for (const Json& cursor : {Json("x"), Json("tasks-"), Json("tasks-1x"), Json(1)}) {
    EXPECT_EQ(Ask(RequestLine(1, "tasks/list", {{"cursor", cursor}}))["error"]["code"], kInvalidParams) << cursor;
  }
}

TEST_F(TaskCallsTest, AToolThatAnswersAtOnceIsNone) {
  ExpectError(RequestLine(1, "tools/call", {{"name", "say"}, {"arguments", {{"text", "x"}}}, {"task", Json::object()}}),
              kMethodNotFound, 1, "say answers at once and cannot be a task: call it without \"task\"");
  for (const Json& task : {Json(1), Json{{"ttl", -1}}, Json{{"ttl", "long"}}}) {
    EXPECT_EQ(Ask(RequestLine(1, "tools/call",
                              {{"name", "wait"}, {"arguments", {{"name", "w"}}}, {"task", task}}))["error"]["code"],
              kInvalidParams)
        << task;
  }
}

TEST_F(TaskCallsTest, ASessionThatBreaksOffLeavesACancelledTask) {
  auto [task, call] = Begin();
  session_.Send(RequestLine("r", "tasks/result", {{"taskId", task["taskId"]}}));
  session_.End();
  EXPECT_TRUE(server_.executor().RunUntil([this] { return server_.server().task_calls().size() == 0; }));
  TestSession other(server_);
  other.Ask(Initialize(0, "2025-11-25"));
  const Json answer = Json::parse(other.Ask(RequestLine(1, "tasks/get", {{"taskId", task["taskId"]}})));
  EXPECT_EQ(answer["result"]["status"], "cancelled");
}

TEST_F(TaskCallsTest, OfAProcessThatHasEndedHasFailed) {
  auto [task, call] = Begin();
  // As another process sees it: not among its own, and its process noted as ended.
  static constexpr store::Sql kEnd{"UPDATE processes SET ended_ms = 1700000000001"};
  auto database = store::Database::Open(server_.store().path(), store::Database::Mode::kReadWrite).value();
  database->Execute(kEnd);
  const auto seen = FindCall(*database, task["taskId"].get<std::string>(), false, server_.clock().WallMs());
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->status, CallStatus::kFailed);
  EXPECT_EQ(seen->message, "the server that ran it has ended");
  call.reply(Waited{});
  Settle();
}

// --- The extension of the modern era -----------------------------------------------------------------

Json WithExtension(Json params) {
  params = Modern(std::move(params));
  params["_meta"]["io.modelcontextprotocol/clientCapabilities"]["extensions"]["io.modelcontextprotocol/tasks"] =
      Json::object();
  return params;
}

TEST_F(TaskCallsTest, AModernClientThatCanTakesATask) {
  const Json begun =
      ResultOf(RequestLine(1, "tools/call", WithExtension({{"name", "wait"}, {"arguments", {{"name", "w"}}}})));
  EXPECT_EQ(begun["resultType"], "task");
  EXPECT_EQ(begun["status"], "working");
  EXPECT_EQ(begun["ttlMs"], limits::kTaskTtlMs);
  EXPECT_EQ(begun["pollIntervalMs"], limits::kTaskPollMs);
  const Json by_id = {{"taskId", begun["taskId"]}};
  const Json working = ResultOf(RequestLine(2, "tasks/get", WithExtension(by_id)));
  EXPECT_EQ(working["resultType"], "complete");
  EXPECT_EQ(working["status"], "working");
  EXPECT_FALSE(working.contains("result"));
  Json update = by_id;
  update["inputResponses"] = Json::object();
  EXPECT_EQ(ResultOf(RequestLine(2, "tasks/update", WithExtension(update)))["resultType"], "complete");

  ASSERT_TRUE(server_.executor().RunUntil([] { return !WaitingCalls().empty(); }));
  WaitingCalls().front().reply(Fail(ErrorCode::kNotFound, "nobody came"));
  WaitingCalls().clear();
  Settle();
  const Json ended = ResultOf(RequestLine(2, "tasks/get", WithExtension(by_id)));
  EXPECT_EQ(ended["status"], "completed") << "what the tool says of it is its result";
  EXPECT_EQ(ended["result"]["isError"], true);
  EXPECT_EQ(ended["result"]["resultType"], "complete");
  EXPECT_EQ(ResultOf(RequestLine(2, "tasks/cancel", WithExtension(by_id)))["resultType"], "complete");
  EXPECT_EQ(Ask(RequestLine(3, "tasks/get", {{"taskId", begun["taskId"]}}))["error"]["code"], kInvalidParams)
      << "a task of the other era is none";
}

TEST_F(TaskCallsTest, AModernClientThatCannotIsAnsweredByTheTool) {
  WaitingCall call = Wait(RequestLine(1, "tools/call", Modern({{"name", "wait"}, {"arguments", {{"name", "w"}}}})));
  call.reply(Waited{.answer = "now"});
  EXPECT_EQ(TakeAll()[0]["result"]["structuredContent"]["answer"], "now");
  const Json refused = Ask(RequestLine(2, "tasks/get", Modern({{"taskId", "x"}})));
  EXPECT_EQ(refused["error"]["code"], -32021);
  EXPECT_EQ(refused["error"]["data"],
            Json::parse(R"({"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}})"));
}

}  // namespace
}  // namespace skep::mcp
