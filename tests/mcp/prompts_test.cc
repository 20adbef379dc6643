#include <gtest/gtest.h>

#include "mcp/test_resources.h"

namespace skep::mcp {
namespace {

class PromptsMethods : public ResourceTest {
 protected:
  Json GetError(const Json& params) { return ErrorOf("prompts/get", params); }
};

TEST_F(PromptsMethods, AreListedWithTheirArguments) {
  const Json list = ResultOf("prompts/list", Json::object());
  EXPECT_EQ(list, Json::parse(R"({"prompts": [
      {"name": "say", "title": "Say", "description": "Says something.", "arguments": [
        {"name": "text", "description": "What to say", "required": true}, {"name": "level", "required": false}]},
      {"name": "fail", "title": "Fail", "description": "Always fails."}]})"));
  EXPECT_EQ(ResultOf("prompts/list", {{"cursor", ""}}), list);
  EXPECT_EQ(ErrorOf("prompts/list", {{"cursor", "x"}})["code"], kInvalidParams);
  EXPECT_GT(ResultOf("prompts/list", Modern())["ttlMs"], 0);
}

TEST_F(PromptsMethods, AreWrittenFromTheirArguments) {
  EXPECT_EQ(ResultOf("prompts/get", {{"name", "say"}, {"arguments", {{"text", "hi \"you\""}}}}),
            Json::parse(R"({"description": "Says it", "messages": [
                {"role": "user", "content": {"type": "text", "text": "low hi \"you\""}}]})"));
  const Json modern =
      ResultOf("prompts/get", Modern({{"name", "say"}, {"arguments", {{"text", "x"}, {"level", "high"}}}}));
  EXPECT_EQ(modern["resultType"], "complete");
  EXPECT_EQ(modern["messages"][0]["content"]["text"], "high x");
}

TEST_F(PromptsMethods, WhatIsWrongIsAnErrorOfTheProtocol) {
  EXPECT_EQ(GetError(Json::object())["message"], "params.name is required and must be a string");
  EXPECT_EQ(GetError({{"name", "sya"}})["message"], "there is no prompt \"sya\" (did you mean \"say\"?)");
  EXPECT_EQ(GetError({{"name", "say"}, {"arguments", 1}})["message"], "params.arguments must be an object");
  EXPECT_EQ(GetError({{"name", "say"}})["message"], "text is required: a string");
  EXPECT_EQ(GetError({{"name", "say"}, {"arguments", {{"text", 5}}}})["code"], kInvalidParams);
  EXPECT_EQ(GetError({{"name", "say"}, {"arguments", {{"text", "x"}, {"mood", "x"}}}})["code"], kInvalidParams);
  EXPECT_EQ(GetError({{"name", "fail"}}), (Json{{"code", kInvalidParams}, {"message", "nothing to say"}}));
  EXPECT_LT(GetError({{"name", std::string(100'000, 'x')}}).dump().size(), 512U);
}

}  // namespace
}  // namespace skep::mcp
