#include "bench/echo.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "base/fd.h"

namespace skep::bench {
namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    if (pipe(ends) == 0) {
      from = Fd(ends[0]);
      to = Fd(ends[1]);
    }
  }
  Fd from;
  Fd to;
};

TEST(BenchmarkEcho, WritesWhatItReadsUntilTheEnd) {
  Pipe in;
  Pipe out;
  ASSERT_EQ(write(*in.to, "one\ntwo\n", 8), 8);
  in.to.Close();
  EXPECT_TRUE(Echo(*in.from, *out.to));
  std::string text(100, '\0');
  text.resize(static_cast<std::size_t>(read(*out.from, text.data(), text.size())));
  EXPECT_EQ(text, "one\ntwo\n");
}

TEST(BenchmarkEcho, SaysThatItCouldNotRead) { EXPECT_FALSE(Echo(-1, -1)); }

}  // namespace
}  // namespace skep::bench
