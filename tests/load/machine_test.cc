#include "load/machine.h"

#include <gtest/gtest.h>

namespace skep::load {
namespace {

TEST(Machine, IsDescribedInALine) {
  EXPECT_EQ(
      Text({.processor = "Abacus", .cores = 2, .memory_bytes = 24'000'000'000, .kernel = "Linux 6.1", .load = 0.5}),
      "Abacus, 2 cores, 24.0 GB, Linux 6.1, load 0.5 before");
  EXPECT_EQ(Text({.cores = 1}), "an unknown processor, 1 core");
}

TEST(Machine, ThisOneHasACoreAndAKernel) {
  const Machine machine = LookAtMachine();
  EXPECT_GE(machine.cores, 1);
  EXPECT_TRUE(machine.kernel.starts_with("Linux "));
  EXPECT_TRUE(machine.memory_bytes);
}

}  // namespace
}  // namespace skep::load
