#include "fuzz/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "fuzz/echo_contract.h"
#include "skep/block.h"

namespace skep::fuzz {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class JudgeTest : public testing::Test {
 protected:
  /// Agrees on a revision, which is the first round.
  void Greet(std::string_view revision = "2025-11-25") {
    const std::string name(revision);
    Sent(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")" + name +
         R"(","capabilities":{},"clientInfo":{"name":"t","version":"1"}}})");
    Came(R"({"jsonrpc":"2.0","id":0,"result":{"protocolVersion":")" + name +
         R"(","capabilities":{},"serverInfo":{"name":"s","version":"1"}}})");
    EXPECT_THAT(Keys(), IsEmpty());
  }
  void Sent(const std::string& line) { judge_.Sent(line + "\n"); }
  void Call(std::string_view id, std::string_view tool, std::string_view arguments) {
    Sent(R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":"tools/call","params":{"name":")" +
         std::string(tool) + R"(","arguments":)" + std::string(arguments) + "}}");
  }
  std::string Came(std::string_view line) {
    Block block(line.size());
    block.Append(line);
    return judge_.Received({block.data(), block.size()});
  }
  /// The round's findings.
  std::vector<std::string> Keys() {
    std::vector<std::string> keys;
    for (const Finding& finding : judge_.EndRound().findings) keys.push_back(finding.Key());
    return keys;
  }

  const Contract contract_ = EchoContract();
  Coverage coverage_;
  Claims claims_;
  Judge judge_{contract_, coverage_, claims_, 0};
};

constexpr std::string_view kPing = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
constexpr std::string_view kPong = R"({"jsonrpc":"2.0","id":1,"result":{}})";

TEST_F(JudgeTest, AnAnswerToEachRequestIsWhatItWants) {
  Sent(std::string(kPing));
  EXPECT_FALSE(judge_.settled());
  Came(kPong);
  EXPECT_TRUE(judge_.settled());
  EXPECT_THAT(Keys(), IsEmpty());
}

TEST_F(JudgeTest, ALineMayBeSentInParts) {
  judge_.Sent(kPing.substr(0, 9));
  judge_.Sent(kPing.substr(9));
  EXPECT_TRUE(judge_.settled());
  judge_.Sent("\n");
  EXPECT_FALSE(judge_.settled());
}

TEST_F(JudgeTest, NoAnswer) {
  Sent(std::string(kPing));
  EXPECT_THAT(Keys(), ElementsAre("unanswered: ping"));
}

TEST_F(JudgeTest, TwoAnswers) {
  Sent(std::string(kPing));
  Came(kPong);
  Came(kPong);
  EXPECT_THAT(Keys(), ElementsAre("unasked: twice"));
}

TEST_F(JudgeTest, AnAnswerUnderAnotherId) {
  Sent(std::string(kPing));
  Came(R"({"jsonrpc":"2.0","id":"1","result":{}})");
  EXPECT_THAT(Keys(), ElementsAre("unasked: nothing", "unanswered: ping"));
}

TEST_F(JudgeTest, AnAnswerToANotification) {
  Sent(R"({"jsonrpc":"2.0","method":"notifications/no/such"})");
  Came(R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"no"}})");
  EXPECT_THAT(Keys(), ElementsAre("unasked: error without an id"));
}

TEST_F(JudgeTest, AnIdInUseIsAnsweredAsOftenAsItIsAsked) {
  Sent(std::string(kPing));
  Sent(std::string(kPing));
  Came(kPong);
  EXPECT_FALSE(judge_.settled());
  Came(kPong);
  EXPECT_THAT(Keys(), IsEmpty());
}

TEST_F(JudgeTest, AnIdInUseMayBeSpelledOtherwise) {
  Sent(std::string(kPing));
  Sent(R"({"jsonrpc":"2.0","id":1.0,"method":"ping"})");
  Came(kPong);
  Came(kPong);
  EXPECT_TRUE(judge_.settled());
  EXPECT_THAT(Keys(), IsEmpty());
}

TEST_F(JudgeTest, AnIdThatCouldNotBeReadMayBeUsedAgain) {
  Sent("{\"\xc0\x80jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
  Sent(std::string(kPing));
  Came(R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"no"}})");
  Came(kPong);
  EXPECT_TRUE(judge_.settled());
  EXPECT_THAT(Keys(), IsEmpty());
}

TEST_F(JudgeTest, WhatIsCancelledMayBeAnsweredAndMayNot) {
  for (const bool answered : {false, true}) {
    Call("1", "echo", R"({"text":"x"})");
    Sent(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
    EXPECT_TRUE(judge_.settled());
    if (answered) Came(R"({"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{"text":"x"}}})");
    EXPECT_THAT(Keys(), IsEmpty());
  }
}

TEST_F(JudgeTest, WhatIsCancelledMayBeAnsweredLaterButOnce) {
  Sent(std::string(kPing));
  Sent(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  EXPECT_THAT(Keys(), IsEmpty());
  Came(kPong);
  EXPECT_THAT(Keys(), IsEmpty());
  Came(kPong);
  EXPECT_THAT(Keys(), ElementsAre("unasked: nothing"));
}

TEST_F(JudgeTest, WhatLastsMayEndWithTheSessionHoweverMuchWasCancelledMeanwhile) {
  Sent(
      R"({"jsonrpc":"2.0","id":"s","method":"subscriptions/listen","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})");
  EXPECT_THAT(Keys(), IsEmpty());
  for (int i = 0; i < 5000; ++i) {
    const std::string id = std::to_string(i);
    Call(id, "echo", R"({"text":"x"})");
    Sent(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + id + "}}");
  }
  EXPECT_THAT(Keys(), IsEmpty());
  Came(R"({"jsonrpc":"2.0","id":"s","result":{"resultType":"complete"}})");
  EXPECT_THAT(Keys(), IsEmpty());
}

TEST_F(JudgeTest, WhatLastedAndWasCancelledInALaterRoundIsForgottenFirst) {
  const auto listen = [&](const std::string& id) {
    Sent(
        R"({"jsonrpc":"2.0","id":)" + id +
        R"(,"method":"subscriptions/listen","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})");
    EXPECT_THAT(Keys(), IsEmpty());
  };
  listen(R"("s")");
  for (int i = 0; i < 5000; ++i) {
    const std::string id = std::to_string(i);
    listen(id);
    Sent(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + id + "}}");
  }
  Came(R"({"jsonrpc":"2.0","id":"s","result":{"resultType":"complete"}})");
  EXPECT_THAT(Keys(), IsEmpty());
}

TEST_F(JudgeTest, WhatIsNoJsonGetsOneErrorWithoutAnId) {
  Sent("{");
  EXPECT_FALSE(judge_.settled());
  EXPECT_EQ(judge_.owed(), 0U);
  EXPECT_THAT(Keys(), ElementsAre("unreadable: no error"));
  Sent("{");
  Came(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no"}})");
  EXPECT_THAT(Keys(), IsEmpty());
  Sent("{");
  Came(R"({"jsonrpc":"2.0","error":{"code":-32602,"message":"no"}})");
  EXPECT_THAT(Keys(), ElementsAre("code: error without an id"));
}

TEST_F(JudgeTest, WhatIsNoProtocol) {
  Came("listening on stdio");
  Came("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\",\"params\":{\"a\":\"\xff\"}}");
  EXPECT_THAT(Keys(), ElementsAre("not-protocol: no JSON", "not-protocol: no JSON"));
}

TEST_F(JudgeTest, WhatIsNoMessage) {
  constexpr std::pair<std::string_view, std::string_view> kFaults[] = {
      {R"({"id":1,"result":{}})", "envelope: jsonrpc"},
      {R"({"jsonrpc":"2.0","id":1})", "envelope: reply"},
      {R"({"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}})", "envelope: reply"},
      {R"({"jsonrpc":"2.0","id":1,"result":{},"extra":1})", "envelope: reply"},
      {R"({"jsonrpc":"2.0","result":{}})", "envelope: reply"},
      {R"({"jsonrpc":"2.0","id":1,"error":{"code":"x","message":""}})", "envelope: error"},
      {R"({"jsonrpc":"2.0","id":1,"error":{"code":1.5,"message":""}})", "envelope: error"},
      {R"({"jsonrpc":"2.0","id":1,"error":{"code":-32603}})", "envelope: error"},
      {R"({"jsonrpc":"2.0","method":7})", "envelope: method"},
      {R"({"jsonrpc":"2.0","method":"notifications/x","params":[]})", "envelope: notifications/x"},
      {R"({"jsonrpc":"2.0","method":"roots/list"})", "envelope: roots/list"},
      {R"({"jsonrpc":"2.0","id":1.5,"method":"roots/list"})", "envelope: roots/list"},
      {R"({"jsonrpc":"2.0","id":1,"id":2,"result":{}})", "envelope: twice"},
      {R"({"jsonrpc":"2.0","id":1,"result":{},"result":{}})", "envelope: twice"},
      {R"({"jsonrpc":"2.0","id":1,"method":"ping","method":"roots/list"})", "envelope: twice"},
      {"[]", "envelope: batch"},
  };
  for (const auto& [line, key] : kFaults) {
    Came(line);
    EXPECT_THAT(Keys(), testing::Contains(key)) << line;
  }
}

TEST_F(JudgeTest, ABatchIsOfOneRevisionOnly) {
  Greet("2025-03-26");
  Sent(R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"x"},7])");
  Came(R"([{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","error":{"code":-32600,"message":"no"}}])");
  EXPECT_THAT(Keys(), IsEmpty());
  Greet("2025-11-25");
  Sent(R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])");
  Came(R"([{"jsonrpc":"2.0","id":1,"result":{}}])");
  EXPECT_THAT(Keys(), ElementsAre("envelope: batch", "unasked: nothing", "unreadable: no error"));
}

TEST_F(JudgeTest, AServersRequestIsAnswered) {
  EXPECT_EQ(Came(R"({"jsonrpc":"2.0","id":"r1","method":"roots/list"})"),
            "{\"jsonrpc\":\"2.0\",\"id\":\"r1\",\"result\":{\"roots\":[]}}\n");
  EXPECT_EQ(Came(R"({"jsonrpc":"2.0","id":2,"method":"ping"})"), "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n");
  EXPECT_THAT(Keys(), IsEmpty());
}

TEST_F(JudgeTest, AnotherAnswerThanIsCalledFor) {
  Greet();
  Sent(R"({"jsonrpc":"2.0","id":1,"method":"no/such"})");
  Came(kPong);
  Sent(R"({"jsonrpc":"2.0","id":2,"method":"tools/list"})");
  Came(R"({"jsonrpc":"2.0","id":2,"error":{"code":-32603,"message":"oops"}})");
  Sent(R"({"jsonrpc":"2.0","id":3,"method":"prompts/list"})");
  Came(R"({"jsonrpc":"2.0","id":3,"error":{"code":-32601,"message":"there are none"}})");
  EXPECT_THAT(Keys(), ElementsAre("code: an unknown method: a result", "code: tools/list: -32603"));
}

TEST_F(JudgeTest, ACallIsHeldToItsToolsSchemas) {
  Greet();
  Call("1", "echo", R"({"text":"x"})");
  Came(R"({"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{"text":7}}})");
  EXPECT_THAT(Keys(), ElementsAre("output-schema: echo"));
  Call("1", "echo", R"({"text":"x"})");
  Came(R"({"jsonrpc":"2.0","id":1,"result":{"content":[]}})");
  EXPECT_THAT(Keys(), ElementsAre("output-schema: echo"));
  Call("1", "echo", R"({"text":7})");
  Came(R"({"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{"text":"7"}}})");
  EXPECT_THAT(Keys(), ElementsAre("accepted: echo"));
  Call("1", "echo", R"({"text":"x"})");
  Came(R"({"jsonrpc":"2.0","id":1,"result":{"structuredContent":{"text":"x"}}})");
  EXPECT_THAT(Keys(), ElementsAre("result: echo"));
}

TEST_F(JudgeTest, MemoryIsComparedWithWhatWasStored) {
  Greet();
  const auto store = [&](std::string_view more) {
    Call("1", "memory_usage",
         R"({"action":"store","namespace":"own-0","key":"k","value":"v")" + std::string(more) + "}");
  };
  store("");
  Came(R"({"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{"version":1}}})");
  EXPECT_THAT(Keys(), IsEmpty());
  store("");
  Came(R"({"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{"version":1}}})");
  EXPECT_THAT(Keys(), ElementsAre("memory: store"));
  store(R"(,"ifVersion":7)");
  Came(R"({"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{"version":3}}})");
  EXPECT_THAT(Keys(), ElementsAre("memory: compare-and-set"));
}

TEST_F(JudgeTest, WhatMayHaveBeenUnreadableChangesNothingForSure) {
  Greet();
  const std::string store = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"memory_usage",)"
                            R"("arguments":{"action":"store","namespace":"own-0","key":"k","value":"v"}}})";
  // A byte order mark in front of it: read by some, and by others not.
  Sent("\xef\xbb\xbf" + store);
  Came(R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"no"}})");
  Call("3", "memory_usage", R"({"action":"store","namespace":"own-0","key":"k","value":"v"})");
  Came(R"({"jsonrpc":"2.0","id":3,"result":{"content":[],"structuredContent":{"version":1}}})");
  EXPECT_THAT(Keys(), IsEmpty());
}

TEST_F(JudgeTest, HalfACharacterThatIsWrittenAsAnEscapeIsJson) {
  Greet();
  Call("1", "echo", R"({"text":"x"})");
  Came(R"({"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{"text":"\ud800"}}})");
  EXPECT_THAT(Keys(), IsEmpty());
}

TEST_F(JudgeTest, HalfACharacterMayBeInABatchAndNothingMayBeInFrontOfALine) {
  Greet("2025-03-26");
  Sent(R"([{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"x"}}}])");
  Came(R"([{"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{"text":"\ud800"}}}])");
  EXPECT_THAT(Keys(), IsEmpty());
  Came("\xef\xbb\xbf{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}");
  EXPECT_THAT(Keys(), ElementsAre("not-protocol: no JSON"));
}

TEST_F(JudgeTest, ARequestWithOtherMembersHasOneNameInAllThatIsFound) {
  Greet();
  const std::string call = R"({"jsonrpc":"2.0","id":1,"extra":1,"method":"tools/call",)"
                           R"("params":{"name":"echo","arguments":{"text":"x"}}})";
  Sent(call);
  EXPECT_THAT(Keys(), ElementsAre("unanswered: a request with other members"));
  Greet();
  Sent(call);
  Came(R"({"jsonrpc":"2.0","id":1,"result":{}})");
  EXPECT_THAT(Keys(), testing::Each("result: a request with other members"));
}

TEST_F(JudgeTest, SaysOfWhatFormARequestWasThatIsNotAnswered) {
  Greet();
  Sent(R"({"jsonrpc":"2.0","id":1,"method":"ping","extra":1})");
  Sent(R"({"id":2,"method":"ping"})");
  Sent(R"({"jsonrpc":"2.0","id":3,"method":"no/such"})");
  EXPECT_THAT(Keys(), testing::UnorderedElementsAre("unanswered: a request with other members",
                                                    "unanswered: an invalid request", "unanswered: an unknown method"));
}

TEST_F(JudgeTest, WhatAskedToWaitIsNamed) {
  Greet();
  Call("1", "sleep", R"({"seconds":9})");
  Call("2", "sleep", R"({"seconds":0})");
  EXPECT_THAT(judge_.Waiting(), ElementsAre("1"));
  EXPECT_TRUE(judge_.Owes("2"));
}

TEST_F(JudgeTest, NamesInAnswersAreKeptInTheOrderOfTheRequests) {
  Greet();
  Call("1", "agent_spawn", "{}");
  Call("2", "agent_spawn", "{}");
  Came(R"({"jsonrpc":"2.0","id":2,"result":{"content":[],"structuredContent":{"agentId":"b"}}})");
  Came(R"({"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{"agentId":"a","state":"idle"}}})");
  const auto captures = judge_.EndRound().captures;
  ASSERT_EQ(captures.size(), 2U);
  EXPECT_EQ(captures[0].text, "a");
  EXPECT_EQ(captures[1].id, "2");
}

TEST_F(JudgeTest, WhatWasReachedIsCounted) {
  Greet();
  Call("1", "echo", R"({"text":"x"})");
  Came(R"({"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"no"}],"isError":true}})");
  Sent("{");
  Came(R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"no"}})");
  EXPECT_THAT(Keys(), IsEmpty());
  EXPECT_EQ(coverage_.tools.at(0).refused, 1U);
  EXPECT_EQ(coverage_.codes.at(-32700), 1U);
  EXPECT_EQ(coverage_.revisions.at("2025-11-25"), 1U);
  const auto missing = NotReached(contract_, coverage_);
  EXPECT_THAT(missing, testing::Contains("tool echo: a result"));
  EXPECT_THAT(missing, testing::Not(testing::Contains("tool echo: an error")));
  EXPECT_THAT(missing, testing::Contains("revision 2026-07-28"));
}

}  // namespace
}  // namespace skep::fuzz
