#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "mcp/mcp_test.h"
#include "mcp/revision.h"

namespace skep::mcp {
namespace {

class Lifecycle : public McpTest {};

TEST_F(Lifecycle, InitializeAgreesToEveryLegacyRevision) {
  for (const std::string_view version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    const Json result = ResultOf(Initialize(1, version));
    EXPECT_EQ(result["protocolVersion"], version);
    EXPECT_EQ(result["capabilities"]["tools"], Json::object());
    EXPECT_EQ(result["serverInfo"]["name"], "skep");
    EXPECT_TRUE(result["serverInfo"]["version"].is_string());
    EXPECT_EQ(result["instructions"], "Use the tools.");
    EXPECT_EQ(result.size(), 4U) << "nothing of the modern era: " << result;
  }
}

TEST_F(Lifecycle, WhatInitializeCannotAgreeToIsAnsweredWithTheNewestLegacyRevision) {
  for (const std::string_view version : {"2026-07-28", "2099-01-01", "1999-01-01", "2025-06-17", "", "latest"}) {
    EXPECT_EQ(ResultOf(Initialize(1, version))["protocolVersion"], "2025-11-25") << version;
  }
}

TEST_F(Lifecycle, InitializeNeedsNothingButAVersion) {
  EXPECT_EQ(ResultOf(RequestLine(1, "initialize", {{"protocolVersion", "2025-06-18"}}))["protocolVersion"],
            "2025-06-18");
}

TEST_F(Lifecycle, InitializeSaysWhatItLacks) {
  const char* const message = "params.protocolVersion is required and must be a string";
  ExpectError(RequestLine(1, "initialize"), kInvalidParams, 1, message);
  ExpectError(RequestLine(1, "initialize", Json::object()), kInvalidParams, 1, message);
  ExpectError(RequestLine(1, "initialize", {{"protocolVersion", 20250618}}), kInvalidParams, 1, message);
  ExpectError(RequestLine(1, "initialize", {{"protocolVersion", "2025-06-18"}, {"capabilities", 1}}), kInvalidParams, 1,
              "params.capabilities must be an object");
  ExpectError(RequestLine(1, "initialize", {{"protocolVersion", "2025-06-18"}, {"clientInfo", nullptr}}),
              kInvalidParams, 1, "params.clientInfo must be an object");
}

TEST_F(Lifecycle, ASecondInitializeAgreesAnew) {
  ResultOf(Initialize(1, "2025-03-26"));
  EXPECT_TRUE(Ask("[" + RequestLine(2, "ping") + "]").is_array());
  ResultOf(Initialize(3, "2025-06-18"));
  EXPECT_EQ(Ask("[" + RequestLine(4, "ping") + "]")["error"]["code"], kInvalidRequest);
}

TEST_F(Lifecycle, InitializeIsNoPartOfABatch) {
  ResultOf(Initialize(1, "2025-03-26"));
  const Json answers = Ask(BatchOf({Initialize(2, "2025-06-18"), RequestLine(3, "ping")}));
  EXPECT_EQ(answers[0]["error"]["message"], "initialize must not be part of a batch");
  EXPECT_EQ(answers[0]["error"]["code"], kInvalidRequest);
  EXPECT_EQ(answers[1]["result"], Json::object());
  EXPECT_TRUE(Ask(BatchOf({RequestLine(4, "ping")})).is_array()) << "the revision is as it was";
}

TEST_F(Lifecycle, PingIsAnsweredAtAnyTime) {
  EXPECT_EQ(session_.Ask(RequestLine(1, "ping")), R"({"jsonrpc":"2.0","id":1,"result":{}})");
  EXPECT_EQ(ResultOf(RequestLine("p", "ping", {{"anything", 1}})), Json::object());
  ResultOf(Initialize(2, "2024-11-05"));
  EXPECT_EQ(ResultOf(RequestLine(3, "ping", Json::object())), Json::object());
}

TEST_F(Lifecycle, AScriptThatNeverInitializesIsServed) {
  EXPECT_EQ(ContentOf(Call(1, "say", {{"text", "x"}}))["said"], "x");
}

TEST_F(Lifecycle, DiscoverSaysEverythingAtOnce) {
  const Json result = ResultOf(RequestLine("server-discover-probe-1", "server/discover", Modern()));
  EXPECT_EQ(result, Json::parse(R"({
    "supportedVersions": ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"],
    "capabilities": {"tools": {}, "logging": {}, "extensions": {"io.modelcontextprotocol/tasks": {}}},
    "instructions": "Use the tools.",
    "ttlMs": 300000,
    "cacheScope": "public",
    "resultType": "complete",
    "_meta": {"io.modelcontextprotocol/serverInfo": )" +
                                server_.server().server_info() + "}}"));
}

TEST_F(Lifecycle, TheInitializedNotificationNeedsNoAnswerAndNoOrder) {
  session_.Send(Notification("notifications/initialized"));
  EXPECT_TRUE(TakeAll().empty());
  ResultOf(Initialize(1, "2025-06-18"));
  session_.Send(Notification("notifications/initialized", Json::object()));
  EXPECT_TRUE(TakeAll().empty());
}

}  // namespace
}  // namespace skep::mcp
