#include "cli/console.h"

#include <gtest/gtest.h>

#include "cli/run_cli.h"

namespace skep::cli {
namespace {

TEST(Console, WritesWhereItIsTold) {
  const MemoryFile out;
  const MemoryFile err;
  const Console console{.in = -1, .out = out.fd(), .err = err.fd()};
  EXPECT_TRUE(console.Out("result\n"));
  console.Say("trouble");
  EXPECT_EQ(out.Content(), "result\n");
  EXPECT_EQ(err.Content(), "skep: trouble\n");
}

TEST(Console, AFullDiskIsNoticed) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  EXPECT_FALSE((Console{.in = -1, .out = full, .err = -1}.Out("result\n")));
  close(full);
}

TEST(Console, AFileIsNoTerminal) {
  const MemoryFile file;
  const Console console{.in = file.fd(), .out = file.fd(), .err = file.fd()};
  EXPECT_FALSE(console.InIsTerminal());
  EXPECT_FALSE(console.OutIsTerminal());
  EXPECT_FALSE(console.ErrIsTerminal());
}

}  // namespace
}  // namespace skep::cli
