#include "cli/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "cli/run_cli.h"

namespace skep::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

OrExit<Settings> Decide(const User& user, Options options = {}) {
  if (!options.project) options.project = user.project();
  return DecideSettings(options, user.environment());
}

TEST(Settings, DefaultsAreDurable) {
  const User user;
  const auto settings = Decide(user);
  ASSERT_TRUE(settings.has_value()) << settings.error().text;
  EXPECT_TRUE(settings->fsync);
  EXPECT_EQ(settings->cache_bytes, limits::kCacheBytes);
  EXPECT_EQ(settings->lock_wait_ms, limits::kLockWaitMs);
  EXPECT_EQ(settings->log.level, LogLevel::kWarn);
  EXPECT_EQ(settings->project, user.project());
  EXPECT_THAT(settings->database, StartsWith(user.home() + "/data/projects/project-"));
}

TEST(Settings, AFlagGoesBeforeTheEnvironmentAndThatBeforeTheFile) {
  User user;
  user.WriteConfig("[log]\nlevel = \"info\"\n[store]\ndurability = \"relaxed\"\n");
  EXPECT_EQ(Decide(user)->log.level, LogLevel::kInfo);
  EXPECT_FALSE(Decide(user)->fsync);
  user.Set("SKEP_LOG", "error");
  EXPECT_EQ(Decide(user)->log.level, LogLevel::kError);
  EXPECT_EQ(Decide(user, {.log_level = Level::kTrace})->log.level, LogLevel::kTrace);
  EXPECT_TRUE(Decide(user, {.durability = Durability::kFull})->fsync);
}

TEST(Settings, ALogFileOfTheConfigurationLiesWithTheLogs) {
  const User user;
  user.WriteConfig("[log]\nfile = \"skep.log\"\n");
  EXPECT_EQ(Decide(user)->log.file, user.home() + "/state/skep.log");
  EXPECT_EQ(Decide(user, {.log_file = "/tmp/other.log"})->log.file, "/tmp/other.log");
}

TEST(Settings, ASocketIsServedOrJoined) {
  const User user;
  EXPECT_EQ(Decide(user)->listen, "");
  EXPECT_EQ(Decide(user, {.listen = "unix:/a"})->listen, "/a");
  EXPECT_THAT(Decide(user, {.listen = "unix"})->listen, StartsWith(user.home() + "/run/project-"));
  EXPECT_EQ(Decide(user, {.connect = "/a"})->connect, "/a");
  const auto refused = [&](const Options& options) { return Decide(user, options).error(); };
  EXPECT_EQ(refused({.listen = "tcp:1"}).status, kExitUsage);
  EXPECT_THAT(refused({.listen = "tcp:1"}).text, StartsWith("--listen: it must be unix:PATH"));
  EXPECT_THAT(refused({.listen = "unix:" + std::string(200, 'x')}).text, HasSubstr("at most 107 bytes"));
  EXPECT_THAT(refused({.connect = ""}).text, StartsWith("--connect: it must be"));
  EXPECT_THAT(refused({.listen = "unix", .connect = "unix"}).text, HasSubstr("choose one"));
  EXPECT_THAT(refused({.toolsets = {Toolset::kAll}, .connect = "unix"}).text, HasSubstr("skep serve --listen"));
}

TEST(Settings, TelemetryIsReceivedWhereAFlagOrTheConfigurationSays) {
  const User user;
  EXPECT_FALSE(Decide(user)->otlp);
  const auto asked = Decide(user, {.otlp = "localhost:0"});
  EXPECT_EQ(asked->otlp->text(), "127.0.0.1:0");
  EXPECT_TRUE(asked->otlp_by_flag);
  const auto refused = [&](const Options& options) { return Decide(user, options).error(); };
  EXPECT_EQ(refused({.otlp = "0.0.0.0:4318"}).status, kExitUsage);
  EXPECT_THAT(refused({.otlp = "0.0.0.0:4318"}).text,
              StartsWith("--otlp: \"0.0.0.0\" is no address of this machine's"));
  EXPECT_THAT(refused({.connect = "unix", .otlp = "localhost:0"}).text, HasSubstr("give it to skep serve --listen"));

  user.WriteConfig("[telemetry]\notlp = \"127.0.0.1:4318\"\n");
  EXPECT_EQ(Decide(user)->otlp->port, 4318);
  EXPECT_FALSE(Decide(user)->otlp_by_flag);
  EXPECT_FALSE(Decide(user, {.connect = "unix"})->otlp) << "the one it joins receives";
  user.WriteConfig("[telemetry]\notlp = \"4318\"\n");
  EXPECT_EQ(Decide(user).error().status, kExitBadConfig);
}

TEST(Settings, ABadConfigurationEndsWith78) {
  User user;
  user.WriteConfig("[log]\nlevle = 1\n");
  EXPECT_EQ(Decide(user).error().status, kExitBadConfig);
  user.WriteConfig("");
  user.Set("SKEP_LOG", "loud");
  EXPECT_EQ(Decide(user).error().status, kExitBadConfig);
  user.Set("SKEP_LOG", "");
  user.Set("SKEP_HOME", "relative");
  EXPECT_EQ(Decide(user).error().status, kExitBadConfig);
}

TEST(Settings, AProjectThatIsNotThereIsAWrongFlag) {
  const User user;
  const auto settings = Decide(user, {.project = user.project() + "/none"});
  ASSERT_FALSE(settings.has_value());
  EXPECT_EQ(settings.error().status, kExitUsage);
  EXPECT_THAT(settings.error().text, StartsWith("--project: "));
}

}  // namespace
}  // namespace skep::cli
