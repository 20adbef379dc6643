#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "cli/run_cli.h"
#include "net/loopback.h"
#include "net/unix_socket.h"

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

TEST(Serve, ConnectingToNobodyFailsAndSaysSo) {
  const User user;
  const auto joined = user.Run({"serve", "--connect", "unix"});
  EXPECT_EQ(joined.status, kExitFailed);
  EXPECT_THAT(joined.err, HasSubstr("nobody serves on " + user.home() + "/run/project-"));
  EXPECT_FALSE(std::filesystem::exists(user.home() + "/data")) << "whoever only joins has no data of its own";
}

TEST(Serve, ASocketThatIsServedIsNotTaken) {
  const User user;
  const std::string path = user.project() + "/socket";
  const auto socket = net::ListeningSocket::Open(path);
  const auto served = user.Run({"serve", "--listen", "unix:" + path});
  EXPECT_EQ(served.status, kExitFailed);
  EXPECT_THAT(served.err, HasSubstr("another skep serves on " + path));
}

TEST(Serve, APortForTelemetryThatIsTakenIsSaidToBeSo) {
  const User user;
  const auto port = net::ListeningPort::Open(*net::ParseLoopback("127.0.0.1:0"));
  ASSERT_TRUE(port);
  const std::string address = port->address().text();
  constexpr const char* kPing = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n";
  const auto asked = user.Run({"serve", "--otlp", address.c_str()}, kPing);
  EXPECT_EQ(asked.status, kExitOk) << "a client needs its server more than its telemetry";
  EXPECT_THAT(asked.err, HasSubstr("cannot listen on " + address + ": another process does already"));
  user.WriteConfig("[telemetry]\notlp = \"" + address + "\"\n");
  const auto configured = user.Run({"serve"}, kPing);
  EXPECT_EQ(configured.status, kExitOk);
  EXPECT_EQ(configured.err, "");
}

TEST(Serve, SaysWhereItReceivesTelemetry) {
  const User user;
  const auto served =
      user.Run({"serve", "--otlp", "localhost:0"}, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n");
  EXPECT_EQ(served.status, kExitOk);
  EXPECT_THAT(served.err, testing::ContainsRegex("receiving telemetry on http://127.0.0.1:[1-9][0-9]*"));
}

}  // namespace
}  // namespace skep::cli
