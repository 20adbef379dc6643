#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/list.h"
#include "support/in_process_session.h"

namespace skep::handlers {

using Json = nlohmann::json;

/// A client of a server with all that skep serves, on a fresh project.
class Served : public testing::Test {
 protected:
  Json Ask(std::string_view method, const Json& params) {
    return Json::parse(
        session_.Ask(Json{{"jsonrpc", "2.0"}, {"id", ++id_}, {"method", method}, {"params", params}}.dump()));
  }
  Json ResultOf(std::string_view method, const Json& params) {
    const Json answer = Ask(method, params);
    EXPECT_TRUE(answer.contains("result")) << method << params << "\n" << answer;
    return answer.value("result", Json::object());
  }
  /// What a tool that must succeed returns.
  Json Call(std::string_view tool, const Json& arguments = Json::object()) {
    const Json result = ResultOf("tools/call", {{"name", tool}, {"arguments", arguments}});
    EXPECT_FALSE(result.value("isError", false)) << tool << arguments << "\n" << result;
    return result.value("structuredContent", Json::object());
  }
  std::string ReadText(const std::string& uri) {
    const Json result = ResultOf("resources/read", {{"uri", uri}});
    if (!result.contains("contents")) return "";
    EXPECT_EQ(result["contents"].size(), 1U);
    EXPECT_EQ(result["contents"][0]["uri"], uri);
    return result["contents"][0]["text"];
  }
  Json Read(const std::string& uri) {
    const std::string text = ReadText(uri);
    return text.empty() ? Json() : Json::parse(text);
  }
  Json ErrorOf(std::string_view method, const Json& params) {
    const Json answer = Ask(method, params);
    EXPECT_TRUE(answer.contains("error")) << answer;
    return answer.value("error", Json::object());
  }
  /// The text of a prompt's one message.
  std::string Prompt(std::string_view name, const Json& arguments = Json::object()) {
    const Json result = ResultOf("prompts/get", {{"name", name}, {"arguments", arguments}});
    if (!result.contains("messages")) return "";
    EXPECT_EQ(result["messages"].size(), 1U);
    EXPECT_EQ(result["messages"][0]["role"], "user");
    return result["messages"][0]["content"]["text"];
  }
  std::vector<std::string> Complete(const Json& ref, std::string_view argument, std::string_view typed,
                                    const Json& known = Json::object()) {
    const Json result = ResultOf(
        "completion/complete",
        {{"ref", ref}, {"argument", {{"name", argument}, {"value", typed}}}, {"context", {{"arguments", known}}}});
    return result.at("completion").at("values");
  }

  TestServer server_{AllTools(), Instructions(), limits::kToolsPage, {}, AllResources(), AllPrompts()};
  TestSession session_{server_};
  int id_ = 0;
};

}  // namespace skep::handlers
