#include "fuzz/minimise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace skep::fuzz {
namespace {

std::vector<Step> Steps(int rounds, int each) {
  std::vector<Step> steps;
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < each; ++i) steps.push_back({round, 0, std::to_string(round * each + i)});
  }
  return steps;
}

bool Has(const std::vector<Step>& steps, std::string_view bytes) {
  return std::ranges::any_of(steps, [&](const Step& step) { return step.bytes == bytes; });
}

TEST(Minimise, FindsTheTwoStepsThatItTakes) {
  const auto fails = [](const std::vector<Step>& steps) { return Has(steps, "13") && Has(steps, "777"); };
  const auto least = Minimise(Steps(100, 10), 250, fails);
  ASSERT_EQ(least.size(), 2U);
  EXPECT_EQ(least[0].bytes, "13");
  EXPECT_EQ(least[1].bytes, "777");
}

TEST(Minimise, TriesTheLastRoundsFirst) {
  std::size_t most = 0;
  const auto fails = [&](const std::vector<Step>& steps) {
    most = std::max(most, steps.size());
    return Has(steps, "995");
  };
  EXPECT_EQ(Minimise(Steps(100, 10), 250, fails).size(), 1U);
  EXPECT_LE(most, 20U);
}

TEST(Minimise, WhatDoesNotFailAgainIsNotMinimised) {
  EXPECT_TRUE(Minimise(Steps(10, 10), 250, [](const auto&) { return false; }).empty());
  EXPECT_TRUE(Minimise({}, 250, [](const auto&) { return true; }).empty());
}

TEST(Minimise, KeepsToItsTries) {
  int tries = 0;
  const auto least = Minimise(Steps(10, 100), 20, [&](const auto&) { return ++tries > 0; });
  EXPECT_LE(tries, 20);
  EXPECT_FALSE(least.empty());
}

}  // namespace
}  // namespace skep::fuzz
