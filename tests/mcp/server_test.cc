#include "mcp/server.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "mcp/mcp_test.h"

namespace skep::mcp {
namespace {

class Listing : public McpTest {};

TEST_F(Listing, HasEveryToolInItsOrderWithAllThatAClientNeeds) {
  const Json tools = ResultOf(RequestLine(1, "tools/list"))["tools"];
  ASSERT_EQ(tools.size(), TestTools().size());
  for (std::size_t i = 0; i < tools.size(); ++i) EXPECT_EQ(tools[i]["name"], TestTools()[i]->info.name);
  EXPECT_EQ(tools[0], Json::parse(R"({
    "name": "say", "title": "Say", "description": "Says it.",
    "inputSchema": {"type": "object",
      "properties": {"text": {"type": "string", "description": "What to say"},
                     "times": {"type": "integer", "maximum": 20000000, "default": 1}},
      "required": ["text"]},
    "outputSchema": {"type": "object", "properties": {"said": {"type": "string"}}},
    "annotations": {"readOnlyHint": true, "openWorldHint": false}})"));
  EXPECT_EQ(tools[2]["annotations"], Json::parse(R"({"idempotentHint": true, "openWorldHint": false})"));
  for (const Json& tool : tools) {
    EXPECT_EQ(tool["inputSchema"]["type"], "object");
    EXPECT_EQ(tool["outputSchema"]["type"], "object");
  }
}

TEST_F(Listing, IsTheSameTextEveryTimeAndInEveryLegacyRevision) {
  const std::string once = session_.Ask(RequestLine(1, "tools/list"));
  EXPECT_EQ(session_.Ask(RequestLine(1, "tools/list", Json::object())), once);
  ResultOf(Initialize(2, "2024-11-05"));
  EXPECT_EQ(session_.Ask(RequestLine(1, "tools/list")), once);
}

TEST_F(Listing, TheEmptyCursorIsTheFirstPage) {
  EXPECT_EQ(ResultOf(RequestLine(1, "tools/list", {{"cursor", ""}})), ResultOf(RequestLine(1, "tools/list")));
}

TEST_F(Listing, ACursorThatWasNeverGivenIsRefused) {
  for (const std::string& cursor :
       {std::string("x"), std::string("tools-1"), std::string("tools-0"), std::string(10'000, 'x')}) {
    ExpectError(RequestLine(1, "tools/list", {{"cursor", cursor}}), kInvalidParams, 1,
                "params.cursor is none that tools/list has given; begin without one");
  }
  for (const Json& cursor : {Json(1), Json(nullptr), Json::array()}) {
    ExpectError(RequestLine(1, "tools/list", {{"cursor", cursor}}), kInvalidParams, 1,
                "params.cursor must be a string");
  }
}

TEST_F(Listing, ListsWithoutToolsAreEmpty) {
  TestServer server({});
  TestSession session(server);
  EXPECT_EQ(session.Ask(RequestLine(1, "tools/list")), R"({"jsonrpc":"2.0","id":1,"result":{"tools":[]}})");
}

/// All names in the order of the pages, and how many pages there were.
std::vector<std::string> Walk(TestSession& session, bool modern, std::size_t& pages) {
  std::vector<std::string> names;
  Json params = Json::object();
  for (pages = 1;; ++pages) {
    const Json answer = Json::parse(session.Ask(RequestLine(1, "tools/list", modern ? Modern(params) : params)));
    const Json& result = answer["result"];
    for (const Json& tool : result["tools"]) names.push_back(tool["name"]);
    EXPECT_EQ(result.contains("resultType"), modern);
    EXPECT_EQ(result.contains("ttlMs"), modern);
    if (!result.contains("nextCursor") || pages > 100) return names;
    params["cursor"] = result["nextCursor"];
  }
}

TEST(Pages, TogetherHaveEveryToolOnce) {
  std::vector<std::string> all;
  for (const Tool* const tool : TestTools()) all.emplace_back(tool->info.name);
  for (std::size_t size = 1; size <= all.size() + 1; ++size) {
    TestServer server(TestTools(), "", size);
    TestSession session(server);
    for (const bool modern : {false, true}) {
      std::size_t pages = 0;
      EXPECT_EQ(Walk(session, modern, pages), all);
      EXPECT_EQ(pages, (all.size() + size - 1) / size) << "of " << size;
    }
  }
}

TEST(Pages, CanBeAskedForInAnyOrderAndAgain) {
  TestServer server(TestTools(), "", 2);
  TestSession session(server);
  const std::string first = session.Ask(RequestLine(1, "tools/list"));
  const std::string cursor = Json::parse(first)["result"]["nextCursor"];
  const std::string second = session.Ask(RequestLine(1, "tools/list", {{"cursor", cursor}}));
  EXPECT_NE(second, first);
  EXPECT_EQ(session.Ask(RequestLine(1, "tools/list", {{"cursor", cursor}})), second);
  EXPECT_EQ(session.Ask(RequestLine(1, "tools/list")), first);
}

TEST(FindTool, KnowsEachByItsWholeName) {
  TestServer server(TestTools());
  for (const Tool* const tool : TestTools()) EXPECT_EQ(server.server().FindTool(tool->info.name), tool);
  for (const std::string_view name : {"", "sa", "sayy", "Say", "zzz", " say"}) {
    EXPECT_EQ(server.server().FindTool(name), nullptr) << name;
  }
}

TEST(NearestTool, IsTheOneThatWasMeant) {
  TestServer server(TestTools());
  EXPECT_EQ(server.server().NearestTool("sya"), "say");
  EXPECT_EQ(server.server().NearestTool("holdd"), "hold");
  EXPECT_EQ(server.server().NearestTool("something else"), "");
}

}  // namespace
}  // namespace skep::mcp
