#include "client/messages.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace skep::client {
namespace {

using nlohmann::json;

json Parsed(const std::string& line) {
  EXPECT_TRUE(line.ends_with("\n"));
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  return json::parse(line);
}

TEST(Messages, InitializeNamesItsRevision) {
  const json message = Parsed(Initialize(1, "2024-11-05"));
  EXPECT_EQ(message["method"], "initialize");
  EXPECT_EQ(message["params"]["protocolVersion"], "2024-11-05");
  EXPECT_TRUE(message["params"]["capabilities"].is_object());
  EXPECT_TRUE(message["params"]["clientInfo"]["name"].is_string());
}

TEST(Messages, ARequestHasParamsWhenThereAreSome) {
  EXPECT_EQ(Request(7, "ping"), "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}\n");
  EXPECT_EQ(Parsed(Request(7, "tools/list", R"({"cursor":"x"})"))["params"]["cursor"], "x");
}

TEST(Messages, ACallNamesItsTool) {
  const json message = Parsed(Call(1, "memory_usage", R"({"action":"list"})"));
  EXPECT_EQ(message["method"], "tools/call");
  EXPECT_EQ(message["params"], json({{"name", "memory_usage"}, {"arguments", {{"action", "list"}}}}));
}

TEST(Messages, AModernOneSaysItsRevisionItself) {
  for (const std::string& line :
       {ModernRequest(1, "tools/list"), ModernRequest(1, "tools/list", "{}"), ModernCall(1, "t", "{}")}) {
    const json meta = Parsed(line)["params"]["_meta"];
    EXPECT_EQ(meta["io.modelcontextprotocol/protocolVersion"], kModern);
    EXPECT_TRUE(meta["io.modelcontextprotocol/clientCapabilities"].is_object());
  }
  EXPECT_EQ(Parsed(ModernCall(1, "t", R"({"a":1})"))["params"]["arguments"]["a"], 1);
}

TEST(Messages, TextIsQuoted) { EXPECT_EQ(Quoted("a\"b\n\xff"), "\"a\\\"b\\n\xEF\xBF\xBD\""); }

}  // namespace
}  // namespace skep::client
