#include "swarm/name.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace skep::swarm {
namespace {

TEST(Name, MayBeOfAnyScriptAndHaveSpacesInside) {
  for (const char* name : {"a", "API coder", "蜂の巣", "queen-🐝", "sw_1", "swarm_000001"}) {
    EXPECT_TRUE(CheckName("a name", name)) << name;
  }
}

TEST(Name, WhatCannotBeOneIsRefusedWithTheReason) {
  const std::array<std::pair<std::string_view, std::string_view>, 7> cases = {{
      {"", "must have 1 to 64 bytes"},
      {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "must have 1 to 64 bytes"},
      {"a\nb", "control characters"},
      {std::string_view("a\0b", 3), "control characters"},
      {" a", "begin or end with a space"},
      {"sw_000001", "form of an id"},
      {"ag_00000a", "form of an id"},
  }};
  for (const auto& [name, why] : cases) {
    const auto checked = CheckName("a swarm's name", name);
    ASSERT_FALSE(checked) << name;
    EXPECT_EQ(checked.error().code, ErrorCode::kInvalidArgument);
    EXPECT_TRUE(checked.error().message.starts_with("a swarm's name must")) << checked.error().message;
    EXPECT_NE(checked.error().message.find(why), std::string::npos) << checked.error().message;
  }
}

TEST(Name, FirstFreeIsTheSmallestWhenNoneIsMissingBefore) {
  for (int taken = 0; taken < 40; ++taken) {
    std::set<std::string> names;
    for (int i = 1; i <= taken; ++i) names.insert("coder-" + std::to_string(i));
    const auto free = FirstFreeName("coder", [&](const std::string& name) { return names.contains(name); });
    EXPECT_EQ(free, "coder-" + std::to_string(taken + 1));
  }
}

TEST(Name, FirstFreeIsFreeWhicheverAreTaken) {
  std::set<std::string> names = {"a-1", "a-2", "a-4", "a-7", "a-8", "a-9"};
  const auto free = FirstFreeName("a", [&](const std::string& name) { return names.contains(name); });
  EXPECT_FALSE(names.contains(free));
}

TEST(Name, FirstFreeAsksSeldom) {
  int asked = 0;
  const auto free = FirstFreeName("coder", [&](const std::string& name) {
    ++asked;
    return std::stoi(name.substr(6)) <= 100'000;
  });
  EXPECT_EQ(free, "coder-100001");
  EXPECT_LT(asked, 40);
}

TEST(Name, FirstFreeOfALongStemIsStillAName) {
  const std::string stem(64, 'x');
  EXPECT_TRUE(CheckName("a name", FirstFreeName(stem, [](const std::string&) { return false; })));
}

TEST(Name, SuggestsTheNearest) {
  const std::array<std::string, 2> names = {"mesh-1", "ring-1"};
  EXPECT_EQ(DidYouMean("msh-1", names), " (did you mean \"mesh-1\"?)");
  EXPECT_EQ(DidYouMean("entirely different", names), "");
}

}  // namespace
}  // namespace skep::swarm
