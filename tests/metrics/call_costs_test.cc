#include "metrics/call_costs.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace skep::metrics {
namespace {

class CallCostsTest : public testing::Test {
 protected:
  void Record(const std::string& operation, int times, std::uint64_t us) {
    Window& window = windows_.emplace_back();
    window.operation = operation;
    for (int i = 0; i < times; ++i) window.values.Add(us * 1000);
  }
  void RecordMore(int times, std::uint64_t us) {
    for (int i = 0; i < times; ++i) windows_.back().values.Add(us * 1000);
  }
  std::vector<Window> windows_;
};

TEST_F(CallCostsTest, NothingRecordedIsNoFigure) {
  EXPECT_FALSE(MeasureCalls(windows_));
  Record("store:queue", 5, 10);
  EXPECT_FALSE(MeasureCalls(windows_)) << "what commits take is not known";
}

TEST_F(CallCostsTest, ASlowDiskIsTheCauseOfTheQueueBeforeIt) {
  Record("store:queue", 100, 30'000);
  Record("store:run", 100, 100);
  Record("store:commit", 100, 50'000);
  const auto costs = MeasureCalls(windows_);
  ASSERT_TRUE(costs);
  EXPECT_EQ(costs->calls, 100U);
  EXPECT_NEAR(costs->commit_us, 50'000, 1);
  EXPECT_NEAR(costs->disk_us, 80'000, 10) << "its own 50 ms, and the queue's 30 ms";
  EXPECT_EQ(costs->long_us, 0);
  EXPECT_LT(costs->work_us, 110);
  EXPECT_FALSE(costs->loop_us);
}

TEST_F(CallCostsTest, AFewLongOperationsAreTheCauseOfIt) {
  Record("store:queue", 100, 30'000);
  Record("store:run", 98, 100);
  RecordMore(2, 3'000'000);
  Record("store:commit", 100, 1000);
  Record("store:group", 98, 0);
  const auto costs = MeasureCalls(windows_);
  ASSERT_TRUE(costs);
  EXPECT_EQ(costs->long_groups, 2U);
  EXPECT_NEAR(costs->long_us, 30'000, 100);
  EXPECT_NEAR(costs->disk_us, 1000, 10);
  EXPECT_NEAR(costs->run_us, 100, 5) << "those of others";
  EXPECT_NEAR(costs->busy_share_long, 6 / 6.11, 0.01);
  EXPECT_NEAR(static_cast<double>(costs->most_run_us), 3'000'000, 1);
}

TEST_F(CallCostsTest, OperationsThatAllTakeLongAreNotLongOnes) {
  Record("store:queue", 100, 200'000);
  Record("store:run", 100, 100'000);
  Record("store:commit", 100, 1000);
  const auto costs = MeasureCalls(windows_);
  ASSERT_TRUE(costs);
  EXPECT_EQ(costs->long_groups, 0U);
  EXPECT_NEAR(costs->work_us, 300'000, 5'000);
}

TEST_F(CallCostsTest, TheLoopsDelayIsItsOwnFigure) {
  Record("store:queue", 1, 1);
  Record("store:run", 1, 1);
  Record("store:commit", 1, 1);
  Record("loop:delay", 4, 2000);
  const auto costs = MeasureCalls(windows_);
  ASSERT_TRUE(costs && costs->loop_us);
  EXPECT_NEAR(*costs->loop_us, 2000, 1);
  EXPECT_EQ(costs->loop_looks, 4U);
}

}  // namespace
}  // namespace skep::metrics
