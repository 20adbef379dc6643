#include <gtest/gtest.h>

#include <string>

#include "mcp/test_resources.h"

namespace skep::mcp {
namespace {

class Completion : public ResourceTest {
 protected:
  static Json Params(const Json& ref, const Json& argument, const Json& value) {
    return {{"ref", ref}, {"argument", {{"name", argument}, {"value", value}}}};
  }
  Json Complete(const Json& ref, std::string_view argument, std::string_view value) {
    return ResultOf("completion/complete", Params(ref, argument, value))["completion"];
  }
  std::string ErrorText(const Json& params) {
    const Json error = ErrorOf("completion/complete", params);
    EXPECT_EQ(error["code"], kInvalidParams);
    return error["message"];
  }

  const Json say_ = {{"type", "ref/prompt"}, {"name", "say"}};
  const Json text_ = {{"type", "ref/resource"}, {"uri", "test://text/{place}/{+path}"}};
};

TEST_F(Completion, ChoicesAreOfferedByThemselves) {
  EXPECT_EQ(Complete(say_, "level", ""), Json::parse(R"({"values": ["low", "high"], "total": 2, "hasMore": false})"));
  EXPECT_EQ(Complete(say_, "level", "h")["values"], Json({"high"}));
  EXPECT_EQ(Complete(say_, "level", "x")["values"], Json::array());
  EXPECT_EQ(Complete({{"type", "ref/resource"}, {"uri", "test://level/{level}"}}, "level", "l")["values"],
            Json({"low"}));
  EXPECT_EQ(Complete(say_, "text", "x")["values"], Json::array()) << "nothing is known of it";
}

TEST_F(Completion, ACompleterIsToldWhatIsKnown) {
  Json params = Params(text_, "path", "");
  params["context"] = {{"arguments", {{"place", "here"}, {"odd", 5}}}};
  EXPECT_EQ(ResultOf("completion/complete", params)["completion"]["values"], Json({"place=here"}));
}

TEST_F(Completion, AResourceMayBeNamedByOneOfItsUris) {
  Json params = Params({{"type", "ref/resource"}, {"uri", "test://level/low"}}, "level", "h");
  EXPECT_EQ(ResultOf("completion/complete", params)["completion"]["values"], Json({"high"}));
}

TEST_F(Completion, AHundredValuesAtMost) {
  const Json completion = Complete(text_, "path", "many");
  EXPECT_EQ(completion["values"].size(), limits::kMaxCompletions);
  EXPECT_EQ(completion["hasMore"], true);
  EXPECT_FALSE(completion.contains("total"));
}

TEST_F(Completion, AModernResultIsComplete) {
  const Json result = ResultOf("completion/complete", Modern(Params(say_, "level", "")));
  EXPECT_EQ(result["resultType"], "complete");
  EXPECT_EQ(result["completion"]["total"], 2);
}

TEST_F(Completion, WhatIsAskedMustBeThere) {
  EXPECT_EQ(ErrorText(Json::object()), "params.ref.type is required and must be a string");
  EXPECT_EQ(ErrorText(Params({{"type", "ref/tool"}}, "x", "")), "params.ref.type must be ref/prompt or ref/resource");
  EXPECT_EQ(ErrorText(Params({{"type", "ref/prompt"}}, "x", "")), "params.ref.name is required and must be a string");
  EXPECT_EQ(ErrorText(Params({{"type", "ref/prompt"}, {"name", "none"}}, "x", "")), "there is no prompt \"none\"");
  EXPECT_EQ(ErrorText(Params({{"type", "ref/resource"}, {"uri", "test://none"}}, "x", "")),
            "there is no resource \"test://none\"");
  EXPECT_EQ(ErrorText(Params(say_, "mood", "")), "it has no argument \"mood\"");
  EXPECT_EQ(ErrorText(Params(say_, 1, "")), "params.argument must have a name and a value, which are strings");
  EXPECT_EQ(ErrorText({{"ref", say_}}), "params.argument must have a name and a value, which are strings");
}

}  // namespace
}  // namespace skep::mcp
