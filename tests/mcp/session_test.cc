#include "mcp/session.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "mcp/mcp_test.h"

namespace skep::mcp {
namespace {

class Lines : public McpTest {};

TEST_F(Lines, WhatIsNotJsonIsAParseErrorWithoutAnId) {
  for (const std::string_view line : {"hello", "{", R"({"jsonrpc":"2.0","id":1,"method":"ping")", "\"\xff\"", "[1,",
                                      R"({"jsonrpc":"2.0","id":01,"method":"ping"})"}) {
    const Json answer = Ask(std::string(line));
    EXPECT_EQ(answer["error"]["code"], kParse) << line;
    EXPECT_TRUE(answer["error"]["message"].get<std::string>().starts_with("not valid JSON: ")) << answer;
    EXPECT_FALSE(answer.contains("id"));
    EXPECT_EQ(ResultOf(RequestLine(1, "ping")), Json::object()) << "the session goes on";
  }
}

TEST_F(Lines, WhatIsNestedTooDeepIsRefusedWithoutAnId) {
  std::string deep = R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":)";
  for (int i = 0; i < 5000; ++i) deep += "[";
  for (int i = 0; i < 5000; ++i) deep += "]";
  ExpectError(deep + "}}", kInvalidRequest, nullptr, "nested deeper than 1024 levels, or never closed");
  EXPECT_EQ(ResultOf(RequestLine(1, "ping")), Json::object());
}

TEST_F(Lines, AnOversizeLineIsToldAndTheSessionGoesOn) {
  session_.session().OnOversizeFrame();
  const std::vector<Json> answers = TakeNow();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0]["error"]["code"], kInvalidRequest);
  EXPECT_NE(answers[0]["error"]["message"].get<std::string>().find("10485760"), std::string::npos);
  EXPECT_FALSE(answers[0].contains("id"));
  EXPECT_EQ(ResultOf(RequestLine(1, "ping")), Json::object());
}

TEST_F(Lines, AnEnvelopesFaultIsToldWithItsIdWhereItHasOne) {
  ExpectError("null", kInvalidRequest, nullptr, "a message must be an object");
  ExpectError(R"({"jsonrpc":"1.0","id":"a","method":"ping"})", kInvalidRequest, "a", "\"jsonrpc\" must be \"2.0\"");
  ExpectError(R"({"jsonrpc":"2.0","id":null,"method":"ping"})", kInvalidRequest, nullptr,
              "\"id\" must be a string of at most 1024 bytes or an integer");
}

TEST_F(Lines, ANumberOutOfRangeIsTheRequestsFaultAndNotTheLines) {
  ExpectError(R"({"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"say","arguments":{"times":1e999}}})",
              kInvalidParams, 3, "a number in this line is beyond what 64-bit integers and doubles hold");
  ExpectError(R"({"jsonrpc":"2.0","id":18446744073709551616,"method":"ping"})", kInvalidRequest, nullptr,
              "\"id\" must be a string of at most 1024 bytes or an integer");
}

TEST_F(Lines, NotificationsAreNeverAnswered) {
  for (const std::string_view method : {"notifications/initialized", "notifications/progress", "notifications/no_such",
                                        "ping", "tools/call", "initialize", "no/such", "", "notifications/cancelled"}) {
    for (const Json& params :
         {Json(), Json::object(), Json::parse(R"({"_meta":5})"), Modern(Json::object(), "2099-01-01")}) {
      session_.Send(Notification(method, params));
    }
    session_.Send(R"({"jsonrpc":"2.0","method":")" + std::string(method) + R"(","params":[1]})");
  }
  EXPECT_TRUE(TakeAll().empty());
}

TEST_F(Lines, ANotificationToCallAToolCallsNone) {
  session_.Send(Notification("tools/call", {{"name", "put"}, {"arguments", {{"key", "k"}, {"value", "v"}}}}));
  EXPECT_EQ(session_.session().InFlight(), 0U);
  EXPECT_EQ(ContentOf(Call(1, "get", {{"key", "k"}})), Json::object());
}

TEST_F(Lines, ResponsesAreNeverAnswered) {
  for (const char* const line :
       {R"({"jsonrpc":"2.0","id":1,"result":{}})", R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}})",
        R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}})",
        R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})", R"({"result":1})"}) {
    session_.Send(line);
  }
  EXPECT_TRUE(TakeAll().empty());
}

TEST_F(Lines, IdsComeBackAsTheyWere) {
  for (const std::string_view id :
       {"0", "-1", "9007199254740993", "18446744073709551615", R"("")", R"("null")", R"("ä 😀 \" \\ \n \u0000")"}) {
    EXPECT_EQ(session_.Ask(R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":"ping"})"),
              R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"result":{}})");
  }
}

TEST_F(Lines, EveryAnswerIsOneLineWhateverItRepeats) {
  const std::string nasty = "line\nfeed \r\n \x01 \xe2\x80\xa8";
  for (const std::string& line : {RequestLine(nasty, nasty), Call(nasty, nasty), Call(nasty, "say", {{"text", nasty}}),
                                  Call(nasty, "say", {{nasty, 1}}), RequestLine(1, "tools/list", {{"cursor", nasty}}),
                                  RequestLine(1, "tools/list", Modern(Json::object(), nasty))}) {
    session_.Send(line);
    const auto answer = session_.Next();
    ASSERT_TRUE(answer) << line;
    EXPECT_TRUE(Json::accept(*answer)) << *answer;
    EXPECT_FALSE(session_.TakeNow()) << "more than one line";
  }
}

TEST_F(Lines, WhatIsAnsweredAtOnceNeedsNoFlush) {
  session_.Send(RequestLine(1, "ping"));
  session_.session().OnOversizeFrame();
  EXPECT_EQ(TakeNow().size(), 2U);
  EXPECT_EQ(session_.flushes(), 0);
}

TEST_F(Lines, TwoSessionsDoNotDisturbEachOther) {
  TestSession other(server_);
  ResultOf(Initialize(1, "2025-03-26"));
  EXPECT_TRUE(Ask("[" + RequestLine(2, "ping") + "]").is_array());
  EXPECT_FALSE(Json::parse(other.Ask("[" + RequestLine(2, "ping") + "]")).is_array())
      << "agreed on nothing of the kind";
  WaitingCall call = Wait(Call(3, "wait", {{"name", "w"}}));
  EXPECT_EQ(other.session().InFlight(), 0U);
  call.reply(Waited{});
}

TEST_F(Lines, ALargeMessageIsServedLikeASmallOne) {
  const std::string text(9 * limits::kMiB, 'x');
  EXPECT_EQ(ResultOf(Call(1, "say", {{"text", text}, {"times", 0}}))["structuredContent"]["said"], "");
  EXPECT_EQ(ContentOf(Call(2, "put", {{"key", "k"}, {"value", text}}))["version"], 1);
  EXPECT_EQ(ResultOf(RequestLine(3, "ping")), Json::object());
}

TEST_F(Lines, TheEndOfInputLeavesWhatIsInFlight) {
  WaitingCall call = Wait(Call(1, "wait", {{"name", "w"}}));
  session_.Send(Call(2, "put", {{"key", "k"}, {"value", "v"}}));
  session_.session().OnEnd();
  EXPECT_EQ(session_.session().InFlight(), 2U);
  call.reply(Waited{});
  EXPECT_EQ(TakeAll().size(), 2U);
}

}  // namespace
}  // namespace skep::mcp
