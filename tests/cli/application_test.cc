#include "cli/application.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/in_process.h"
#include "cli/run_cli.h"

namespace skep::cli {
namespace {

using testing::HasSubstr;

TEST(Application, KeepsWhatWasStoredForTheNextOne) {
  const User user;
  const auto settings = DecideSettings({.project = user.project()}, user.environment());
  ASSERT_TRUE(settings.has_value());
  const auto call = [&](std::string_view arguments) {
    net::Loop loop;
    Application application(*settings, loop);
    return InProcess(application.server(), loop).CallTool("memory_usage", arguments);
  };
  ASSERT_TRUE(call(R"({"action":"store","key":"k","value":"v"})").has_value());
  EXPECT_THAT(*call(R"({"action":"retrieve","key":"k"})"), HasSubstr(R"("value":"v")"));
}

TEST(Application, ServesWithoutAStoreAndSaysWhatIsWrongWithIt) {
  const User user;
  auto settings = DecideSettings({.project = user.project()}, user.environment());
  ASSERT_TRUE(settings.has_value());
  settings->database = user.project() + "/occupied/skep.db";
  std::filesystem::create_directories(settings->database);
  net::Loop loop;
  Application application(*settings, loop);
  InProcess client(application.server(), loop);
  EXPECT_THAT(client.AskResult("tools/list"), HasSubstr("memory_usage"));
  const auto stored = client.CallTool("memory_usage", R"({"action":"store","key":"k","value":"v"})");
  ASSERT_FALSE(stored.has_value());
  EXPECT_THAT(stored.error().message, HasSubstr(settings->database));
}

}  // namespace
}  // namespace skep::cli
