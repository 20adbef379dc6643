#include "swarm/key_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/limits.h"
#include "swarm/memory_fixture.h"

namespace skep::swarm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class KeySearch : public MemoryFixture {
 protected:
  Page List(std::string_view glob = "", std::string_view after = "", std::int64_t limit = 1000,
            std::string_view name_space = "default") {
    return ListEntries(*database_, name_space, glob, after, limit, now_ms_);
  }
};

TEST_F(KeySearch, ListsInTheOrderOfTheBytesOfKeys) {
  for (const char* key : {"b", "a", "é", "B", "a/b", "10", "9"}) Store(key, "x");
  EXPECT_THAT(Keys(List().entries), ElementsAre("10", "9", "B", "a", "a/b", "b", "é"));
  EXPECT_FALSE(List().more);
}

TEST_F(KeySearch, ListsWhatAGlobMatches) {
  for (const char* key : {"auth/jwt", "auth/oauth", "author", "db/auth", "auth"}) Store(key, "x");
  EXPECT_THAT(Keys(List("auth/*").entries), ElementsAre("auth/jwt", "auth/oauth"));
  EXPECT_THAT(Keys(List("*auth").entries), ElementsAre("auth", "auth/oauth", "db/auth"));
  EXPECT_THAT(Keys(List("auth").entries), ElementsAre("auth"));
  EXPECT_THAT(Keys(List("[ad]?/*").entries), ElementsAre("db/auth"));
  EXPECT_THAT(List("nothing*").entries, IsEmpty());
}

TEST_F(KeySearch, ListsShowTheBeginningOfAValueAndItsSize) {
  Store("short", "one\ntwo", "default", 60);
  Store("long", std::string(100'000, 'x'));
  Store("nul", std::string_view("a\0b", 3));
  const Page page = List();
  ASSERT_EQ(page.entries.size(), 3U);
  EXPECT_EQ(page.entries[0].bytes, 100'000);
  EXPECT_EQ(page.entries[0].snippet, std::string(limits::kMaxSnippet, 'x'));
  EXPECT_EQ(page.entries[1].snippet, "a b");
  EXPECT_EQ(page.entries[1].bytes, 3);
  EXPECT_EQ(page.entries[2].snippet, "one two");
  EXPECT_EQ(page.entries[2].expires_ms, now_ms_ + 60'000);
  EXPECT_EQ(page.entries[2].name_space, "default");
}

TEST_F(KeySearch, AStoredValueThatBecomesShortShowsItsNewBeginning) {
  Store("k", std::string(5000, 'x'));
  Store("k", "short");
  EXPECT_EQ(List().entries[0].snippet, "short");
}

TEST_F(KeySearch, PagesFollowOneAnotherWithoutGapOrRepetition) {
  std::vector<std::string> expected;
  for (int i = 100; i < 200; ++i) {
    expected.push_back("key/" + std::to_string(i));
    Store(expected.back(), "x");
    Store("other/" + std::to_string(i), "x");
  }
  std::vector<std::string> seen;
  std::string after;
  while (true) {
    Page page = List("key/*", after, 7);
    EXPECT_LE(page.entries.size(), 7U);
    for (const std::string& key : Keys(page.entries)) seen.push_back(key);
    if (!page.more) break;
    after = page.last_key;
  }
  EXPECT_EQ(seen, expected);
}

TEST_F(KeySearch, PagesAreStableWhileEntriesComeAndGo) {
  for (const char* key : {"b", "d", "f", "h"}) Store(key, "x");
  const Page first = List("", "", 2);
  EXPECT_THAT(Keys(first.entries), ElementsAre("b", "d"));
  ASSERT_TRUE(first.more);
  Store("a", "x");  // before the page: not seen
  Store("e", "x");  // after it: seen
  Delete("d");      // where the page ended
  Delete("h");
  EXPECT_THAT(Keys(List("", first.last_key, 10).entries), ElementsAre("e", "f"));
}

TEST_F(KeySearch, APageThatEndsWithTheLastEntrySaysThatThereIsNoMore) {
  for (const char* key : {"a", "b", "c"}) Store(key, "x");
  EXPECT_TRUE(List("", "", 2).more);
  EXPECT_FALSE(List("", "", 3).more);
  EXPECT_FALSE(List("", "c", 3).more);
}

TEST_F(KeySearch, KeysWithNulAndUnicodeAreFoundAgain) {
  const std::string nul("k\0/1", 4);
  Store(nul, "x");
  Store("k🐝/1", "x");
  EXPECT_THAT(Keys(List("k*").entries), ElementsAre(nul, "k🐝/1"));
  EXPECT_THAT(Keys(List("k?/1").entries), ElementsAre(nul, "k🐝/1"));
  EXPECT_THAT(Keys(List("", nul).entries), ElementsAre("k🐝/1"));
}

TEST_F(KeySearch, SearchByGlobLooksIntoAllNamespacesOrOne) {
  Store("auth/a", "x", "one");
  Store("auth/b", "x", "two");
  Store("other", "x", "two");
  EXPECT_THAT(Search("auth/*"), ElementsAre("auth/a", "auth/b"));
  EXPECT_THAT(Search("auth/*", "two"), ElementsAre("auth/b"));
  EXPECT_THAT(Search("auth/*", "three"), IsEmpty());
  EXPECT_THAT(Search("*"), ElementsAre("auth/a", "auth/b", "other"));
}

TEST_F(KeySearch, SearchCountsWhatItDoesNotReturn) {
  for (int i = 0; i < 30; ++i) Store("k/" + std::to_string(i), "x");
  const auto found = SearchEntries(*database_, "k/*", {}, 10, now_ms_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->entries.size(), 10U);
  EXPECT_EQ(found->matched, 30);
  EXPECT_TRUE(found->complete);
  EXPECT_EQ(found->not_indexed, 0);
}

TEST_F(KeySearch, SearchThatIsTooMuchWorkSaysThatItIsNotComplete) {
  for (int i = 0; i < 100; ++i) Store("k/" + std::to_string(i), "x");
  const auto found = SearchKeys(*database_, "*9", {}, 100, now_ms_, 50 * limits::kKeyWork);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->complete);
  EXPECT_LT(found->matched, 10);
  EXPECT_GT(found->matched, 0);
}

TEST_F(KeySearch, NamespacesWithoutAMatchAreWorkToo) {
  for (int i = 0; i < 100; ++i) Store("k", "x", "n" + std::to_string(i));
  const auto found = SearchKeys(*database_, "other/*", {}, 100, now_ms_, 500 * limits::kKeyWork);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->complete);
  EXPECT_TRUE(SearchKeys(*database_, "other/*", {}, 100, now_ms_)->complete);
}

TEST_F(KeySearch, SearchCountsNoFurtherThanItsBound) {
  Begin();
  for (int i = 0; i <= limits::kMaxRanked; ++i) Store("k/" + std::to_string(i), "x");
  Commit();
  const auto found = SearchEntries(*database_, "k/*", {}, 5, now_ms_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->matched, limits::kMaxRanked);
  EXPECT_FALSE(found->complete);
}

TEST_F(KeySearch, ExpiredEntriesAreNotFound) {
  Store("a", "x", "default", 1);
  Store("b", "x");
  now_ms_ += 1000;
  EXPECT_THAT(Search("*"), ElementsAre("b"));
  EXPECT_THAT(Keys(List().entries), ElementsAre("b"));
}

}  // namespace
}  // namespace skep::swarm
