#include "bench/profile.h"

#include <gtest/gtest.h>

#include <vector>

#include "bench/make_row.h"

namespace skep::bench {
namespace {

TEST(MemoryProfile, IsWithinWhatIsRequiredWhenNothingIsAbove) {
  Row within = MakeRow("at rest", 10);
  within.figure.better = Better::kLower;
  within.figure.required = 35;
  EXPECT_TRUE(WithinRequirements({within, MakeRow("nothing is required of it", 10)}));
  Row above = within;
  above.median = 40;
  EXPECT_FALSE(WithinRequirements({within, above}));
  EXPECT_FALSE(WithinRequirements({NoData("suite", {.name = "lost", .unit = {}}, "why")}));
}

TEST(MemoryProfile, WithoutAProgramSaysWhyThereAreNoData) {
  bench::Run run({.program = "/no/such/skep", .directory = "/tmp"}, 1);
  ProfileMemory(run, 1);
  ASSERT_EQ(run.rows().size(), 3U);
  for (const Row& row : run.rows()) EXPECT_FALSE(row.median);
}

}  // namespace
}  // namespace skep::bench
