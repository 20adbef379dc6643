#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/test_tools.h"
#include "support/in_process_session.h"

namespace skep::mcp {

/// One client of a server that has the test tools.
class McpTest : public testing::Test {
 protected:
  McpTest() = default;
  explicit McpTest(std::size_t tools_page) : server_(TestTools(), "Use the tools.", tools_page) {}
  ~McpTest() override {
    Gate::Instance().Open();
    WaitingCalls().clear();
  }

  /// The answer to a line, parsed.
  Json Ask(const std::string& line) { return Json::parse(session_.Ask(line)); }
  Json ResultOf(const std::string& line) {
    const Json answer = Ask(line);
    EXPECT_TRUE(answer.contains("result")) << answer;
    return answer.value("result", Json());
  }
  /// The structured content of a call that must succeed.
  Json ContentOf(const std::string& line) {
    const Json result = ResultOf(line);
    EXPECT_FALSE(result.contains("isError")) << result;
    return result.value("structuredContent", Json());
  }
  void ExpectError(const std::string& line, int code, const Json& id, std::string_view message) {
    const Json answer = Ask(line);
    Json expected = {{"jsonrpc", "2.0"}, {"error", {{"code", code}, {"message", message}}}};
    if (!id.is_null()) expected["id"] = id;
    EXPECT_EQ(answer, expected) << line;
  }
  /// What has been said, once nothing is in flight.
  std::vector<Json> TakeAll() {
    std::vector<Json> all;
    for (const std::string& line : session_.TakeAll()) all.push_back(Json::parse(line));
    return all;
  }
  /// What has been said already.
  std::vector<Json> TakeNow() {
    std::vector<Json> all;
    while (auto line = session_.TakeNow()) all.push_back(Json::parse(*line));
    return all;
  }
  /// Begins a call of `wait`, which the test then answers.
  WaitingCall Wait(const std::string& line) {
    session_.Send(line);
    EXPECT_TRUE(server_.executor().RunUntil([] { return !WaitingCalls().empty(); }));
    WaitingCall call = std::move(WaitingCalls().front());
    WaitingCalls().pop_front();
    return call;
  }
  /// Sends `hold` and returns when the store's thread stands before the gate: what is written from now on waits.
  void HoldStore(const Json& id = "hold") {
    Gate::Instance().Shut();
    session_.Send(Call(id, "hold"));
    Gate::Instance().AwaitVisitor();
  }

  TestServer server_{TestTools()};
  TestSession session_{server_};
};

constexpr int kInvalidRequest = -32600;
constexpr int kMethodNotFound = -32601;
constexpr int kInvalidParams = -32602;
constexpr int kInternal = -32603;
constexpr int kParse = -32700;
constexpr int kUnsupportedVersion = -32022;

}  // namespace skep::mcp
