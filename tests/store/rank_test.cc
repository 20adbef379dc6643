#include "store/sqlite/rank.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/database.h"
#include "support/temp_directory.h"

namespace skep::store {
namespace {

using testing::ElementsAre;

class RankTest : public testing::Test {
 protected:
  void SetUp() override {
    auto database = Database::Open(directory_ / "skep.db", Database::Mode::kReadWrite, {.fsync = false});
    ASSERT_TRUE(database) << database.error().message;
    database_ = *std::move(database);
    RegisterRank(*database_);
    ASSERT_FALSE(database_->error()) << database_->error()->message;
  }

  void Add(std::int64_t row, std::string_view key, std::string_view value) {
    static constexpr Sql kAdd{"INSERT INTO memory_fts_0 (rowid, space, key, value) VALUES (?1, 'aa', ?2, ?3)"};
    database_->Execute(kAdd, row, key, value);
  }

  /// Rows, the best first.
  std::vector<std::int64_t> Ranked(std::string_view match, std::string_view phrases) {
    static constexpr Sql kRanked{
        "SELECT rowid, skep_rank(memory_fts_0, ?2) AS score FROM memory_fts_0 WHERE memory_fts_0 MATCH ?1 "
        "ORDER BY score DESC, rowid"};
    std::vector<std::int64_t> rows;
    for (Cursor row = database_->Query(kRanked, match, phrases); row.Next();) rows.push_back(row.Int(0));
    EXPECT_FALSE(database_->error()) << database_->error()->message;
    return rows;
  }

  TempDirectory directory_;
  std::unique_ptr<Database> database_;
};

TEST_F(RankTest, MoreOccurrencesRankHigher) {
  Add(1, "k", "bee x x x");
  Add(2, "k", "bee bee bee x");
  Add(3, "k", "x x x x");
  EXPECT_THAT(Ranked("bee", "w"), ElementsAre(2, 1));
}

TEST_F(RankTest, ShorterTextsRankHigher) {
  Add(1, "k", "bee and a great many words about other things");
  Add(2, "k", "bee here");
  EXPECT_THAT(Ranked("bee", "w"), ElementsAre(2, 1));
}

TEST_F(RankTest, AWordInTheKeyCountsMore) {
  Add(1, "k", "bee bee");
  Add(2, "bee", "x x");
  EXPECT_THAT(Ranked("bee", "w"), ElementsAre(2, 1));
}

TEST_F(RankTest, RarerWordsCountMore) {
  for (int row = 10; row < 40; ++row) Add(row, "k", "common");
  Add(1, "k", "common common rare");
  Add(2, "k", "common rare rare");
  EXPECT_THAT(Ranked("common rare", "ww"), ElementsAre(2, 1));
}

TEST_F(RankTest, WhatSelectsDoesNotRank) {
  Add(1, "k", "bee x");
  Add(2, "k", "bee bee");
  EXPECT_THAT(Ranked("space : \"aa\" AND {key value} : (bee)", "sw"), ElementsAre(2, 1));
}

TEST_F(RankTest, PrefixesRank) {
  Add(1, "k", "beekeeper x x");
  Add(2, "k", "bee bees beehive");
  EXPECT_THAT(Ranked("\"be\" *", "p"), ElementsAre(2, 1));
}

TEST_F(RankTest, EachQueryIsWeighedAnew) {
  Add(1, "k", "one one two");
  Add(2, "k", "two two one");
  EXPECT_THAT(Ranked("one", "w"), ElementsAre(1, 2));
  EXPECT_THAT(Ranked("two", "w"), ElementsAre(2, 1));
}

TEST_F(RankTest, RegisteringTwiceIsOnce) {
  RegisterRank(*database_);
  Add(1, "k", "bee");
  EXPECT_THAT(Ranked("bee", "w"), ElementsAre(1));
}

TEST_F(RankTest, OutsideASearchItIsAnError) {
  static constexpr Sql kWrong{"SELECT skep_rank(memory_fts_0) FROM memory_fts_0 WHERE memory_fts_0 MATCH 'bee'"};
  Add(1, "k", "bee");
  Cursor row = database_->Query(kWrong);
  EXPECT_FALSE(row.Next());
  EXPECT_TRUE(database_->error());
  database_->ClearError();
}

}  // namespace
}  // namespace skep::store
