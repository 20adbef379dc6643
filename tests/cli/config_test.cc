#include "cli/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support/temp_directory.h"

namespace skep::cli {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;

class ConfigFile : public testing::Test {
 protected:
  Expected<Config> Read(const std::string& text) {
    std::ofstream(path_) << text;
    return ReadConfig(path_);
  }
  std::string Refused(const std::string& text) {
    const auto config = Read(text);
    return config ? "accepted" : config.error().message;
  }

  TempDirectory directory_;
  const std::string path_ = directory_ / "config.toml";
};

TEST_F(ConfigFile, ThatIsMissingIsAllDefaults) {
  const auto config = ReadConfig(path_);
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->store.cache_mb, 8);
  EXPECT_FALSE(config->log.level.has_value());
}

TEST_F(ConfigFile, SetsWhatItNames) {
  const auto config = Read(
      "[log]\nlevel = \"debug\"\nfile = \"skep.log\"\n[store]\ndurability = \"relaxed\"\n"
      "cache_mb = 64\nlock_wait_s = 1\n");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->log.level, Level::kDebug);
  EXPECT_EQ(config->log.file, "skep.log");
  EXPECT_EQ(config->store.durability, Durability::kRelaxed);
  EXPECT_EQ(config->store.cache_mb, 64);
  EXPECT_EQ(config->store.lock_wait_s, 1);
}

TEST_F(ConfigFile, ThatIsEmptyIsFine) { EXPECT_TRUE(Read("# nothing\n").has_value()); }

TEST_F(ConfigFile, SyntaxErrorsNameTheLine) { EXPECT_THAT(Refused("[log]\nlevel = \n"), HasSubstr("config.toml:2:")); }

TEST_F(ConfigFile, UnknownKeysAreErrorsWithASuggestion) {
  EXPECT_THAT(Refused("[store]\ncache_mib = 1\n"),
              AllOf(HasSubstr(path_), HasSubstr("store.cache_mib"), HasSubstr("did you mean \"cache_mb\"")));
  EXPECT_THAT(Refused("[sotre]\n"), HasSubstr("did you mean \"store\""));
}

TEST_F(ConfigFile, ValuesAreJudgedLikeAnyInput) {
  EXPECT_THAT(Refused("[log]\nlevel = \"wran\"\n"), EndsWith("(did you mean \"warn\"?)"));
  EXPECT_THAT(Refused("[store]\ncache_mb = -1\n"), HasSubstr("store.cache_mb must be"));
  EXPECT_THAT(Refused("[store]\ncache_mb = nan\n"), HasSubstr(path_));
  EXPECT_THAT(Refused("store = 1\n"), HasSubstr("store must be an object"));
}

TEST_F(ConfigFile, ThatCannotBeReadSaysSo) {
  EXPECT_THAT(ReadConfig(directory_.path()).error().message, HasSubstr("cannot read"));
}

}  // namespace
}  // namespace skep::cli
