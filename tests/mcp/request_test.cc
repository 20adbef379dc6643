#include "mcp/request.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/limits.h"
#include "mcp/mcp_test.h"

namespace skep::mcp {
namespace {

constexpr std::string_view kVersionKey = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view kCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";

class Eras : public McpTest {
 protected:
  static std::string List(const Json& meta) { return RequestLine(1, "tools/list", {{"_meta", meta}}); }
};

TEST_F(Eras, ARequestThatNamesTheModernRevisionIsAnsweredInIt) {
  const Json result = ResultOf(RequestLine(1, "tools/list", Modern()));
  EXPECT_EQ(result["resultType"], "complete");
  EXPECT_EQ(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "skep");
  EXPECT_EQ(result["cacheScope"], "public");
  EXPECT_TRUE(result["ttlMs"].is_number_unsigned());
}

TEST_F(Eras, AnyOtherIsAnsweredInTheSessionsOwn) {
  for (const Json& params : {Json(), Json::object(), Json::parse(R"({"_meta":{}})"),
                             Json::parse(R"({"_meta":{"progressToken":1,"traceparent":"00-1-2-01","x/y":[1]}})")}) {
    const Json result = ResultOf(RequestLine(1, "tools/list", params));
    EXPECT_EQ(result.size(), 1U) << result;
  }
}

TEST_F(Eras, BothAlternateOnOneSession) {
  ResultOf(Initialize(0, "2025-06-18"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(ResultOf(Call(1, "say", {{"text", "x"}})).contains("resultType"));
    const Json modern =
        ResultOf(RequestLine(2, "tools/call", Modern({{"name", "say"}, {"arguments", {{"text", "y"}}}})));
    EXPECT_EQ(modern["resultType"], "complete");
    EXPECT_EQ(modern["structuredContent"]["said"], "y");
    EXPECT_EQ(ResultOf(RequestLine(3, "ping")), Json::object());
    EXPECT_EQ(Ask(RequestLine(4, "ping", Modern()))["error"]["code"], kMethodNotFound);
    EXPECT_EQ(Ask(RequestLine(5, "tools/list", Modern(Json::object(), "2099-01-01")))["error"]["code"],
              kUnsupportedVersion);
  }
}

TEST_F(Eras, AFailedModernCallIsStillModern) {
  const Json result = ResultOf(RequestLine(1, "tools/call", Modern({{"name", "fail"}})));
  EXPECT_EQ(result["isError"], true);
  EXPECT_EQ(result["resultType"], "complete");
  EXPECT_EQ(result["_meta"]["skep/error"], "conflict");
  EXPECT_EQ(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "skep");
}

TEST_F(Eras, AVersionThatIsNotSpokenIsRefusedWithThoseThatAre) {
  for (const std::string_view version : {"2099-01-01", "2026-07-29", "", "2025-11-25", "2026-07-28 "}) {
    for (const std::string_view method : {"tools/list", "server/discover", "no/such/method", "ping"}) {
      const Json answer = Ask(RequestLine("r", method, Modern(Json::object(), version)));
      EXPECT_EQ(answer["id"], "r");
      EXPECT_EQ(answer["error"]["code"], kUnsupportedVersion);
      EXPECT_EQ(answer["error"]["data"], Json({{"supported", {"2026-07-28"}}, {"requested", version}}));
    }
  }
}

TEST_F(Eras, AVersionOfAnyLengthIsRepeatedInShort) {
  const Json answer = Ask(RequestLine(1, "tools/list", Modern(Json::object(), std::string(100'000, 'x'))));
  EXPECT_EQ(answer["error"]["code"], kUnsupportedVersion);
  EXPECT_LT(answer.dump().size(), 512U);
}

TEST_F(Eras, AModernRequestSaysWhatItsClientCanDo) {
  const std::string message =
      "params._meta[\"io.modelcontextprotocol/clientCapabilities\"] is required and must be an object";
  ExpectError(List({{kVersionKey, "2026-07-28"}}), kInvalidParams, 1, message);
  for (const Json& wrong : {Json(nullptr), Json::array(), Json("none"), Json(1)}) {
    ExpectError(List({{kVersionKey, "2026-07-28"}, {kCapabilitiesKey, wrong}}), kInvalidParams, 1, message);
  }
  EXPECT_TRUE(ResultOf(List({{kVersionKey, "2026-07-28"}, {kCapabilitiesKey, {{"elicitation", Json::object()}}}}))
                  .contains("tools"));
}

TEST_F(Eras, MetaOfWrongTypesIsRefused) {
  for (const Json& wrong : {Json(nullptr), Json::array(), Json("x"), Json(1)}) {
    ExpectError(List(wrong), kInvalidParams, 1, "params._meta must be an object");
  }
  ExpectError(List({{kVersionKey, 20260728}, {kCapabilitiesKey, Json::object()}}), kInvalidParams, 1,
              "params._meta[\"io.modelcontextprotocol/protocolVersion\"] must be a string");
  Json params = Modern();
  params["_meta"]["io.modelcontextprotocol/clientInfo"] = "me";
  ExpectError(RequestLine(1, "tools/list", params), kInvalidParams, 1,
              "params._meta[\"io.modelcontextprotocol/clientInfo\"] must be an object");
  params["_meta"]["io.modelcontextprotocol/clientInfo"] = {{"name", "me"}, {"version", "1"}};
  EXPECT_TRUE(ResultOf(RequestLine(1, "tools/list", params)).contains("tools"));
}

TEST_F(Eras, WithoutAVersionOtherModernMembersMeanNothing) {
  EXPECT_EQ(ResultOf(List({{kCapabilitiesKey, 5}, {"io.modelcontextprotocol/logLevel", "debug"}})).size(), 1U);
}

class ProgressToken : public McpTest {};

TEST_F(ProgressToken, IsAStringOrAnIntegerLikeAnId) {
  for (const Json& token : {Json("a\n\xc3\xa4"), Json(""), Json(0), Json(-5), Json(18446744073709551615U)}) {
    WaitingCall call = Wait(CallWithProgress(1, "wait", {{"name", "w"}}, token));
    call.reply.Progress(1, 2, "");
    call.reply(Waited{});
    EXPECT_EQ(TakeAll()[0]["params"]["progressToken"], token);
  }
}

TEST_F(ProgressToken, OfAnotherTypeIsRefused) {
  for (const Json& token : {Json(1.5), Json(true), Json(nullptr), Json::array(), Json(std::string(2000, 'x'))}) {
    ExpectError(CallWithProgress(1, "say", {{"text", "x"}}, token), kInvalidParams, 1,
                "params._meta.progressToken must be a string of at most 1024 bytes or an integer");
  }
}

}  // namespace
}  // namespace skep::mcp
