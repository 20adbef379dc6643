#include "fuzz/capture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "skep/block.h"

namespace skep::fuzz {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What a result names, "NAME=TEXT".
std::vector<std::string> Captured(Method method, std::string_view result) {
  Block block(result.size());
  block.Append(result);
  json::Reader reader;
  EXPECT_EQ(reader.Parse({block.data(), block.size()}), json::Outcome::kOk);
  std::vector<Capture> captures;
  AddCaptures("7", method, reader.root(), captures);
  std::vector<std::string> texts;
  for (const Capture& capture : captures) {
    EXPECT_EQ(capture.id, "7");
    texts.push_back(capture.name + "=" + capture.text);
  }
  return texts;
}

TEST(AddCaptures, KeepsTheRevisionOfAGreetingOnly) {
  EXPECT_THAT(Captured(Method::kInitialize, R"({"protocolVersion":"2025-11-25"})"),
              ElementsAre("protocolVersion=2025-11-25"));
  EXPECT_THAT(Captured(Method::kToolsCall, R"({"protocolVersion":"2025-11-25"})"), IsEmpty());
}

TEST(AddCaptures, KeepsWhatAReportOnATaskNeeds) {
  EXPECT_THAT(Captured(Method::kToolsCall, R"({"content":[],"structuredContent":{"taskId":"t","epoch":3}})"),
              testing::Contains("claims=t 3"));
}

TEST(AddCaptures, KeepsNoTextThatIsNoName) {
  EXPECT_THAT(Captured(Method::kToolsCall, R"({"structuredContent":{"agentId":7}})"), IsEmpty());
  EXPECT_THAT(Captured(Method::kToolsCall, R"({"structuredContent":{"agentId":")" + std::string(300, 'x') + R"("}})"),
              IsEmpty());
}

}  // namespace
}  // namespace skep::fuzz
