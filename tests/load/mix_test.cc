#include "load/mix.h"

#include <gtest/gtest.h>

#include <string>

namespace skep::load {
namespace {

TEST(ParseMix, TextIsWhatItWasMadeFrom) {
  for (const std::string text : {"ping", "ping=8,retrieve=2", "list,store=3,search,claim-update",
                                 R"(echo={"text":"a, b = {c} \" {n}"}=3,ping)", R"(add={"list":[1,{"a":[]}]})"}) {
    const auto mix = ParseMix(text);
    ASSERT_TRUE(mix) << text;
    EXPECT_EQ(Text(*mix), text);
  }
}

TEST(ParseMix, AToolHasItsArgumentsInOneLine) {
  const auto mix = ParseMix("echo={ \"a\" :\n 1 }=7");
  ASSERT_TRUE(mix);
  ASSERT_EQ(mix->parts.size(), 1U);
  EXPECT_EQ(mix->parts[0].kind, Mix::Kind::kTool);
  EXPECT_EQ(mix->parts[0].tool, "echo");
  EXPECT_EQ(mix->parts[0].arguments, R"({ "a" : 1 })");
  EXPECT_EQ(mix->parts[0].weight, 7U);
}

TEST(ParseMix, SaysWhatWouldBeRight) {
  for (const std::string text : {"", "pong", "ping=", "ping=0", "ping=-1", "ping=x", "ping,", ",ping", "ping=1 store",
                                 "echo={", R"(echo={"a"})", R"(={"a":1})", R"(echo={"a":1}x)", "ping=9999999"}) {
    const auto mix = ParseMix(text);
    ASSERT_FALSE(mix) << text;
    EXPECT_EQ(mix.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(mix.error().message.find("NAME[=WEIGHT]"), std::string::npos);
  }
}

}  // namespace
}  // namespace skep::load
