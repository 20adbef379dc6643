#include "mcp/tool_result.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"
#include "mcp/mcp_test.h"
#include "support/reply_sink.h"

namespace skep::mcp {
namespace {

class AnswerToolTest : public McpTest {
 protected:
  Json Answer(ReplySink& sink, bool modern, FunctionRef<Expected<void>(json::Writer&)> write) {
    rpc::Reply reply(sink, "1");
    AnswerTool(reply, server_.server(), modern, write);
    EXPECT_EQ(sink.answers.size(), 1U);
    return sink.answers.size() == 1 ? Json::parse(sink.answers[0]) : Json();
  }
  /// With this JSON as structured result.
  Json Answer(const std::string& json, bool modern = false, std::size_t budget = limits::kMaxLine) {
    ReplySink sink(budget);
    return Answer(sink, modern, [&](json::Writer& to) -> Expected<void> {
      to.Raw(json);
      return {};
    });
  }
};

TEST_F(AnswerToolTest, TheTextIsTheStructuredContentToTheByte) {
  for (const std::string json : {R"({})", R"({"a":"quote \" backslash \\ newline \n tab \t nul \u0000 ä € 😀"})",
                                 R"({"a":[1,-2.5,true,null,{"b":[]}]})", R"({"text":"\\\\\\"})"}) {
    ReplySink sink;
    Answer(sink, false, [&](json::Writer& to) -> Expected<void> {
      to.Raw(json);
      return {};
    });
    EXPECT_TRUE(sink.answers[0].starts_with(R"({"jsonrpc":"2.0","id":1,"result":{"structuredContent":)" + json +
                                            R"(,"content":[{"type":"text","text":")"));
    const Json result = Json::parse(sink.answers[0])["result"];
    EXPECT_EQ(result["content"][0]["text"], json);
    EXPECT_EQ(result.size(), 2U);
  }
}

TEST_F(AnswerToolTest, OnlyAModernResultSaysThatItIsComplete) {
  EXPECT_FALSE(Answer("{}")["result"].contains("resultType"));
  const Json modern = Answer("{}", true)["result"];
  EXPECT_EQ(modern["resultType"], "complete");
  EXPECT_EQ(modern["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "skep");
}

TEST_F(AnswerToolTest, AFailureTakesBackWhatWasWritten) {
  ReplySink sink;
  const Json answer = Answer(sink, false, [](json::Writer& to) -> Expected<void> {
    to.BeginObject();
    to.Member("half", "done");
    return Fail(ErrorCode::kUnavailable, "the disk is full: free some space");
  });
  EXPECT_EQ(answer, Json::parse(R"({"jsonrpc":"2.0","id":1,"result":{
    "content":[{"type":"text","text":"the disk is full: free some space"}],
    "isError":true,"_meta":{"skep/error":"unavailable"}}})"));
}

TEST_F(AnswerToolTest, AResultThatDoesNotFitIsAFailureThatAModelCanActOn) {
  const std::string json = "{\"a\":\"" + std::string(5000, 'x') + "\"}";
  const Json result = Answer(json, false, 9000)["result"];
  EXPECT_EQ(result["isError"], true);
  EXPECT_EQ(result["_meta"]["skep/error"], "too_large");
  EXPECT_NE(result["content"][0]["text"].get<std::string>().find("ask for less"), std::string::npos);
  EXPECT_TRUE(Answer(json, false, 12'000)["result"].contains("structuredContent"));
}

TEST_F(AnswerToolTest, WhatTheEscapesMakeTooLongDoesNotFitEither) {
  std::string json = "{\"a\":\"";
  for (int i = 0; i < 2000; ++i) json += "\\n";
  json += "\"}";
  EXPECT_EQ(Answer(json, false, json.size() * 2 + 400)["result"]["_meta"]["skep/error"], "too_large");
}

TEST_F(AnswerToolTest, EveryBudgetIsKept) {
  const std::string json = "{\"a\":\"" + std::string(300, '\'') + "\"}";
  for (std::size_t budget = 0; budget < 1000; ++budget) {
    ReplySink sink(budget);
    Answer(sink, budget % 2 == 0, [&](json::Writer& to) -> Expected<void> {
      to.Raw(json);
      return {};
    });
    EXPECT_LE(sink.answers[0].size(), std::max(budget, rpc::kMaxErrorBytes)) << budget;
  }
}

class LargeResult : public McpTest {};

TEST_F(LargeResult, IsSentUpToTheLongestLine) {
  const std::string line = session_.Ask(Call(1, "say", {{"text", "x"}, {"times", 5'000'000}}));
  EXPECT_TRUE(Json::parse(line)["result"].contains("structuredContent"));
  EXPECT_LE(line.size() + 1, limits::kMaxLine);
  const Json result = ResultOf(Call(2, "say", {{"text", "x"}, {"times", 6'000'000}}));
  EXPECT_EQ(result["_meta"]["skep/error"], "too_large");
  EXPECT_EQ(ResultOf(RequestLine(3, "ping")), Json::object());
}

}  // namespace
}  // namespace skep::mcp
