#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "mcp/mcp_test.h"

namespace skep::mcp {
namespace {

class ToolsCall : public McpTest {};

// --- What is called ----------------------------------------------------------------------------

TEST_F(ToolsCall, NeedsAName) {
  const char* const message = "params.name is required and must be a string";
  ExpectError(RequestLine(1, "tools/call"), kInvalidParams, 1, message);
  ExpectError(RequestLine(1, "tools/call", Json::object()), kInvalidParams, 1, message);
  ExpectError(RequestLine(1, "tools/call", {{"name", 5}}), kInvalidParams, 1, message);
}

TEST_F(ToolsCall, ItsArgumentsAreAnObjectOrAbsent) {
  for (const Json& wrong : {Json(nullptr), Json::array(), Json("text"), Json(1)}) {
    ExpectError(RequestLine(1, "tools/call", {{"name", "say"}, {"arguments", wrong}}), kInvalidParams, 1,
                "params.arguments must be an object");
  }
  EXPECT_EQ(ResultOf(RequestLine(1, "tools/call", {{"name", "fail"}}))["_meta"]["skep/error"], "conflict");
}

TEST_F(ToolsCall, AnUnknownToolIsAProtocolErrorWithTheNearestName) {
  ExpectError(Call(1, "sya"), kInvalidParams, 1, "there is no tool \"sya\" (did you mean \"say\"?)");
  ExpectError(Call(1, "memory"), kInvalidParams, 1, "there is no tool \"memory\"");
  const Json answer = Ask(Call(1, std::string(100'000, 'x')));
  EXPECT_EQ(answer["error"]["code"], kInvalidParams);
  EXPECT_LT(answer.dump().size(), 512U);
}

TEST_F(ToolsCall, WrongArgumentsAreAResultThatAModelCanActOn) {
  const Json result = ResultOf(Call(1, "say", {{"text", "x"}, {"times", "many"}}));
  EXPECT_EQ(result, Json::parse(R"({
    "content": [{"type": "text", "text": "times must be an integer, got \"many\""}],
    "isError": true,
    "_meta": {"skep/error": "invalid_argument"}})"));
  EXPECT_EQ(ResultOf(Call(1, "say"))["content"][0]["text"], "text is required: a string");
}

TEST_F(ToolsCall, AFailingToolIsAResultToo) {
  const Json result = ResultOf(Call(1, "fail"));
  EXPECT_EQ(result["isError"], true);
  EXPECT_EQ(result["content"][0]["text"], "it is \"taken\": choose another");
  EXPECT_EQ(result["_meta"]["skep/error"], "conflict");
  EXPECT_FALSE(result.contains("structuredContent"));
}

TEST_F(ToolsCall, AFailingWriteLeavesNothingBehind) {
  EXPECT_EQ(ResultOf(Call(1, "fail", {{"write", true}}))["isError"], true);
  EXPECT_EQ(ContentOf(Call(2, "get", {{"key", "fail"}})), Json::object());
}

// --- Where it runs, and in which order ------------------------------------------------------------

TEST_F(ToolsCall, AReadOfAQuietSessionIsAnsweredAtOnce) {
  session_.Send(Call(1, "say", {{"text", "a"}}));
  EXPECT_EQ(TakeNow().size(), 1U);
  session_.Send(Call(2, "get", {{"key", "k"}}));
  EXPECT_EQ(TakeNow().size(), 1U);
  EXPECT_EQ(session_.session().InFlight(), 0U);
}

TEST_F(ToolsCall, AWriteIsAnsweredAfterItsCommit) {
  session_.Send(Call(1, "put", {{"key", "k"}, {"value", "v"}}));
  EXPECT_TRUE(TakeNow().empty());
  EXPECT_EQ(session_.session().InFlight(), 1U);
  const std::vector<Json> answers = TakeAll();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0]["result"]["structuredContent"]["version"], 1);
  TestSession other(server_);
  EXPECT_EQ(Json::parse(other.Ask(Call(2, "get", {{"key", "k"}})))["result"]["structuredContent"]["value"], "v");
}

TEST_F(ToolsCall, AReadBehindAnUnfinishedWriteOfItsSessionSeesIt) {
  std::vector<std::string> lines;
  for (int i = 0; i < 50; ++i) {
    lines.push_back(Call("put " + std::to_string(i), "put", {{"key", "k"}, {"value", std::to_string(i)}}));
    lines.push_back(Call(i, "get", {{"key", "k"}}));
  }
  session_.Send(lines);
  int reads = 0;
  for (const Json& answer : TakeAll()) {
    if (!answer["id"].is_number()) continue;
    ++reads;
    EXPECT_EQ(answer["result"]["structuredContent"]["value"], std::to_string(answer["id"].get<int>()));
  }
  EXPECT_EQ(reads, 50);
}

TEST_F(ToolsCall, OneReadOfManyLinesGivesWhatTheSameLinesGiveOneByOne) {
  const std::vector<std::string> lines = {Call(1, "put", {{"key", "a"}, {"value", "1"}}),
                                          Call(2, "get", {{"key", "a"}}),
                                          Call(3, "fail", {{"write", true}}),
                                          Call(4, "get", {{"key", "fail"}}),
                                          Call(5, "put", {{"key", "a"}, {"value", "2"}}),
                                          RequestLine(6, "ping"),
                                          Call(7, "get", {{"key", "a"}}),
                                          Call(8, "put", {{"key", "a"}}),
                                          Call(9, "say", {{"text", "x"}}),
                                          Call(10, "get", {{"key", "b"}})};
  const auto by_id = [](std::vector<std::string> answers) {
    std::ranges::sort(answers, {}, [](const std::string& line) { return Json::parse(line)["id"].get<int>(); });
    return answers;
  };
  std::vector<std::string> one_by_one;
  for (const std::string& line : lines) one_by_one.push_back(session_.Ask(line));
  TestServer fresh(TestTools());
  TestSession session(fresh);
  session.Send(lines);
  EXPECT_EQ(by_id(session.TakeAll()), one_by_one);
}

TEST_F(ToolsCall, AWriteOfOneSessionHoldsBackNoReadOfAnother) {
  HoldStore();
  TestSession other(server_);
  other.Send(Call(1, "get", {{"key", "k"}}));
  EXPECT_TRUE(other.TakeNow());
  session_.Send(Call(2, "get", {{"key", "k"}}));
  EXPECT_FALSE(session_.TakeNow()) << "its own session's write is in front of it";
  Gate::Instance().Open();
  EXPECT_EQ(TakeAll().size(), 2U);
}

TEST_F(ToolsCall, WhatNeedsNoToolIsAnsweredDuringAWrite) {
  HoldStore();
  session_.Send(
      {{RequestLine(1, "ping"), RequestLine(2, "tools/list"), Call(3, "no_such"), Call(4, "say", {{"times", 1}})}});
  const std::vector<Json> answers = TakeNow();
  ASSERT_EQ(answers.size(), 4U);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(answers[static_cast<std::size_t>(i)]["id"], i + 1);
  Gate::Instance().Open();
  EXPECT_EQ(TakeAll()[0]["id"], "hold");
}

TEST_F(ToolsCall, AToolThatWaitsBeginsBehindTheWritesBeforeIt) {
  HoldStore();
  session_.Send(Call(1, "wait", {{"name", "w"}}));
  server_.executor().RunPosted();
  EXPECT_TRUE(WaitingCalls().empty());
  Gate::Instance().Open();
  ASSERT_TRUE(server_.executor().RunUntil([] { return !WaitingCalls().empty(); }));
  EXPECT_EQ(TakeNow()[0]["id"], "hold");
  WaitingCalls().front().reply(Waited{.answer = "w"});
  EXPECT_EQ(TakeAll()[0]["result"]["structuredContent"]["answer"], "w");
}

TEST_F(ToolsCall, AToolThatWaitsHoldsBackNothing) {
  session_.Send(Call(1, "wait", {{"name", "w"}}));
  session_.Send(Call(2, "get", {{"key", "k"}}));
  EXPECT_EQ(TakeNow().size(), 1U);
  session_.Send(Call(3, "put", {{"key", "k"}, {"value", "v"}}));
  EXPECT_EQ(Json::parse(session_.Next().value_or("{}"))["id"], 3);
}

TEST_F(ToolsCall, ArgumentsOfAWriteOutliveTheirLine) {
  HoldStore();
  const std::string value(100'000, 'v');
  session_.Send(Call(1, "put", {{"key", "k"}, {"value", value}}));
  session_.Send(Call(2, "say", {{"text", std::string(200'000, 'x')}}));
  Gate::Instance().Open();
  TakeAll();
  EXPECT_EQ(ContentOf(Call(3, "get", {{"key", "k"}}))["value"], value);
}

}  // namespace
}  // namespace skep::mcp
