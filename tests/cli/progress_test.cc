#include "cli/progress.h"

#include <gtest/gtest.h>

#include "cli/run_cli.h"

namespace skep::cli {
namespace {

TEST(ProgressBar, FillsAndNamesWhatItIsAt) {
  EXPECT_EQ(BarText(0, "ping", 80), "[                    ]   0 % ping");
  EXPECT_EQ(BarText(0.5, "ping", 80), "[##########          ]  50 % ping");
  EXPECT_EQ(BarText(2, "ping", 80), "[####################] 100 % ping");
}

TEST(ProgressBar, FitsTheTerminal) { EXPECT_EQ(BarText(1, "10 µs and more", 33), "[####################] 100 % 10 µ"); }

TEST(ProgressLines, AreWrittenWhenSomethingChangesWhereThereIsNoTerminal) {
  const MemoryFile err;
  const Console console{.in = -1, .out = -1, .err = err.fd()};
  {
    Progress progress(console);
    progress.Show(0.1, "ping", 0);
    progress.Show(0.2, "ping", 2'000'000'000);
    progress.Show(0.3, "too soon", 900'000'000);
    progress.Show(0.3, "store", 1'000'000'000);
  }
  EXPECT_EQ(err.Content(), "skep: 10 % ping\nskep: 30 % store\n");
}

}  // namespace
}  // namespace skep::cli
