#include "load/script.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace skep::load {
namespace {

Mix MixOf(std::string_view text) {
  auto mix = ParseMix(text);
  EXPECT_TRUE(mix) << text;
  return std::move(mix).value_or(Mix());
}

std::string NextLine(Script& script, std::int64_t id) {
  Sent sent;
  script.Choose(sent);
  std::string line;
  script.AppendTo(line, id, sent);
  return line;
}

TEST(Script, AsksInTheSharesOfTheMix) {
  Script script(MixOf("ping=8,retrieve=2"), 1, 1, 0);
  std::map<std::string, int> counts;
  for (int i = 0; i < 10'000; ++i) {
    Sent sent;
    script.Choose(sent);
    ++counts[script.operations()[sent.operation]];
  }
  // Within five standard deviations of it.
  EXPECT_NEAR(counts["ping"], 8'000, 200);
  EXPECT_EQ(counts["ping"] + counts["retrieve"], 10'000);
}

TEST(Script, TheSameSeedAsksTheSame) {
  const Mix mix = MixOf("ping,store,search");
  Script one(mix, 7, 1, 0);
  Script same(mix, 7, 1, 0);
  Script other(mix, 8, 1, 0);
  int different = 0;
  for (std::int64_t id = 1; id <= 100; ++id) {
    const std::string line = NextLine(one, id);
    EXPECT_EQ(line, NextLine(same, id));
    if (line != NextLine(other, id)) ++different;
  }
  EXPECT_GT(different, 0);
}

TEST(Script, EachOperationIsARequestWithItsId) {
  Script script(MixOf(R"(ping,list,store,retrieve,search,echo={"text":"hello {n}"})"), 3, 1, 0);
  std::map<std::string, nlohmann::json> last;
  for (std::int64_t id = 1; id <= 200; ++id) {
    Sent sent;
    script.Choose(sent);
    std::string line;
    script.AppendTo(line, id, sent);
    auto json = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(json.is_object()) << line;
    ASSERT_EQ(json["id"], id);
    ASSERT_TRUE(line.ends_with('\n'));
    last[script.operations()[sent.operation]] = std::move(json);
  }
  EXPECT_EQ(last.size(), 6U);
  EXPECT_EQ(last["ping"]["method"], "ping");
  EXPECT_EQ(last["tools/list"]["method"], "tools/list");
  EXPECT_EQ(last["store"]["params"]["arguments"]["action"], "store");
  EXPECT_EQ(last["echo"]["params"]["arguments"]["text"], "hello " + std::to_string(last["echo"]["id"].get<int>()));
}

TEST(Script, AValueIsAboutAsLongAsItIsWantedAndAnotherOneEachTime) {
  Mix mix = MixOf("store");
  mix.value_bytes = 1000;
  Script script(mix, 1, 1, 0);
  const auto value = [&](std::int64_t id) {
    return nlohmann::json::parse(NextLine(script, id))["params"]["arguments"]["value"].get<std::string>();
  };
  EXPECT_NEAR(static_cast<double>(value(1'000'000).size()), 1000, 16);
  EXPECT_NE(value(1), value(2));
}

TEST(Script, WithoutAnIdleAgentACycleBeginsWithATask) {
  Script script(MixOf("claim-update"), 1, 1, 1);
  Sent sent;
  script.Choose(sent);
  EXPECT_EQ(script.operations()[sent.operation], "task_orchestrate");
  EXPECT_EQ(sent.agent, 0U);
}

}  // namespace
}  // namespace skep::load
