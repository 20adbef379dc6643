#include "metrics/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <ctime>
#include <vector>

namespace skep::metrics {
namespace {

TEST(MeasureProcess, ItBeganBeforeNow) {
  const ProcessFigures figures = MeasureProcess();
  ASSERT_TRUE(figures.started_s);
  EXPECT_GT(*figures.started_s, 1'000'000'000);
  // The kernel counts the start in hundredths of a second since a boot that it knows to the second.
  EXPECT_LT(*figures.started_s, static_cast<double>(std::time(nullptr)) + 2);
  ASSERT_TRUE(figures.cpu_s);
  EXPECT_GE(*figures.cpu_s, 0);
}

TEST(MeasureProcess, MemoryThatIsWrittenCounts) {
  const auto before = MeasureProcess().resident_bytes;
  ASSERT_TRUE(before);
  constexpr std::size_t kBytes = 64 << 20;
  std::vector<char> written(kBytes, 1);
  const ProcessFigures after = MeasureProcess();
  EXPECT_GE(*after.resident_bytes, *before + static_cast<std::int64_t>(kBytes) / 2);
  EXPECT_GE(*after.virtual_bytes, *after.resident_bytes);
  EXPECT_EQ(written.back(), 1);
}

TEST(MeasureProcess, AnOpenFileCounts) {
  const auto before = MeasureProcess().open_files;
  const int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const auto during = MeasureProcess().open_files;
  close(file);
  ASSERT_TRUE(before && during);
  EXPECT_EQ(*during, *before + 1);
}

}  // namespace
}  // namespace skep::metrics
