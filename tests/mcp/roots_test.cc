#include <gtest/gtest.h>

#include <string>

#include "mcp/test_tools.h"
#include "support/in_process_session.h"
#include "swarm/session.h"

namespace skep::mcp {
namespace {

// where {}: the directory that the client says it works in.
namespace where {
struct Args {
  static constexpr std::array<Field, 0> kFields = {};
};
struct Result {
  std::string directory;
  static constexpr Field kFields[] = {Req<&Result::directory>("directory")};
};
Expected<Result> Run(const Args&, ToolContext& context) {
  return Result{.directory = context.session().client().directory};
}
constexpr Tool kTool =
    MakeTool<Run>({.name = "where", .title = "Where", .description = "Says.", .hints = {.read_only = true}});
}  // namespace where
constexpr const Tool* kTools[] = {&where::kTool};

class RootsTest : public testing::Test {
 protected:
  void Initialize(const Json& capabilities) {
    session_.Ask(RequestLine(0, "initialize", {{"protocolVersion", "2025-06-18"}, {"capabilities", capabilities}}));
    session_.Send(Notification("notifications/initialized"));
  }
  /// The request for roots that the client has been sent; null if none.
  Json Asked() { return Json::parse(session_.TakeNow().value_or("null")); }
  void Answer(const Json& id, const Json& roots) {
    session_.Send(Json{{"jsonrpc", "2.0"}, {"id", id}, {"result", {{"roots", roots}}}}.dump());
  }
  std::string Directory() {
    return Json::parse(session_.Ask(Call(1, "where")))["result"]["structuredContent"]["directory"];
  }

  TestServer server_{kTools};
  TestSession session_{server_};
};

TEST_F(RootsTest, AClientWithoutThemIsNotAsked) {
  Initialize(Json::object());
  EXPECT_EQ(Asked(), Json());
}

TEST_F(RootsTest, TheFirstDirectoryIsTheClients) {
  Initialize({{"roots", Json::object()}});
  const Json asked = Asked();
  EXPECT_EQ(asked["method"], "roots/list");
  Answer(asked["id"], {{{"uri", "https://elsewhere"}}, {{"uri", "file:///tmp/a%20b"}}, {{"uri", "file:///tmp/c"}}});
  EXPECT_EQ(Directory(), "/tmp/a b");
}

TEST_F(RootsTest, TheyMayChange) {
  Initialize({{"roots", {{"listChanged", true}}}});
  Answer(Asked()["id"], {{{"uri", "file:///tmp/a"}}});
  session_.Send(Notification("notifications/roots/list_changed"));
  Answer(Asked()["id"], {{{"uri", "file:///tmp/b"}}});
  EXPECT_EQ(Directory(), "/tmp/b");
}

TEST_F(RootsTest, TheyAreAskedForOnceAtATime) {
  Initialize({{"roots", {{"listChanged", true}}}});
  const Json id = Asked()["id"];
  for (int i = 0; i < 10; ++i) session_.Send(Notification("notifications/roots/list_changed"));
  EXPECT_EQ(Asked(), Json());
  Answer(id, {{{"uri", "file:///tmp/a"}}});
  const Json again = Asked();
  EXPECT_EQ(again["method"], "roots/list") << "they have changed meanwhile";
  EXPECT_EQ(Asked(), Json());
  Answer(again["id"], {{{"uri", "file:///tmp/b"}}});
  EXPECT_EQ(Directory(), "/tmp/b");
}

TEST_F(RootsTest, WhatIsNoDirectoryTellsNothing) {
  Initialize({{"roots", Json::object()}});
  const Json id = Asked()["id"];
  Answer(id, {{{"uri", "file://"}}, {{"uri", "file://host/x"}}, {{"uri", 1}}, 1});
  EXPECT_EQ(Directory(), "");
}

TEST_F(RootsTest, AnAnswerAfterTheEndIsNobodys) {
  Initialize({{"roots", Json::object()}});
  const Json id = Asked()["id"];
  session_.session().OnEnd();
  Answer(id, {{{"uri", "file:///tmp/a"}}});
  session_.End();
}

}  // namespace
}  // namespace skep::mcp
