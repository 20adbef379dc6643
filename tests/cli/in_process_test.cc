#include "cli/in_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "cli/application.h"
#include "cli/run_cli.h"

namespace skep::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class InProcessClient : public testing::Test {
 protected:
  User user_;
  net::Loop loop_;
  Application application_{*DecideSettings({.project = user_.project()}, user_.environment()), loop_};
  std::vector<std::string> notifications_;
  InProcess client_{application_.server(), loop_, [this](std::string_view line) { notifications_.emplace_back(line); }};
};

TEST_F(InProcessClient, AsksAsAPipeWould) {
  EXPECT_EQ(client_.Ask(R"({"jsonrpc":"2.0","id":"x","method":"ping"})"), R"({"jsonrpc":"2.0","id":"x","result":{}})");
  EXPECT_EQ(client_.AskResult("ping"), "{}");
}

TEST_F(InProcessClient, GivesAToolsResultAsItsJson) {
  EXPECT_THAT(*client_.CallTool("memory_usage", R"({"action":"store","key":"k","value":"\"quoted\""})"),
              StartsWith(R"({"version":1,)"));
  EXPECT_THAT(*client_.CallTool("memory_usage", R"({"action":"retrieve","key":"k"})"),
              HasSubstr(R"("value":"\"quoted\"")"));
}

TEST_F(InProcessClient, TellsErrorsByTheirKind) {
  const auto conflict = client_.CallTool("memory_usage", R"({"action":"store","key":"k","value":"v","ifVersion":7})");
  ASSERT_FALSE(conflict.has_value());
  EXPECT_EQ(conflict.error().code, ErrorCode::kConflict);
  const auto wrong = client_.CallTool("memory_usage", R"({"action":"sotre"})");
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(wrong.error().message, HasSubstr("did you mean \"store\""));
  const auto unknown = client_.CallTool("memory", "{}");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, ErrorCode::kInvalidArgument);
}

TEST_F(InProcessClient, HearsProgressApartFromTheAnswer) {
  ASSERT_TRUE(client_.CallTool("health_check", "{}").has_value());
  EXPECT_THAT(notifications_, Not(IsEmpty()));
}

TEST_F(InProcessClient, RefusesWhatNoConnectionWouldTake) {
  const std::string arguments = R"({"value":")" + std::string(limits::kMaxFrame, 'x') + "\"}";
  const auto answer = client_.CallTool("memory_usage", arguments);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace skep::cli
