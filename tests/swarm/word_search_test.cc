#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "base/limits.h"
#include "swarm/full_text.h"
#include "swarm/memory_fixture.h"

namespace skep::swarm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class WordSearch : public MemoryFixture {
 protected:
  Found Find(std::string_view pattern, std::int64_t limit = 1000, const SearchBounds& bounds = {},
             std::optional<std::string_view> name_space = {}) {
    auto found = SearchWords(*database_, pattern, name_space, limit, now_ms_, bounds);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *std::move(found) : Found();
  }

  /// What is found, without the order: the tail and the index have orders of their own.
  std::vector<std::string> Sorted(std::string_view pattern, std::optional<std::string_view> name_space = {}) {
    auto keys = Search(pattern, name_space);
    std::ranges::sort(keys);
    return keys;
  }

  /// Checks that the same is found before and after everything has been indexed.
  void ExpectFound(std::string_view pattern, const std::vector<std::string>& keys) {
    EXPECT_EQ(Sorted(pattern), keys) << "not indexed: " << pattern;
    MaintainAll();
    EXPECT_EQ(Sorted(pattern), keys) << "indexed: " << pattern;
  }
};

TEST_F(WordSearch, WhatWasStoredIsFoundAtOnce) {
  Store("notes/1", "The parser rejects lone surrogates");
  Store("notes/2", "Nothing to see");
  const Found found = Find("surrogates");
  EXPECT_THAT(Keys(found.entries), ElementsAre("notes/1"));
  EXPECT_EQ(found.matched, 1);
  EXPECT_EQ(found.not_indexed, 2);
  EXPECT_TRUE(found.complete);
}

TEST_F(WordSearch, IndexedEntriesAreNotLookedThrough) {
  Store("notes/1", "The parser rejects lone surrogates");
  MaintainAll();
  Store("notes/2", "surrogates again");
  const Found found = Find("surrogates");
  EXPECT_THAT(Keys(found.entries), ElementsAre("notes/2", "notes/1"));
  EXPECT_EQ(found.matched, 2);
  EXPECT_EQ(found.not_indexed, 1);
}

TEST_F(WordSearch, AllWordsMustOccurInKeyOrValue) {
  Store("deploy/plan", "blue green");
  Store("deploy/log", "red");
  Store("other", "a plan to deploy");
  ExpectFound("deploy plan", {"deploy/plan", "other"});
  ExpectFound("deploy plan green", {"deploy/plan"});
  ExpectFound("deploy orange", {});
}

TEST_F(WordSearch, PhrasesAndPrefixes) {
  Store("a", "blue green deployment");
  Store("b", "green and blue deploys");
  ExpectFound("\"blue green\"", {"a"});
  ExpectFound("blue green", {"a", "b"});
  ExpectFound("blue deploy*", {"a", "b"});
  ExpectFound("\"green deploym\"*", {"a"});
  ExpectFound("blue deploy", {});
}

TEST_F(WordSearch, SearchSyntaxIsPlainText) {
  Store("a", "NEAR the river AND the sea OR not; column: value (x) ^ + - {key}");
  Store("b", "near or not");
  for (const char* pattern :
       {"river AND sea", "NEAR(river sea)", "river OR sea", "value:river", "key : river", "(river", "river)", "^NEAR",
        "-river sea", "river + sea", "{key} river", "column: value", "\"river", "river\" sea", "a\"\"b river"}) {
    const auto found = SearchEntries(*database_, pattern, {}, 10, now_ms_);
    ASSERT_TRUE(found) << pattern << ": " << found.error().message;
    const auto before = Keys(found->entries);
    MaintainAll();
    EXPECT_EQ(Search(pattern), before) << pattern;
  }
  ExpectFound("river AND sea", {"a"});
  ExpectFound("near NOT", {"a", "b"});
  ExpectFound("NEAR or", {"a", "b"});
  // A bare column name is a word as well, and the namespace's column is never searched.
  ExpectFound("64656661756c74 ", {});
}

TEST_F(WordSearch, QuotesEmojiAndNulDoNoHarm) {
  Store("bee", "the 🐝 said \"buzz\" and O'Brien left");
  Store("nul", std::string_view("before\0after", 12));
  ExpectFound("🐝 buzz", {"bee"});
  ExpectFound("o'brien", {"bee"});
  ExpectFound("'buzz'", {"bee"});
  ExpectFound(std::string_view("before\0after x", 12), {"nul"});
  ExpectFound("after before", {"nul"});
}

TEST_F(WordSearch, CaseAndAccentsAreIgnored) {
  Store("fr", "Le CAFÉ est fermé");
  Store("ru", "ПРИВЕТ мир");
  Store("ja", "蜂の巣");
  ExpectFound("cafe ferme", {"fr"});
  ExpectFound("привет", {"ru"});
  ExpectFound("Мир", {"ru"});
  ExpectFound("\"蜂\"*", {"ja"});
}

TEST_F(WordSearch, NamespacesAreApart) {
  Store("a", "word", "one");
  Store("b", "word", "two");
  Store("c", "word", "two/three");
  const auto check = [&] {
    EXPECT_THAT(Search("word", "one"), ElementsAre("a"));
    EXPECT_THAT(Search("word", "two"), ElementsAre("b"));
    EXPECT_THAT(Search("word", "nowhere"), IsEmpty());
    EXPECT_THAT(Search("word"), UnorderedElementsAre("a", "b", "c"));
  };
  check();
  MaintainAll();
  check();
}

TEST_F(WordSearch, ExpiredAndDeletedEntriesAreNeverFound) {
  Store("short", "word", "default", 1);
  Store("gone", "word");
  Store("kept", "word");
  Delete("gone");
  now_ms_ += 1000;
  EXPECT_THAT(Search("word"), ElementsAre("kept"));
  now_ms_ -= 1000;
  MaintainAll();
  now_ms_ += 1000;
  EXPECT_THAT(Search("word"), ElementsAre("kept"));
  EXPECT_EQ(Find("word").matched, 1);
}

TEST_F(WordSearch, NewestFirstInTheTailThenBestFirstInTheIndex) {
  Store("weak", "the word is one of very many others in this much longer text about nothing in particular");
  Store("strong", "word word");
  Store("word", "best of all: it is in the key");
  for (int i = 0; i < 20; ++i) Store("filler/" + std::to_string(i), "nothing of the kind");
  MaintainAll();
  Store("new/1", "the word is one of very many others here too");
  Store("new/2", "word");
  EXPECT_THAT(Search("word"), ElementsAre("new/2", "new/1", "word", "strong", "weak"));
  EXPECT_THAT(Search("word", {}, 3), ElementsAre("new/2", "new/1", "word"));
  EXPECT_EQ(Find("word", 1).matched, 5);
  EXPECT_EQ(Find("word", 1).entries.size(), 1U);
}

TEST_F(WordSearch, RarerWordsCountMore) {
  for (int i = 0; i < 50; ++i) Store("filler/" + std::to_string(i), "common");
  Store("a", "common rare rare rare");
  Store("b", "common common common rare");
  MaintainAll();
  EXPECT_THAT(Search("common rare"), ElementsAre("a", "b"));
}

TEST_F(WordSearch, OnlyTheNewestOfManyMatchesAreRanked) {
  for (int i = 0; i < 30; ++i) Store("k" + std::to_string(i), "common");
  MaintainAll();
  const Found found = Find("common", 5, {.ranked = 10});
  EXPECT_EQ(found.matched, 10);
  EXPECT_EQ(found.entries.size(), 5U);
  EXPECT_FALSE(found.complete);
  for (const std::string& key : Keys(found.entries)) EXPECT_GE(std::stoi(key.substr(1)), 20);
  EXPECT_TRUE(Find("common", 5, {.ranked = 30}).complete);
}

TEST_F(WordSearch, StaleDocumentsDoNotCrowdOutLiveOnes) {
  Store("old", "common");
  for (int i = 0; i < 50; ++i) {
    Store("hot", "common");
    IndexSlice(*database_);
  }
  MaintainAll();
  const Found found = Find("common", 5, {.ranked = 10});
  EXPECT_THAT(Keys(found.entries), UnorderedElementsAre("old", "hot"));
  EXPECT_TRUE(found.complete);
  EXPECT_FALSE(Find("common", 5, {.documents = 20}).complete);
}

TEST_F(WordSearch, ALongTailIsSearchedInPartAndSaysSo) {
  for (int i = 0; i < 30; ++i) Store("k" + std::to_string(i), "common");
  const Found found = Find("common", 100, {.tail = 10});
  EXPECT_EQ(found.not_indexed, 10);
  EXPECT_EQ(found.matched, 10);
  EXPECT_FALSE(found.complete);
  EXPECT_EQ(Keys(found.entries).front(), "k29");
  EXPECT_TRUE(Find("common", 100, {.tail = 30}).complete);
  const Found by_bytes = Find("common", 100, {.tail_bytes = 20});
  EXPECT_FALSE(by_bytes.complete);
  EXPECT_EQ(by_bytes.matched, 2);
}

TEST_F(WordSearch, TheNewestEntryIsSearchedHoweverLargeItIs) {
  Store("large", "needle " + std::string(100'000, 'x'));
  const Found found = Find("needle", 10, {.tail_bytes = 1000});
  EXPECT_THAT(Keys(found.entries), ElementsAre("large"));
  EXPECT_TRUE(found.complete);
}

TEST_F(WordSearch, CommonWordsThatSeldomMeetAreLookedForInTheNewestEntriesOnly) {
  Store("oldest", "left right");
  for (int i = 0; i < 60; ++i) Store("k" + std::to_string(i), i % 2 == 0 ? "left" : "right");
  MaintainAll();
  const SearchBounds bounds{.ranked = 10, .common_revs = 40};
  EXPECT_THAT(Find("left right", 10, bounds).entries, IsEmpty());
  EXPECT_FALSE(Find("left right", 10, bounds).complete);
  // A rare word, a single word or a small namespace keeps the search cheap, so that it goes to the end.
  EXPECT_THAT(Keys(Find("left right oldest", 10, bounds).entries), ElementsAre("oldest"));
  EXPECT_THAT(Keys(Find("oldest", 10, bounds).entries), ElementsAre("oldest"));
  EXPECT_TRUE(Find("oldest", 10, bounds).complete);
  Store("small", "left right", "small");
  MaintainAll();
  EXPECT_THAT(Keys(Find("left right", 10, bounds, "small").entries), ElementsAre("small"));
}

TEST_F(WordSearch, SnippetsShowTheMatchOrTheBeginning) {
  std::string value;
  for (int i = 0; i < 100; ++i) value += "filler ";
  Store("deep", value + "needle here");
  Store("needle/key", value);
  Store("huge", "needle " + std::string(limits::kMaxIndexedText, 'x'));
  const auto snippet = [&](std::string_view key) {
    for (const Summary& entry : Find("needle").entries) {
      if (entry.key == key) return entry.snippet;
    }
    return std::string("not found");
  };
  for (int indexed = 0; indexed < 2; ++indexed) {
    EXPECT_THAT(snippet("deep"), HasSubstr("filler needle here"));
    EXPECT_TRUE(snippet("needle/key").starts_with("filler filler"));
    EXPECT_TRUE(snippet("huge").starts_with("needle xxx"));
    MaintainAll();
  }
}

TEST_F(WordSearch, APatternWithoutAWordIsRefused) {
  const auto found = SearchEntries(*database_, "-- !!", {}, 10, now_ms_);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kInvalidArgument);
}

TEST_F(WordSearch, OnePartWithAStarIsAGlobAndTwoAreWords) {
  Store("deployment", "x");
  Store("k", "about deployment");
  EXPECT_THAT(Search("deploy*"), ElementsAre("deployment"));
  EXPECT_THAT(Search("\"deploy\"*"), UnorderedElementsAre("deployment", "k"));
  EXPECT_THAT(Search("about deploy*"), ElementsAre("k"));
}

/// Generated text and queries: whatever the index finds, looking through the entries finds too, and the reverse.
TEST_F(WordSearch, TheTailAndTheIndexAgree) {
  std::mt19937 random(20261121);
  const std::vector<std::string> pieces = {
      "alpha", "Alpha",  "ALPHABET", "beta",    "bêta",  "be",     "ta",      "γάμμα",   "ΓΆΜΜΑ", "gamma", "x1",
      "x-1",   "x_1",    "1.5",      "don't",   "naïve", "NAIVE",  "\u0130i", "ß",       "ss",    "ﬁn",    "fin",
      "蜂",    "蜂の巣", "🐝",       "a\u0301", "á",     "\u212a", "k",       "ſ",       "s",     "Ⅷ",     "٣",
      "\xff",  "\n",     "--",       "\"",      "(",     "*",      "AND",     "e\u0327", "e",     "Å",     "\u212b"};
  const std::vector<std::string> separators = {" ", " ", " ", "\n", "-", "", ", "};
  const auto text = [&](int words) {
    std::string made;
    for (int i = 0; i < words; ++i) {
      made += pieces[random() % pieces.size()];
      made += separators[random() % separators.size()];
    }
    return made;
  };
  for (int i = 0; i < 150; ++i) Store("k" + std::to_string(i) + "/" + text(2), text(static_cast<int>(random() % 30)));

  std::vector<std::string> patterns;
  while (patterns.size() < 400) {
    std::string pattern = text(1 + static_cast<int>(random() % 2));
    if (random() % 3 == 0) pattern = "\"" + pattern + "\"";
    if (random() % 3 == 0) pattern += "*";
    pattern += " ";
    if (random() % 3 == 0) pattern += text(1);
    if (SearchWords(*database_, pattern, {}, 1000, now_ms_)) patterns.push_back(pattern);
  }
  std::vector<std::vector<std::string>> in_tail;
  std::size_t found = 0;
  for (const std::string& pattern : patterns) {
    in_tail.push_back(Keys(Find(pattern).entries));
    std::ranges::sort(in_tail.back());
    found += in_tail.back().size();
  }
  EXPECT_GT(found, 1000U);
  MaintainAll();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    auto in_index = Keys(Find(patterns[i]).entries);
    std::ranges::sort(in_index);
    EXPECT_EQ(in_index, in_tail[i]) << patterns[i];
  }
}

}  // namespace
}  // namespace skep::swarm
