#include "metrics/contention.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "metrics/metrics_fixture.h"
#include "metrics/windows.h"

namespace skep::metrics {
namespace {

class ContendedPaths : public MetricsFixture {};

TEST_F(ContendedPaths, TheMostWaitedForComesFirst) {
  Contention contention;
  contention.Note("src/a.cc", 500, false);
  contention.Note("src/b.cc", 900, true);
  contention.Note("src/a.cc", 700, true);
  contention.Note("src/c.cc", 0, true);
  AddContention(*database_, contention.Take(), kHour0);
  EXPECT_TRUE(contention.Take().empty());
  const auto paths = ReadContention(*database_, kHour0, kHour0 + kMinuteMs, kHour0 + kMinuteMs, 2);
  ASSERT_EQ(paths.size(), 2);
  EXPECT_EQ(paths[0].path, "src/a.cc");
  EXPECT_EQ(paths[0].figures.waits, 2);
  EXPECT_EQ(paths[0].figures.denials, 1);
  EXPECT_EQ(paths[0].figures.waited_ms, 1200);
  EXPECT_EQ(paths[1].path, "src/b.cc");
}

TEST_F(ContendedPaths, ThoseBeyondTheBoundAreCountedTogether) {
  Contention contention;
  for (std::size_t i = 0; i < 2 * limits::kMaxContendedPaths; ++i) contention.Note(std::to_string(i), 1, false);
  const auto paths = contention.Take();
  EXPECT_EQ(paths.size(), limits::kMaxContendedPaths);
  EXPECT_EQ(paths.at(std::string(Contention::kOthers)).waits, limits::kMaxContendedPaths + 1);
}

TEST_F(ContendedPaths, AWindowHasABoundedNumberOfThemWhoeverNotedThem) {
  constexpr auto kMost = static_cast<std::int64_t>(limits::kMaxContendedPaths);
  for (int process = 0; process < 3; ++process) {
    Contention contention;
    for (int i = 0; i < kMost - 1; ++i) contention.Note(std::to_string(process * 1000 + i), 1, false);
    AddContention(*database_, contention.Take(), kHour0);
  }
  for (const auto& [end_ms, now_ms] : {std::pair{kHour0 + 10'000, kHour0 + 10'000},
                                       {kHour0 + kMinuteMs, kHour0 + kHourMs},
                                       {kHour0 + kHourMs, kHour0 + kHourMs}}) {
    const auto paths = ReadContention(*database_, kHour0, end_ms, now_ms, 1000);
    ASSERT_EQ(std::ssize(paths), kMost);
    EXPECT_EQ(paths[0].path, Contention::kOthers);
    EXPECT_EQ(paths[0].figures.waits, 2 * (kMost - 1));
  }
}

}  // namespace
}  // namespace skep::metrics
