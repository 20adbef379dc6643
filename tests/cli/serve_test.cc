#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/run_cli.h"

namespace skep::cli {
namespace {

using testing::HasSubstr;

TEST(Serve, AnswersALineAndEndsWithItsInput) {
  const User user;
  const auto served = user.Run({"serve"}, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n");
  EXPECT_EQ(served.status, kExitOk);
  EXPECT_EQ(served.out, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n");
  EXPECT_EQ(served.err, "");
}

TEST(Serve, IsWhatAPipeWithoutACommandGets) {
  const User user;
  EXPECT_THAT(user.Run({}, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}\n").out,
              HasSubstr("memory_usage"));
}

}  // namespace
}  // namespace skep::cli
