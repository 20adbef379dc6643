#include "store/sqlite/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/database.h"
#include "support/temp_directory.h"

namespace skep::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class TokenizerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto database = Database::Open(directory_ / "skep.db", Database::Mode::kReadWrite, {.fsync = false});
    ASSERT_TRUE(database) << database.error().message;
    database_ = *std::move(database);
    tokenizer_ = Tokenizer::Make(*database_);
    ASSERT_TRUE(tokenizer_);
  }

  std::vector<std::string> Words(std::string_view text) {
    std::vector<std::string> words;
    tokenizer_->ForEachWord(text, [&](const Tokenizer::Word& word) {
      words.emplace_back(word.text);
      return true;
    });
    return words;
  }

  TempDirectory directory_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Tokenizer> tokenizer_;
};

TEST_F(TokenizerTest, CutsAtWhatIsNeitherLetterNorDigit) {
  EXPECT_THAT(Words("Hello, World-2 (don't)"), ElementsAre("hello", "world", "2", "don", "t"));
  EXPECT_THAT(Words(std::string_view("a\0b", 3)), ElementsAre("a", "b"));
  EXPECT_THAT(Words("🐝 -- !"), IsEmpty());
  EXPECT_THAT(Words(""), IsEmpty());
}

TEST_F(TokenizerTest, TakesOffCaseAndAccents) {
  EXPECT_THAT(Words("CAFÉ Ångström ПРИВЕТ"), ElementsAre("cafe", "angstrom", "привет"));
  EXPECT_THAT(Words("e\u0301"), ElementsAre("e"));
}

TEST_F(TokenizerTest, SaysWhereAWordStands) {
  std::vector<std::pair<std::size_t, std::size_t>> places;
  tokenizer_->ForEachWord("é bc", [&](const Tokenizer::Word& word) {
    places.emplace_back(word.begin, word.end);
    return true;
  });
  EXPECT_THAT(places, ElementsAre(std::pair(0, 2), std::pair(3, 5)));
}

TEST_F(TokenizerTest, StopsWhenTold) {
  int words = 0;
  tokenizer_->ForEachWord("a b c d", [&](const Tokenizer::Word&) { return ++words < 2; });
  EXPECT_EQ(words, 2);
}

TEST_F(TokenizerTest, CutsLikeTheTablesDo) {
  static constexpr Sql kTable{
      "CREATE VIRTUAL TABLE temp.words USING fts5 (text, tokenize='unicode61 remove_diacritics 2')"};
  static constexpr Sql kVocabulary{"CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (temp, words, instance)"};
  static constexpr Sql kAdd{"INSERT INTO words (text) VALUES (?1)"};
  static constexpr Sql kTerms{"SELECT term FROM vocabulary ORDER BY offset"};
  const std::string_view text = "Çá va? naïve Straße ﬁn Ⅷ x_1 蜂の巣 ΓΆΜΜΑ e\u0327 \u212a \u0130i";
  database_->Execute(kTable);
  database_->Execute(kVocabulary);
  database_->Execute(kAdd, text);
  std::vector<std::string> terms;
  for (Cursor row = database_->Query(kTerms); row.Next();) terms.emplace_back(row.Text(0));
  ASSERT_FALSE(database_->error()) << database_->error()->message;
  EXPECT_EQ(Words(text), terms);
}

TEST_F(TokenizerTest, WithoutAWorkingDatabaseThereIsNone) {
  database_->SetError({ErrorCode::kUnavailable, "no disk"});
  EXPECT_FALSE(Tokenizer::Make(*database_));
  EXPECT_EQ(database_->error()->message, "no disk");
}

}  // namespace
}  // namespace skep::store
