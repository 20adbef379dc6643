#include "bench/beside.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skep::bench {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Beside, CountsWhatWasBusyAndNotWhatWaited) {
  // user, nice, system, idle, iowait, irq, softirq, steal, guest: the last one is contained in the first.
  EXPECT_EQ(BusyS("cpu  100 20 50 9999 777 1 5 24 60 0\ncpu0 1 1 1\n", 100), 2);
}

TEST(Beside, WhatIsNotTheKernelsTextSaysNothing) {
  EXPECT_FALSE(BusyS("", 100));
  EXPECT_FALSE(BusyS("cpu  1 2 3", 100));
  EXPECT_FALSE(BusyS("intr 1 2 3 4 5 6 7 8 9", 100));
}

TEST(Beside, OtherWorkIsWhatWasBusyAndNotOurs) {
  EXPECT_EQ(OthersCores(/*busy_s=*/3, /*own_s=*/1, /*elapsed_s=*/2), 1);
  EXPECT_EQ(OthersCores(4, 0, 2), 2) << "more than one core, if there are more";
}

TEST(Beside, OtherWorkIsNeverNegative) {
  EXPECT_EQ(OthersCores(1, 1.009, 2), 0) << "a tick that the kernel has not counted yet";
}

TEST(Beside, SaysWhatABusyMachineMeans) {
  EXPECT_EQ(BesideText(0.1, 2), "other work took 0.10 of 2 cores meanwhile");
  EXPECT_THAT(BesideText(1.2, 2), HasSubstr("1.20 of 2 cores meanwhile: on a quiet machine"));
  EXPECT_THAT(BesideText(0.1, 1), Not(HasSubstr("cores")));
}

}  // namespace
}  // namespace skep::bench
