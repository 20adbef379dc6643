#include "bench/walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/scratch.h"
#include "bench/scenario.h"

namespace skep::bench {
namespace {

Expected<Walked> WalkFresh(std::string_view topology, const std::vector<Member>& members,
                           const std::vector<Job>& jobs) {
  const auto scratch = Scratch::Make();
  if (!scratch) return std::unexpected(scratch.error());
  auto database = store::Database::Open(*scratch / "skep.db", store::Database::Mode::kReadWrite, {.fsync = false});
  if (!database) return std::unexpected(database.error());
  return Walk(**database, topology, members, jobs);
}

TEST(VirtualWalk, OneAgentDoesOneJobAfterTheOther) {
  const auto walked =
      WalkFresh("star", {{.name = "a"}}, {{.title = "one", .work_s = 10}, {.title = "two", .work_s = 5}});
  ASSERT_TRUE(walked) << walked.error().message;
  EXPECT_EQ(walked->seconds, 15);
  EXPECT_EQ(walked->work_s, 15);
  EXPECT_EQ(walked->finished, 2);
}

TEST(VirtualWalk, TwoAgentsDoThemSideBySideUnlessOneNeedsTheOther) {
  const std::vector<Member> two = {{.name = "a"}, {.name = "b"}};
  EXPECT_EQ(WalkFresh("mesh", two, {{.title = "one", .work_s = 10}, {.title = "two", .work_s = 5}})->seconds, 10);
  EXPECT_EQ(
      WalkFresh("mesh", two, {{.title = "one", .work_s = 10}, {.title = "two", .needs = {0}, .work_s = 5}})->seconds,
      15);
}

TEST(VirtualWalk, WhatNobodyIsCapableOfIsReported) {
  const auto walked = WalkFresh("star", {{.name = "a"}}, {{.title = "one", .required = "rust", .work_s = 1}});
  ASSERT_FALSE(walked);
  EXPECT_THAT(walked.error().message, testing::HasSubstr("1 of 1 tasks are not done"));
}

TEST(VirtualWalk, NoScenarioIsFasterThanItsLongestChainOrItsAgents) {
  for (const Scenario& scenario : {Ecommerce(), MlPipeline(), Microservices()}) {
    const auto members = MembersOf(scenario, 8);
    const auto jobs = JobsOf(scenario, 1, 1);
    const auto walked = WalkFresh(scenario.topology, members, jobs);
    ASSERT_TRUE(walked) << scenario.name << ": " << walked.error().message;
    EXPECT_GE(walked->seconds + 1, LongestChainS(jobs));
    EXPECT_GE(walked->seconds * static_cast<double>(members.size()), walked->work_s);
    EXPECT_EQ(walked->finished, static_cast<std::int64_t>(jobs.size()));
  }
}

}  // namespace
}  // namespace skep::bench
