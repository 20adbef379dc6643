#include "metrics/bottleneck.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "metrics/planted_runs.h"
#include "metrics/samples.h"
#include "swarm/swarm_fixture.h"

namespace skep::metrics {
namespace {

using swarm::Report;
using swarm::Topology;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// By what is planted: a mesh, a star and a hierarchy, healthy but for it, of those that tools/bench/bottleneck plays a
/// hundred of each of.
constexpr std::uint64_t kSeeds[kAllPlanted.size()][3] = {
    {1001, 1004, 1002}, {2006, 2007, 2004}, {3001, 3004, 3003}, {4004, 4002, 4011},
    {5001, 5002, 5006}, {6003, 6005, 6002}, {7012, 7002, 7001},
};

class PlantedCause : public testing::TestWithParam<Planted> {};

TEST_P(PlantedCause, IsNamedFirst) {
  for (const std::uint64_t seed : kSeeds[static_cast<std::size_t>(GetParam())]) {
    const Analysed analysed = PlayAndAnalyse(PlantedRun(GetParam(), seed));
    ASSERT_EQ(analysed.error, "");
    const BottleneckReport& report = analysed.report;
    EXPECT_NEAR(report.replayed_s, report.run_s, 0.25 * report.run_s) << "seed " << seed;
    if (GetParam() == Planted::kNothing) {
      EXPECT_THAT(report.binding, IsEmpty()) << "seed " << seed << ": " << report.Summary();
      EXPECT_THAT(report.Summary(), testing::StartsWith("Nothing binds"));
      continue;
    }
    ASSERT_FALSE(report.binding.empty()) << "seed " << seed << ": " << report.Summary();
    EXPECT_EQ(report.binding.front().cause, CauseOf(GetParam())) << "seed " << seed << ": " << report.Summary();
    EXPECT_THAT(report.Summary(), HasSubstr("Without it the run of"));
  }
}

INSTANTIATE_TEST_SUITE_P(All, PlantedCause, testing::ValuesIn(kAllPlanted),
                         [](const auto& planted) { return std::string(NameOf(planted.param)); });

class BottleneckTest : public swarm::SwarmFixture {
 protected:
  BottleneckReport Analyse(Component component = Component::kAll, std::vector<Metric> metrics = {}) {
    BottleneckAnalysis analysis(
        {.swarm = swarm_, .component = component, .metrics = std::move(metrics), .now_ms = now_.wall_ms});
    double done = 0;
    while (analysis.Step(*database_)) {
      EXPECT_LE(analysis.done(), 1);
      EXPECT_THAT(analysis.doing(), Not(IsEmpty()));
      done = analysis.done();
    }
    EXPECT_GE(done, 0);
    return analysis.report();
  }
  static std::vector<Cause> Causes(const std::vector<Finding>& findings) {
    std::vector<Cause> causes;
    for (const Finding& finding : findings) causes.push_back(finding.cause);
    return causes;
  }
  /// All tasks there are, one after the other, each for `ms`.
  void WorkAll(std::int64_t agent, std::int64_t ms) {
    while (const std::int64_t task = ClaimFor(agent)) {
      Pass(ms);
      Say(task, Report::kSucceeded);
    }
  }
};

TEST_F(BottleneckTest, WithoutTasksThereAreNoData) {
  Start(Topology::kStar);
  const BottleneckReport report = Analyse();
  EXPECT_THAT(report.Summary(), HasSubstr("No data: 0 of its tasks have ended"));
  EXPECT_THAT(report.missing, testing::Contains(HasSubstr("store: no data")));
  EXPECT_THAT(report.binding, IsEmpty());
  EXPECT_FALSE(report.utilisation);
}

TEST_F(BottleneckTest, OneAgentThatIsAlwaysBusyIsNoBottleneck) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  for (int i = 0; i < 20; ++i) Make("task");
  WorkAll(agent, 1000);
  const BottleneckReport report = Analyse();
  EXPECT_THAT(report.binding, IsEmpty());
  EXPECT_DOUBLE_EQ(report.run_s, 20);
  EXPECT_DOUBLE_EQ(report.replayed_s, 20);
  EXPECT_EQ(report.utilisation, 1);
  EXPECT_EQ(report.twice_saves_s, 10);
  EXPECT_THAT(report.Summary(), HasSubstr("1 agents worked 100 % of their time; twice as many would save 50 %"));
}

TEST_F(BottleneckTest, AgentsThatDoNotClaimAreTold) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  for (int i = 0; i < 20; ++i) Make("task");
  for (int i = 0; i < 20; ++i) {
    const auto task = ClaimFor(agent);
    Pass(1000);
    Say(task, Report::kSucceeded);
    Pass(1000);
  }
  const BottleneckReport report = Analyse();
  ASSERT_THAT(Causes(report.binding), ElementsAre(Cause::kUnclaimedWork));
  EXPECT_DOUBLE_EQ(*report.binding[0].saved_s, 19) << "39 s, of which 20 s were work";
}

TEST_F(BottleneckTest, FailedAttemptsAreWeighed) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  for (int i = 0; i < 12; ++i) {
    const auto task = Make("task");
    ASSERT_EQ(ClaimFor(agent), task);
    Pass(1000);
    Say(task, i % 2 == 0 ? Report::kReleased : Report::kSucceeded);
    if (i % 2 != 0) continue;
    ASSERT_EQ(ClaimFor(agent), task);
    Pass(1000);
    Say(task, Report::kSucceeded);
  }
  const BottleneckReport report = Analyse();
  ASSERT_THAT(Causes(report.binding), ElementsAre(Cause::kRetries));
  EXPECT_DOUBLE_EQ(*report.binding[0].saved_s, 6) << "of 18 s";
  EXPECT_THAT(report.binding[0].evidence, HasSubstr("6 of 18 attempts came to nothing"));
  EXPECT_THAT(Analyse(Component::kStore).binding, IsEmpty()) << "what was not asked for is not looked at";
  EXPECT_THAT(Analyse(Component::kAll, {Metric::kLatency}).binding, IsEmpty());
  EXPECT_THAT(Causes(Analyse(Component::kTasks, {Metric::kErrors}).binding), ElementsAre(Cause::kRetries));
}

TEST_F(BottleneckTest, AQueueThatGrowsWantsMoreAgents) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  // Two a second, each takes a second.
  std::int64_t claimed = 0;
  for (int half = 0; half < 120; ++half) {
    if (half < 60) Make("task");
    if (half % 2 == 1 && claimed != 0) Say(std::exchange(claimed, 0), Report::kSucceeded);
    if (claimed == 0) claimed = ClaimFor(agent);
    if (half % 2 == 0 && half > 0) continue;
    Pass(1000);
  }
  if (claimed != 0) {
    Pass(1000);
    Say(claimed, Report::kSucceeded);
  }
  WorkAll(agent, 1000);
  const BottleneckReport report = Analyse();
  ASSERT_THAT(Causes(report.binding), ElementsAre(Cause::kTooFewAgents)) << report.Summary();
  EXPECT_THAT(report.binding[0].evidence, HasSubstr("Work comes faster than 1 agents do it"));
}

TEST_F(BottleneckTest, WorkThatWaitsForACapabilityNobodyHasComesFirst) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  for (int i = 0; i < 20; ++i) Make("task");
  WorkAll(agent, 1000);
  Make("rare one", swarm::Priority::kMedium, "rust");
  Make("rare too", swarm::Priority::kMedium, "rust");
  const BottleneckReport report = Analyse();
  ASSERT_FALSE(report.binding.empty());
  EXPECT_EQ(report.binding[0].cause, Cause::kNobodyCapable);
  EXPECT_EQ(report.binding[0].subject, "rust");
  EXPECT_FALSE(report.binding[0].saved_s);
  EXPECT_THAT(report.Summary(), HasSubstr("2 tasks are ready and take the capability \"rust\""));
}

TEST_F(BottleneckTest, AFullDiskAndABusyMachineAreTold) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  for (int i = 0; i < 20; ++i) Make("task");
  WorkAll(agent, 1000);
  Samples samples;
  samples["machine:load"].Add(1e6);
  samples["store:free_bytes"].Add(5e6);
  AddSamples(*database_, {.pid = 1, .started_ms = 1}, samples, now_.wall_ms);
  const BottleneckReport report = Analyse();
  EXPECT_THAT(Causes(report.binding), testing::UnorderedElementsAre(Cause::kCpu, Cause::kDiskSpace));
  EXPECT_THAT(Causes(Analyse(Component::kAll, {Metric::kCpu}).binding), ElementsAre(Cause::kCpu));
}

}  // namespace
}  // namespace skep::metrics
