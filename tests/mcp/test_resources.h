#pragma once

#include <span>
#include <string_view>

#include "mcp/mcp_test.h"
#include "skep/resource.h"

namespace skep::mcp {

// The resources and prompts of these tests, as plain as can be.
//
//   test://fixed              {"answer":42}
//   test://thing/{name}       {"name":NAME}; there are kThings of them that are listed
//   test://level/{level}      {"level":"low"|"high"}
//   test://text/{place}/{+path}   text/plain: "PLACE:PATH"
//   test://fail/{code}        fails: "not_found", "conflict", "unavailable", or with another text
//
//   say     {text*, level=low}    "LEVEL TEXT"
//   fail    {}                    fails

inline constexpr std::int64_t kThings = 250;

std::span<const Resource* const> TestResources();
std::span<const Prompt* const> TestPrompts();

/// One client of a server that has them.
class ResourceTest : public testing::Test {
 protected:
  Json Ask(std::string_view method, const Json& params) {
    return Json::parse(session_.Ask(RequestLine(1, method, params)));
  }
  Json ResultOf(std::string_view method, const Json& params) {
    const Json answer = Ask(method, params);
    EXPECT_TRUE(answer.contains("result")) << answer;
    return answer.value("result", Json::object());
  }
  Json ErrorOf(std::string_view method, const Json& params) {
    const Json answer = Ask(method, params);
    EXPECT_TRUE(answer.contains("error")) << answer;
    return answer.value("error", Json::object());
  }

  TestServer server_{TestTools(), "Use the tools.", limits::kToolsPage, {}, TestResources(), TestPrompts()};
  TestSession session_{server_};
};

}  // namespace skep::mcp
