#include "rpc/reply.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/reply_sink.h"

namespace skep::rpc {
namespace {

using Answers = std::vector<std::string>;

TEST(Reply, AResultCarriesTheIdAsItCame) {
  ReplySink sink;
  Reply(sink, "7").Result("{}");
  Reply(sink, "\"a\\n\"").Result([](json::Writer& to) {
    to.BeginArray();
    to.Int(1);
    to.Int(2);
    to.EndArray();
  });
  EXPECT_EQ(sink.answers,
            (Answers{R"({"jsonrpc":"2.0","id":7,"result":{}})", R"({"jsonrpc":"2.0","id":"a\n","result":[1,2]})"}));
}

TEST(Reply, AnErrorHasACodeAMessageAndPerhapsData) {
  ReplySink sink;
  Reply(sink, "1").Error(ErrorCode::kMethodNotFound, "there is no \"x\"");
  Reply(sink, "2").Error(ErrorCode::kUnsupportedProtocolVersion, "no", [](json::Writer& to) {
    to.BeginObject();
    to.Member("requested", "x");
    to.EndObject();
  });
  EXPECT_EQ(sink.answers,
            (Answers{R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"there is no \"x\""}})",
                     R"({"jsonrpc":"2.0","id":2,"error":{"code":-32022,"message":"no","data":{"requested":"x"}}})"}));
}

TEST(Reply, AnErrorOfNoReadableRequestHasNoId) {
  ReplySink sink;
  WriteErrorWithoutId(sink, ErrorCode::kParse, "not valid JSON");
  EXPECT_EQ(sink.answers, (Answers{R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"not valid JSON"}})"}));
}

TEST(Reply, IsClosedOnceAnswered) {
  ReplySink sink;
  Reply reply(sink, "1");
  EXPECT_TRUE(reply.open());
  reply.Result("{}");
  EXPECT_FALSE(reply.open());
  reply.Discard();
  EXPECT_EQ(sink.answers.size(), 1U);
  EXPECT_EQ(sink.silences, 0);
}

TEST(Reply, DroppedItAnswersWithAnInternalError) {
  ReplySink sink;
  {
    const Reply dropped(sink, "5");
  }
  ASSERT_EQ(sink.answers.size(), 1U);
  EXPECT_TRUE(sink.answers[0].starts_with(R"({"jsonrpc":"2.0","id":5,"error":{"code":-32603,)")) << sink.answers[0];
}

TEST(Reply, DiscardedItSaysNothingButThatItIsDone) {
  ReplySink sink;
  {
    Reply reply(sink, "5");
    reply.Discard();
    reply.Discard();
  }
  EXPECT_EQ(sink.answers, Answers{});
  EXPECT_EQ(sink.silences, 1);
}

TEST(Reply, MovesItsRightToAnswer) {
  ReplySink sink;
  {
    Reply first(sink, "1");
    Reply second(std::move(first));
    EXPECT_FALSE(first.open());  // NOLINT(bugprone-use-after-move): what it is then is the point
    Reply third;
    EXPECT_FALSE(third.open());
    third = std::move(second);
    third.Result("{}");
  }
  EXPECT_EQ(sink.answers, (Answers{R"({"jsonrpc":"2.0","id":1,"result":{}})"}));
}

TEST(Reply, ReplacedByAnotherItIsStillAnswered) {
  ReplySink sink;
  {
    Reply first(sink, "1");
    first = Reply(sink, "2");
    ASSERT_EQ(sink.answers.size(), 1U);
    EXPECT_TRUE(sink.answers[0].starts_with(R"({"jsonrpc":"2.0","id":1,"error")"));
    first.Result("{}");
  }
  EXPECT_EQ(sink.answers.size(), 2U);
}

TEST(Reply, AResultBeyondTheBudgetBecomesAnErrorThatSaysSo) {
  ReplySink sink(100);
  Reply(sink, "1").Result("\"" + std::string(200, 'x') + "\"");
  ASSERT_EQ(sink.answers.size(), 1U);
  EXPECT_EQ(sink.answers[0], R"({"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":)"
                             R"("the answer would have 236 bytes, of which at most 100 can be sent: ask for less"}})");
}

TEST(Reply, AResultOfExactlyTheBudgetIsSent) {
  const std::string answer = R"({"jsonrpc":"2.0","id":1,"result":"xxxx"})";
  ReplySink fits(answer.size());
  Reply(fits, "1").Result(R"("xxxx")");
  EXPECT_EQ(fits.answers, Answers{answer});
  ReplySink short_by_one(answer.size() - 1);
  Reply(short_by_one, "1").Result(R"("xxxx")");
  EXPECT_NE(short_by_one.answers, Answers{answer});
}

TEST(Reply, ItsBudgetIsWhatAResultMayHave) {
  ReplySink sink(300);
  Reply reply(sink, "\"" + std::string(20, 'i') + "\"");
  const std::string result = "\"" + std::string(reply.budget() - 2, 'x') + "\"";
  reply.Result(result);
  EXPECT_TRUE(sink.answers[0].ends_with(result + "}")) << sink.answers[0];
  ReplySink tiny(10);
  Reply none(tiny, "1");
  EXPECT_EQ(none.budget(), 0U);
  none.Discard();
}

TEST(Reply, WritesBehindWhatTheTargetHoldsAlready) {
  ReplySink sink;
  sink.Open().Append("[");
  Reply(sink, "1").Result("{}");
  EXPECT_EQ(sink.Open().view(), R"([{"jsonrpc":"2.0","id":1,"result":{}})");
}

}  // namespace
}  // namespace skep::rpc
