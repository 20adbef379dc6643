#include "metrics/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/metrics_fixture.h"
#include "metrics/samples.h"
#include "swarm/agent.h"
#include "swarm/claim.h"
#include "swarm/task_graph.h"
#include "swarm/task_update.h"

namespace skep::metrics {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class PastWork : public MetricsFixture {
 protected:
  void Record(std::initializer_list<Recorded> recorded, std::int64_t at_ms) {
    const std::vector<Recorded> all(recorded);
    AddToWindows(*database_, all, at_ms);
  }
  History Read(std::int64_t length_ms, std::int64_t now_ms) {
    return ReadHistory(*database_, std::nullopt, now_ms - length_ms, now_ms, now_ms);
  }
};

TEST_F(PastWork, OfNothingIsEmpty) {
  const History history = Read(kDayMs, kHour0 + kDayMs);
  EXPECT_EQ(history.from_ms, history.to_ms);
  EXPECT_THAT(history.requests, IsEmpty());
  EXPECT_THAT(history.ended, IsEmpty());
}

TEST_F(PastWork, BeginsAndEndsWithWhatWasMeasured) {
  Record({Of("tool:a", {100, 200}, 1), Of("store:commit", {50})}, kHour0 + 60'000);
  Record({Of("method:ping", {300})}, kHour0 + 60'000);
  Record({Of("tool:a", {400})}, kHour0 + 90'000);
  const History history = Read(kDayMs, kHour0 + 10 * kMinuteMs);
  EXPECT_EQ(history.from_ms, kHour0 + 60'000);
  EXPECT_EQ(history.to_ms, kHour0 + 100'000);
  EXPECT_EQ(history.window_ms, 10'000) << "as closely as it was measured";
  ASSERT_THAT(history.requests, SizeIs(2));
  EXPECT_EQ(history.requests[0].start_ms, kHour0 + 60'000);
  EXPECT_EQ(history.requests[0].values.count(), 3U) << "requests of all kinds together";
  EXPECT_EQ(history.requests[0].errors, 1U);
  EXPECT_EQ(history.requests[1].start_ms, kHour0 + 90'000);
  ASSERT_EQ(history.operations.count("store:commit"), 1U);
  EXPECT_THAT(history.operations.at("store:commit"), SizeIs(1));
}

TEST_F(PastWork, IsMergedToAsManyWindowsAsAPlotHasAndNothingIsLost) {
  std::uint64_t count = 0;
  for (std::int64_t at = 0; at < kHourMs; at += 10'000, ++count) Record({Of("tool:a", {100})}, kHour0 + at);
  const History history = Read(kDayMs, kHour0 + kHourMs);
  EXPECT_LE(history.requests.size(), static_cast<std::size_t>(kPlotWindows));
  EXPECT_GE(history.requests.size(), static_cast<std::size_t>(kPlotWindows / 2));
  std::uint64_t found = 0;
  for (const Window& window : history.requests) found += window.values.count();
  EXPECT_EQ(found, count);
}

TEST_F(PastWork, OfADayComesFromMinutes) {
  Record({Of("tool:a", {100})}, kHour0 + 130'000);
  Record({Of("tool:a", {100})}, kHour0 + 20 * kHourMs);
  PruneWindows(*database_, kHour0 + 20 * kHourMs + 1000);
  const History history = Read(kDayMs, kHour0 + 20 * kHourMs + 1000);
  EXPECT_EQ(history.window_ms % kMinuteMs, 0);
  EXPECT_LE(history.from_ms, kHour0 + 130'000);
  ASSERT_THAT(history.requests, SizeIs(2));
  EXPECT_EQ(history.requests[0].values.count(), 1U);
}

TEST_F(PastWork, OfAMonthComesFromHours) {
  for (std::int64_t day = 0; day < 30; ++day) Record({Of("tool:a", {100, 200})}, kHour0 + day * kDayMs);
  const std::int64_t now_ms = kHour0 + 29 * kDayMs + kHourMs;
  for (int i = 0; i < 3; ++i) PruneWindows(*database_, now_ms);
  const History history = Read(30 * kDayMs, now_ms);
  EXPECT_EQ(history.window_ms % kHourMs, 0);
  std::uint64_t found = 0;
  for (const Window& window : history.requests) found += window.values.count();
  EXPECT_EQ(found, 60U);
}

TEST_F(PastWork, ProcessesAreAddedUp) {
  const auto samples = [](double bytes, double cores) {
    Samples all;
    all["process:resident_bytes"].Add(bytes);
    all["process:cpu_cores"].Add(cores);
    all["machine:load"].Add(2);
    return all;
  };
  Record({Of("tool:a", {100})}, kHour0);
  AddSamples(*database_, {.pid = 1, .started_ms = 5}, samples(10e6, 0.5), kHour0);
  AddSamples(*database_, {.pid = 2, .started_ms = 5}, samples(14e6, 0.25), kHour0);
  AddSamples(*database_, {}, samples(90e6, 9), kHour0);
  const History history = Read(kHourMs, kHour0 + 60'000);
  ASSERT_THAT(history.processes, SizeIs(1)) << "and those that were gone at once are left out";
  EXPECT_EQ(history.processes[0].looks, 2U);
  EXPECT_DOUBLE_EQ(history.processes[0].resident_bytes, 24e6);
  EXPECT_DOUBLE_EQ(*history.processes[0].resident_most, 14e6);
  EXPECT_DOUBLE_EQ(*history.processes[0].cores, 0.75);
  EXPECT_DOUBLE_EQ(*history.processes[0].load, 2);
}

TEST_F(PastWork, TasksAreCountedWhenTheyEnded) {
  Moment now{.wall_ms = kHour0, .boot_ms = 1'000'000};
  auto swarm = *swarm::CreateSwarm(
      *database_, {.topology = swarm::Topology::kStar, .max_agents = 9, .name = "", .objective = ""}, now.wall_ms);
  const auto agent = *swarm::SpawnAgent(*database_, swarm,
                                        {.type = "coder", .name = "", .capabilities = {}, .parent = ""}, now.wall_ms);
  for (const auto report : {swarm::Report::kSucceeded, swarm::Report::kFailed}) {
    ASSERT_TRUE(swarm::Orchestrate(*database_, swarm, {.title = "t", .body = "", .max_attempts = 1}, {},
                                   swarm::Orchestration::kParallel, now));
    const auto who = *swarm::FindAgent(*database_, swarm, agent.id());
    const auto task = *swarm::ClaimTask(*database_, swarm, who, std::nullopt, now)->task;
    now.wall_ms += 15'000;
    ASSERT_TRUE(swarm::UpdateTask(*database_, {.task = task.number, .epoch = task.epoch, .report = report}, now));
  }
  const History history = Read(kHourMs, now.wall_ms + 1000);
  ASSERT_THAT(history.ended, SizeIs(2)) << "also when nothing was measured";
  EXPECT_EQ(history.ended[0].start_ms, kHour0 + 10'000);
  EXPECT_EQ(history.ended[0].succeeded, 1U);
  EXPECT_EQ(history.ended[1].failed, 1U);
}

}  // namespace
}  // namespace skep::metrics
