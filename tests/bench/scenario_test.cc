#include "bench/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace skep::bench {
namespace {

using testing::Each;
using testing::Lt;

class Scenarios : public testing::TestWithParam<Scenario (*)()> {};

TEST_P(Scenarios, StepsNeedOnlyEarlierOnesAndSomebodyCanDoEach) {
  const Scenario scenario = GetParam()();
  const auto members = MembersOf(scenario, 8);
  for (std::size_t i = 0; i < scenario.steps.size(); ++i) {
    EXPECT_THAT(scenario.steps[i].needs, Each(Lt(i)));
    EXPECT_TRUE(std::ranges::any_of(members, [&](const Member& member) {
      return std::ranges::find(member.capabilities, scenario.steps[i].role) != member.capabilities.end();
    })) << scenario.steps[i].role;
  }
}

TEST_P(Scenarios, TheSeedDecidesHowLongTheyTake) {
  const Scenario scenario = GetParam()();
  const auto one = JobsOf(scenario, 1, 1);
  const auto same = JobsOf(scenario, 1, 0.5);
  const auto other = JobsOf(scenario, 2, 1);
  EXPECT_EQ(one[0].work_s, 2 * same[0].work_s);
  EXPECT_NE(one[0].work_s, other[0].work_s);
}

TEST_P(Scenarios, TheLongestChainIsShorterThanAllOfIt) {
  const auto jobs = JobsOf(GetParam()(), 1, 1);
  const double all =
      std::accumulate(jobs.begin(), jobs.end(), 0.0, [](double sum, const Job& job) { return sum + job.work_s; });
  EXPECT_LT(LongestChainS(jobs), all);
  EXPECT_GT(LongestChainS(jobs), 0);
}

INSTANTIATE_TEST_SUITE_P(All, Scenarios, testing::Values(Ecommerce, MlPipeline, Microservices));

TEST(ScenarioCrew, HasOneOfEachRoleAndTheRestByShare) {
  const Scenario scenario{.topology = "star", .crew = {{"coder", 0.75}, {"tester", 0.25}}};
  const auto count = [](const std::vector<Member>& members, std::string_view type) {
    return std::ranges::count(members, type, &Member::type);
  };
  EXPECT_EQ(MembersOf(scenario, 1).size(), 2U);
  const auto eight = MembersOf(scenario, 8);
  EXPECT_EQ(count(eight, "coder"), 6);
  EXPECT_EQ(count(eight, "tester"), 2);
}

TEST(ScenarioCrew, AHierarchyHasACoordinatorBesides) {
  const Scenario scenario{.topology = "hierarchical", .crew = {{"coder", 1}}};
  const auto members = MembersOf(scenario, 2);
  ASSERT_EQ(members.size(), 3U);
  EXPECT_EQ(members[0].type, "coordinator");
  EXPECT_EQ(members[1].parent, "coordinator");
}

}  // namespace
}  // namespace skep::bench
