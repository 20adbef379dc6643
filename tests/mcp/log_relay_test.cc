#include "mcp/log_relay.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/limits.h"
#include "mcp/mcp_test.h"

namespace skep::mcp {
namespace {

class LogRelayTest : public McpTest {
 protected:
  std::vector<Json> Told() {
    server_.executor().RunPosted();
    return TakeNow();
  }
};

TEST_F(LogRelayTest, NothingIsSentToWhoHasNotAsked) {
  Log(LogLevel::kError, "something");
  EXPECT_TRUE(Told().empty());
  EXPECT_FALSE(LogEnabled(LogLevel::kInfo));
}

TEST_F(LogRelayTest, FromALevelOn) {
  EXPECT_EQ(ResultOf(RequestLine(1, "logging/setLevel", {{"level", "info"}})), Json::object());
  Log(LogLevel::kDebug, "too little");
  Log(LogLevel::kInfo, "a {}", "message");
  EXPECT_EQ(Told(), std::vector{Json::parse(R"({"jsonrpc":"2.0","method":"notifications/message",
    "params":{"level":"info","logger":"skep","data":"a message"}})")});
  ResultOf(RequestLine(2, "logging/setLevel", {{"level", "emergency"}}));
  Log(LogLevel::kError, "not that bad");
  EXPECT_TRUE(Told().empty());
}

TEST_F(LogRelayTest, WrongLevelsAreRefused) {
  for (const Json& level : {Json("loud"), Json(1), Json(nullptr)}) {
    ExpectError(RequestLine(1, "logging/setLevel", {{"level", level}}), kInvalidParams, 1,
                "params.level is required and must be one of debug, info, notice, warning, error, critical, alert, "
                "emergency");
  }
  Json params = Modern({{"name", "say"}, {"arguments", {{"text", "x"}}}});
  params["_meta"]["io.modelcontextprotocol/logLevel"] = "loud";
  EXPECT_EQ(Ask(RequestLine(1, "tools/call", params))["error"]["code"], kInvalidParams);
}

TEST_F(LogRelayTest, AFloodIsCutAndItsRestCounted) {
  ResultOf(RequestLine(1, "logging/setLevel", {{"level", "info"}}));
  for (int i = 0; i < limits::kMaxLogMessages + 30; ++i) Log(LogLevel::kInfo, "{}", i);
  EXPECT_EQ(Told().size(), static_cast<std::size_t>(limits::kMaxLogMessages));
  server_.clock().AdvanceMs(1000);
  Log(LogLevel::kInfo, "later");
  const auto told = Told();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0]["params"]["data"], "log messages left out before this one: 30");
  EXPECT_EQ(told[1]["params"]["data"], "later");
}

TEST_F(LogRelayTest, AModernRequestHearsWhatIsLoggedWhileItIsWorkedOn) {
  Json params = Modern({{"name", "put"}, {"arguments", {{"key", "k"}, {"value", "v"}}}});
  params["_meta"]["io.modelcontextprotocol/logLevel"] = "debug";
  session_.Send(RequestLine(1, "tools/call", params));
  Log(LogLevel::kInfo, "meanwhile");
  const std::vector<Json> told = TakeAll();
  ASSERT_GE(told.size(), 2U);
  EXPECT_EQ(told.back()["id"], 1);
  bool heard = false;
  for (const Json& one : told) heard = heard || (one.contains("params") && one["params"]["data"] == "meanwhile");
  EXPECT_TRUE(heard);
  Log(LogLevel::kError, "afterwards");
  EXPECT_TRUE(Told().empty());
  EXPECT_FALSE(LogEnabled(LogLevel::kInfo));
}

TEST_F(LogRelayTest, WhoHasGoneIsForgotten) {
  ResultOf(RequestLine(1, "logging/setLevel", {{"level", "debug"}}));
  EXPECT_TRUE(LogEnabled(LogLevel::kDebug));
  session_.End();
  EXPECT_FALSE(LogEnabled(LogLevel::kDebug));
  Log(LogLevel::kError, "nobody hears");
  server_.executor().RunPosted();
}

}  // namespace
}  // namespace skep::mcp
