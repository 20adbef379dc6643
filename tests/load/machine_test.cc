#include "load/machine.h"

#include <gtest/gtest.h>
#include <sched.h>

namespace skep::load {
namespace {

TEST(Machine, IsDescribedInALine) {
  EXPECT_EQ(
      Text({.processor = "Abacus", .cores = 2, .memory_bytes = 24'000'000'000, .kernel = "Linux 6.1", .load = 0.5}),
      "Abacus, 2 cores, 24.0 GB, Linux 6.1, load 0.5 before");
  EXPECT_EQ(Text({.cores = 1}), "an unknown processor, 1 core");
}

TEST(Machine, ThisOneHasACore) {
  const Machine machine = LookAtMachine();
  EXPECT_GE(machine.cores, 1);
  EXPECT_GE(machine.online_cores, machine.cores);
}

TEST(Machine, HasAllItsCoresWhereWeMayUseOne) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
  const Machine whole = LookAtMachine();
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(sched_getcpu(), &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  const Machine part = LookAtMachine();
  EXPECT_EQ(sched_setaffinity(0, sizeof(before), &before), 0);
  EXPECT_EQ(part.cores, 1);
  EXPECT_EQ(part.online_cores, whole.online_cores);
}

TEST(Machine, HasAKernel) {
  const Machine machine = LookAtMachine();
  EXPECT_TRUE(machine.kernel.starts_with("Linux "));
  EXPECT_TRUE(machine.memory_bytes);
}

}  // namespace
}  // namespace skep::load
