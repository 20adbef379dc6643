#include "fuzz/result.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>

#include "fuzz/echo_contract.h"
#include "support/parsed.h"

namespace skep::fuzz {
namespace {

bool IsRight(Method method, std::string_view result, bool modern = false) {
  const Parsed parsed(result);
  return !FaultOfResult(method, modern, parsed.root());
}

TEST(Result, OfEachMethodHasItsForm) {
  constexpr std::tuple<Method, std::string_view, std::string_view> kResults[] = {
      {Method::kInitialize, R"({"protocolVersion":"1","capabilities":{},"serverInfo":{"name":"s","version":"1"}})",
       R"({"protocolVersion":"1","capabilities":{}})"},
      {Method::kToolsList, R"({"tools":[{"name":"a","inputSchema":{"type":"object"}}]})",
       R"({"tools":[{"name":"a"}]})"},
      {Method::kToolsCall, R"({"content":[{"type":"text","text":"x"}]})", R"({"content":[{"type":"text"}]})"},
      {Method::kToolsCall, R"({"content":[]})", R"({"content":[],"isError":"yes"})"},
      {Method::kResourcesList, R"({"resources":[{"uri":"u","name":"n"}]})", R"({"resources":[{"uri":"u"}]})"},
      {Method::kTemplatesList, R"({"resourceTemplates":[{"uriTemplate":"u","name":"n"}]})",
       R"({"resourceTemplates":{}})"},
      {Method::kResourcesRead, R"({"contents":[{"uri":"u","blob":"eA=="}]})", R"({"contents":[{"uri":"u"}]})"},
      {Method::kPromptsList, R"({"prompts":[{"name":"n"}]})", R"({"prompts":[{}]})"},
      {Method::kPromptsGet, R"({"messages":[{"role":"user","content":{"type":"text","text":"x"}}]})",
       R"({"messages":[{"role":"system","content":{"type":"text","text":"x"}}]})"},
      {Method::kComplete, R"({"completion":{"values":["a"]}})", R"({"completion":{"values":[1]}})"},
      {Method::kTasksList, R"({"tasks":[{"taskId":"t","status":"working"}]})", R"({"tasks":[{"taskId":"t"}]})"},
      {Method::kPing, "{}", "[]"},
  };
  for (const auto& [method, right, wrong] : kResults) {
    EXPECT_TRUE(IsRight(method, right)) << right;
    EXPECT_FALSE(IsRight(method, wrong)) << wrong;
  }
}

TEST(Result, OfTheModernEraSaysItsType) {
  EXPECT_FALSE(IsRight(Method::kPromptsList, R"({"prompts":[]})", true));
  EXPECT_TRUE(IsRight(Method::kPromptsList, R"({"prompts":[],"resultType":"complete"})", true));
  EXPECT_TRUE(IsRight(Method::kToolsCall, R"({"resultType":"input_required"})", true));
}

TEST(Result, CompletionsAreAHundredAtMost) {
  std::string values = "0";
  for (int i = 0; i < 100; ++i) values += ",0";
  std::ranges::replace(values, '0', '#');
  std::string text;
  for (const char c : values) text += c == '#' ? std::string(R"("x")") : std::string(1, c);
  EXPECT_FALSE(IsRight(Method::kComplete, R"({"completion":{"values":[)" + text + "]}}"));
}

TEST(Result, StructureIsWhatTheToolPromises) {
  const Contract contract = EchoContract();
  const auto fault = [&](std::string_view result) {
    const Parsed parsed(result);
    return FaultOfStructure(contract.tools[0], parsed.root()).value_or("");
  };
  EXPECT_EQ(fault(R"({"structuredContent":{"text":"x"}})"), "");
  EXPECT_EQ(fault(R"({"structuredContent":{"text":1}})"), "structuredContent/text: is of another type");
  EXPECT_NE(fault(R"({"content":[]})"), "");
  EXPECT_EQ(fault(R"({"resultType":"input_required"})"), "");
}

}  // namespace
}  // namespace skep::fuzz
