#include "cli/interrupt.h"

#include <gtest/gtest.h>

#include <csignal>

namespace skep::cli {
namespace {

TEST(Interrupt, HoldsSignalsBackAndSeesThem) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const Interrupt interrupt;
    EXPECT_FALSE(interrupt.asked());
    raise(signal);
    EXPECT_TRUE(interrupt.asked());
    EXPECT_TRUE(interrupt.asked());
  }
  // They were dealt with: this test still runs.
  EXPECT_FALSE(Interrupt().asked());
}

}  // namespace
}  // namespace skep::cli
