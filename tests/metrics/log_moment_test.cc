#include "metrics/log_moment.h"

#include <gtest/gtest.h>

#include <optional>
#include <string_view>

namespace skep::metrics {
namespace {

/// 2026-03-05T10:00:00Z
constexpr std::int64_t kNow = 1'772'704'800'000;

std::optional<std::int64_t> MomentOf(std::string_view line) {
  std::string_view text;
  return ReadMoment(line, kNow, text);
}
std::string_view TextOf(std::string_view line) {
  std::string_view text = line;
  ReadMoment(line, kNow, text);
  return text;
}

TEST(ReadMoment, MomentsInManyForms) {
  EXPECT_EQ(MomentOf("2026-03-05T09:00:00Z x"), kNow - 3'600'000);
  EXPECT_EQ(MomentOf("2026-03-05T11:00:00.250+02:00 x"), kNow - 3'600'000 + 250);
  EXPECT_EQ(MomentOf("[2026-03-05 10:00:00,007] x"), kNow + 7);
  EXPECT_EQ(MomentOf("2026/03/05 10:00:00 x"), kNow);
  EXPECT_EQ(MomentOf("1772704800 x"), kNow);
  EXPECT_EQ(MomentOf("1772704800.5 x"), kNow + 500);
  EXPECT_EQ(MomentOf("1772704800123: x"), kNow + 123);
  EXPECT_EQ(MomentOf("Mar  5 09:59:59 host app[12]: x"), kNow - 1000);
  EXPECT_EQ(MomentOf("<34>1 2026-03-05T10:00:00.003Z host x"), kNow + 3);
}

TEST(ReadMoment, SyslogsYearIsTheLastThatMayBe) {
  // Of the year before: this December is to come.
  EXPECT_EQ(MomentOf("Dec 31 23:00:00 x"), 1'767'222'000'000);
  EXPECT_EQ(MomentOf("Feb 29 00:00:00 x"), 1'709'164'800'000);
}

TEST(ReadMoment, WhatIsNoMomentIsText) {
  for (const std::string_view line : {"request 12 failed", "2026-13-05T09:00:00Z", "2026-03-05", "12345 x",
                                      "1772704800abc", "Marge 5 09:59:59", "99:99:99 x", ""}) {
    EXPECT_FALSE(MomentOf(line)) << line;
    EXPECT_EQ(TextOf(line), line);
  }
}

TEST(ReadMoment, TheTextIsWithoutIt) {
  EXPECT_EQ(TextOf("[2026-03-05T09:00:00Z] ERROR x"), "ERROR x");
  EXPECT_EQ(TextOf("1772704800123: x"), "x");
}

}  // namespace
}  // namespace skep::metrics
