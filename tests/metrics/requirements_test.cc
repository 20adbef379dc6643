#include "metrics/requirements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace skep::metrics {
namespace {

using testing::HasSubstr;

class Requirements : public testing::Test {
 protected:
  void Add(const std::string& operation, std::uint64_t ns, int count) {
    Window& window = windows_.emplace_back();
    window.operation = operation;
    for (int i = 0; i < count; ++i) window.values.Add(ns);
  }
  void Look(const std::string& figure, double value) { processes_[{.pid = 1, .started_ms = 1}][figure].Add(value); }
  Requirement Of(std::string_view name) {
    const auto all = CheckRequirements({.windows = windows_, .processes = processes_});
    const auto found = std::ranges::find(all, name, &Requirement::name);
    EXPECT_NE(found, all.end()) << name;
    return *found;
  }

  std::vector<Window> windows_;
  std::map<ProcessKey, Samples> processes_;
};

TEST_F(Requirements, WithoutDataEachSaysWhy) {
  for (const Requirement& one : CheckRequirements({.windows = windows_, .processes = processes_})) {
    EXPECT_EQ(one.met, Met::kNoData) << one.name;
    EXPECT_TRUE(one.why) << one.name;
    EXPECT_FALSE(one.measured) << one.name;
  }
}

TEST_F(Requirements, ATimeIsJudgedByTheNinetyFifthPercentOfEnoughCalls) {
  Add("method:ping", 500'000, 19);
  EXPECT_EQ(Of("message processing").met, Met::kNoData);
  Add("tool:inbox", 500'000, 1);
  EXPECT_EQ(Of("message processing").met, Met::kMet);
  Add("tool:agent_spawn", 5'000'000, 5);
  EXPECT_EQ(Of("message processing").met, Met::kNotMet);
  EXPECT_THAT(*Of("message processing").measured, HasSubstr("of 25 requests"));
}

TEST_F(Requirements, ARateThatNobodyAskedForIsNoFailure) {
  Look("rate:requests", 100);
  EXPECT_EQ(Of("burst rate").met, Met::kNoData);
  EXPECT_THAT(*Of("burst rate").why, HasSubstr("no more than 100/s were asked for"));
  EXPECT_THAT(*Of("burst rate").why, HasSubstr("skep test load"));
  EXPECT_THAT(*Of("task operations").why, HasSubstr("skep benchmark run --suite tasks"));
  Look("rate:requests", 60'000);
  EXPECT_EQ(Of("burst rate").met, Met::kMet);
}

TEST_F(Requirements, MemoryAtWorkSaysNothingOfRestUnlessItIsLittle) {
  Look("process:resident_bytes", 60e6);
  EXPECT_EQ(Of("memory").met, Met::kNoData);
  Look("process:resident_bytes", 9e6);
  EXPECT_EQ(Of("memory").met, Met::kMet);
  EXPECT_THAT(*Of("memory").measured, HasSubstr("60.0 MB at most"));
}

}  // namespace
}  // namespace skep::metrics
