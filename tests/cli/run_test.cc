#include "cli/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/version.h"
#include "cli/run_cli.h"
#include "cli/settings.h"

namespace skep::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Run, HelpAndVersionGoToStandardOutput) {
  const User user;
  EXPECT_EQ(user.RunAnywhere({"--version"}).out, "skep " + std::string(Version()) + "\n");
  const auto help = user.RunAnywhere({"--help"});
  EXPECT_EQ(help.status, kExitOk);
  EXPECT_THAT(help.out, HasSubstr("Usage: skep"));
  EXPECT_EQ(help.err, "");
}

TEST(Run, AWrongCommandLineIsStatusTwoAndASentence) {
  const User user;
  const auto wrong = user.Run({"sttus"});
  EXPECT_EQ(wrong.status, kExitUsage);
  EXPECT_EQ(wrong.out, "");
  EXPECT_THAT(wrong.err, StartsWith("skep: there is no command"));
}

TEST(Run, ABadConfigurationIsStatus78AndNamesTheFile) {
  const User user;
  user.WriteConfig("[log]\nlevel = 3\n");
  for (const char* command : {"serve", "status"}) {
    const auto wrong = user.Run({command});
    EXPECT_EQ(wrong.status, kExitBadConfig);
    EXPECT_THAT(wrong.err, HasSubstr(user.home() + "/config/config.toml: log.level must be one of"));
  }
}

TEST(Run, NamesTheProjectBesideItsDatabase) {
  const User user;
  user.Run({"serve"});
  const auto settings = DecideSettings({.project = user.project()}, user.environment());
  std::ifstream file(std::filesystem::path(settings->database).replace_filename("project.txt"));
  std::string line;
  std::getline(file, line);
  EXPECT_EQ(line, user.project());
}

TEST(Run, RefusesADirectoryThatIsAnotherProjects) {
  const User user;
  user.Run({"serve"});
  const auto settings = DecideSettings({.project = user.project()}, user.environment());
  std::ofstream(std::filesystem::path(settings->database).replace_filename("project.txt")) << "/elsewhere\n";
  const auto refused = user.Run({"serve"});
  EXPECT_EQ(refused.status, kExitBadConfig);
  EXPECT_THAT(refused.err, HasSubstr("belongs to another project"));
}

}  // namespace
}  // namespace skep::cli
