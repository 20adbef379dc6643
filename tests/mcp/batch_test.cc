#include "mcp/batch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/limits.h"
#include "mcp/mcp_test.h"
#include "support/reply_sink.h"

namespace skep::mcp {
namespace {

class Batches : public McpTest {
 protected:
  Batches() { ResultOf(Initialize(0, "2025-03-26")); }
};

TEST_F(Batches, ExistInOneRevisionOnly) {
  for (const std::string_view version : {"2024-11-05", "2025-06-18", "2025-11-25"}) {
    ResultOf(Initialize(0, version));
    ExpectError(BatchOf({RequestLine(1, "ping")}), kInvalidRequest, nullptr,
                "batches exist in protocol 2025-03-26 only; this session speaks " + std::string(version));
  }
  ResultOf(Initialize(0, "2025-03-26"));
  EXPECT_TRUE(Ask(BatchOf({RequestLine(1, "ping")})).is_array());
}

TEST_F(Batches, AreAnsweredInOneLine) {
  EXPECT_EQ(session_.Ask(BatchOf({RequestLine(1, "ping"), RequestLine("b", "ping")})),
            R"([{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","id":"b","result":{}}])");
  EXPECT_EQ(session_.Ask(BatchOf({RequestLine(1, "ping")})), R"([{"jsonrpc":"2.0","id":1,"result":{}}])");
}

TEST_F(Batches, NotificationsAndResponsesInThemAreNotAnswered) {
  EXPECT_EQ(Ask(BatchOf({Notification("notifications/initialized"), RequestLine(1, "ping"),
                         R"({"jsonrpc":"2.0","id":9,"result":{}})", Notification("no/such"), RequestLine(2, "ping")}))
                .size(),
            2U);
}

TEST_F(Batches, WithNothingToAnswerAreNotAnswered) {
  session_.Send(BatchOf({Notification("notifications/initialized"), Notification("no/such")}));
  session_.Send(BatchOf({R"({"jsonrpc":"2.0","id":9,"result":{}})"}));
  EXPECT_TRUE(TakeAll().empty());
  EXPECT_EQ(ResultOf(RequestLine(1, "ping")), Json::object());
}

TEST_F(Batches, AreNotEmpty) {
  ExpectError("[]", kInvalidRequest, nullptr, "a batch must not be empty");
  ExpectError(" [ ] ", kInvalidRequest, nullptr, "a batch must not be empty");
}

TEST_F(Batches, EachFaultIsItsOwnMessages) {
  const Json answers = Ask(BatchOf({"1", "[]", "{}", RequestLine(1, "ping"), RequestLine(2, "no/such"), "null"}));
  ASSERT_EQ(answers.size(), 6U);
  for (const std::size_t bad : {0U, 1U, 2U, 5U}) {
    EXPECT_EQ(answers[bad]["error"]["code"], kInvalidRequest);
    EXPECT_FALSE(answers[bad].contains("id"));
  }
  EXPECT_EQ(answers[3]["result"], Json::object());
  EXPECT_EQ(answers[4]["error"]["code"], kMethodNotFound);
}

TEST_F(Batches, ARequestInThemCannotBeInARevisionWithoutThem) {
  const Json answers = Ask(BatchOf({RequestLine(1, "tools/list", Modern()), RequestLine(2, "ping")}));
  EXPECT_EQ(answers[0]["error"], Json::parse(R"({"code":-32600,
    "message":"protocol 2026-07-28 has no batches: send this request on its own"})"));
  EXPECT_EQ(answers[1]["result"], Json::object());
}

TEST_F(Batches, HaveAThousandMessagesAtMost) {
  const auto pings = [](std::size_t count) {
    std::string batch = "[";
    for (std::size_t i = 0; i < count; ++i) batch += RequestLine(i, "ping") + ",";
    batch.back() = ']';
    return batch;
  };
  const Json answers = Ask(pings(limits::kMaxBatch));
  ASSERT_EQ(answers.size(), limits::kMaxBatch);
  for (std::size_t i = 0; i < answers.size(); ++i) EXPECT_EQ(answers[i]["id"], i);
  ExpectError(pings(limits::kMaxBatch + 1), kInvalidRequest, nullptr,
              "a batch may have at most 1000 messages, this one has 1001");
}

TEST_F(Batches, WaitForTheirLastAnswer) {
  session_.Send(BatchOf({Call(1, "wait", {{"name", "a"}}), RequestLine(2, "ping"), Call(3, "wait", {{"name", "b"}}),
                         Call(4, "put", {{"key", "k"}, {"value", "v"}}), Notification("notifications/initialized")}));
  EXPECT_TRUE(TakeNow().empty());
  session_.Send(RequestLine(5, "ping"));
  EXPECT_EQ(TakeNow().size(), 1U) << "what comes after it does not wait";
  ASSERT_EQ(WaitingCalls().size(), 2U);
  WaitingCalls()[1].reply(Waited{.answer = "b"});
  ASSERT_TRUE(server_.executor().RunUntil([this] { return session_.session().InFlight() == 1; }));
  EXPECT_TRUE(TakeNow().empty());
  WaitingCalls()[0].reply(Waited{.answer = "a"});
  const std::vector<Json> lines = TakeAll();
  ASSERT_EQ(lines.size(), 1U);
  std::vector<int> ids;
  for (const Json& answer : lines[0]) ids.push_back(answer["id"]);
  std::ranges::sort(ids);
  EXPECT_EQ(ids, (std::vector<int>{1, 2, 3, 4}));
}

TEST_F(Batches, AReadInThemSeesTheWriteBeforeIt) {
  const Json answers = Ask(BatchOf({Call(1, "put", {{"key", "k"}, {"value", "v"}}), Call(2, "get", {{"key", "k"}})}));
  ASSERT_EQ(answers.size(), 2U);
  for (const Json& answer : answers) {
    if (answer["id"] == 1) continue;
    EXPECT_EQ(answer["result"]["structuredContent"]["value"], "v");
  }
}

TEST_F(Batches, LeaveOutWhatIsCancelled) {
  session_.Send(BatchOf({Call(1, "wait", {{"name", "a"}}), RequestLine(2, "ping")}));
  session_.Send(Cancelled(1));
  const std::vector<Json> lines = TakeNow();
  ASSERT_EQ(lines.size(), 1U) << "nothing is left to wait for";
  EXPECT_EQ(lines[0], Json::parse(R"([{"jsonrpc":"2.0","id":2,"result":{}}])"));
}

TEST_F(Batches, OfNothingButWhatIsCancelledAreNotAnswered) {
  session_.Send(BatchOf({Call(1, "wait", {{"name", "a"}}), Call(2, "wait", {{"name", "b"}})}));
  session_.Send(BatchOf({Cancelled(1), Cancelled(2)}));
  WaitingCalls().clear();
  EXPECT_TRUE(TakeAll().empty());
}

TEST_F(Batches, ProgressOfACallInThemIsALineOfItsOwn) {
  session_.Send(BatchOf({CallWithProgress(1, "wait", {{"name", "a"}}, "t"), RequestLine(2, "ping")}));
  WaitingCalls().front().reply.Progress(1, 2, "");
  const std::vector<Json> told = TakeNow();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["method"], "notifications/progress");
  WaitingCalls().front().reply(Waited{});
  EXPECT_EQ(TakeAll()[0].size(), 2U);
}

TEST_F(Batches, OfASessionThatGoesAwayAreForgotten) {
  session_.Send(BatchOf(
      {Call(1, "wait", {{"name", "a"}}), RequestLine(2, "ping"), Call(3, "put", {{"key", "k"}, {"value", "v"}})}));
  session_.End();
  WaitingCalls().clear();
  server_.CloseStore();
}

TEST_F(Batches, ManyAtOnceKeepTheirAnswersApart) {
  for (int i = 0; i < 5; ++i) session_.Send(BatchOf({Call(i, "wait", {{"name", "w"}}), RequestLine(10 + i, "ping")}));
  for (int i = 4; i >= 0; --i) {
    WaitingCalls()[static_cast<std::size_t>(i)].reply(Waited{});
    const std::vector<Json> lines = TakeNow();
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0][0]["id"], 10 + i);
    EXPECT_EQ(lines[0][1]["id"], i);
  }
}

// --- The longest line -------------------------------------------------------------------------------

TEST_F(Batches, TogetherStayBelowTheLongestLine) {
  std::string batch = "[";
  constexpr int kCalls = 12;
  for (int i = 0; i < kCalls; ++i) batch += Call(i, "say", {{"text", "x"}, {"times", 1'000'000}}) + ",";
  batch.back() = ']';
  const std::string line = session_.Ask(batch);
  EXPECT_LE(line.size() + 1, limits::kMaxLine);
  int answered = 0;
  int refused = 0;
  for (const Json& answer : Json::parse(line)) {
    if (answer.contains("result") && answer["result"].contains("structuredContent")) {
      ++answered;
    } else {
      ++refused;
      ASSERT_TRUE(answer.contains("result")) << answer.dump().substr(0, 300);
      EXPECT_EQ(answer["result"]["_meta"]["skep/error"], "too_large");
    }
  }
  EXPECT_EQ(answered + refused, kCalls);
  EXPECT_GE(answered, 4);
}

TEST_F(Batches, OfTheWorstErrorsStayBelowTheLongestLine) {
  // Results fill what they may; then a thousand errors, each with the longest id and the longest text to repeat.
  std::string batch = "[";
  for (int i = 0; i < 4; ++i) batch += Call(i, "say", {{"text", "x"}, {"times", 1'050'000}}) + ",";
  const std::string id = std::string(limits::kMaxIdBytes - 2, 'i');
  for (std::size_t i = 4; i < limits::kMaxBatch; ++i) {
    const std::string quotes(500, '"');
    switch (i % 4) {
      case 0:
        batch += RequestLine(id, quotes);
        break;
      case 1:
        batch += Call(id, quotes);
        break;
      case 2:
        batch += RequestLine(id, "tools/list", Modern(Json::object(), quotes));
        break;
      default:
        batch += Call(id, "say", {{"text", "x"}, {"times", 1'000'000}});
        break;
    }
    batch += ",";
  }
  batch.back() = ']';
  const std::string line = session_.Ask(batch);
  EXPECT_LE(line.size() + 1, limits::kMaxLine);
  EXPECT_EQ(Json::parse(line).size(), limits::kMaxBatch);
}

TEST(Batch, GivesItsMessagesWhatIsLeft) {
  ReplySink sink;
  Batch& batch = Batch::Begin(sink);
  const std::size_t budget = batch.Budget();
  EXPECT_LT(budget, limits::kMaxLine);
  batch.Hold();
  rpc::Reply(batch, "1").Result("\"" + std::string(1000, 'x') + "\"");
  EXPECT_LE(batch.Budget(), budget - 1000);
  EXPECT_TRUE(sink.answers.empty());
  batch.Release();
  ASSERT_EQ(sink.answers.size(), 1U);
}

}  // namespace
}  // namespace skep::mcp
