#include "swarm/memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"
#include "swarm/memory_fixture.h"

namespace skep::swarm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;

class Memory : public MemoryFixture {
 protected:
  Expected<Stored> StoreIf(std::string_view key, std::string_view value, std::int64_t if_version) {
    return StoreEntry(*database_,
                      {.name_space = "default", .key = key, .value = value, .ttl_s = {}, .if_version = if_version},
                      now_ms_);
  }

  std::int64_t Rev(std::string_view key) {
    static constexpr store::Sql kRev{"SELECT rev FROM memory WHERE key = ?1"};
    store::Cursor row = database_->Query(kRev, key);
    return row.Next() ? row.Int(0) : 0;
  }
};

TEST_F(Memory, WhatWasStoredIsRetrieved) {
  EXPECT_EQ(Store("plan", "first do this"), 1);
  const auto read = RetrieveEntry(*database_, "default", "plan", now_ms_);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size, 13U);
  EXPECT_EQ(read->entry.value, "first do this");
  EXPECT_EQ(read->entry.version, 1);
  EXPECT_EQ(read->entry.created_ms, now_ms_);
  EXPECT_EQ(read->entry.updated_ms, now_ms_);
  EXPECT_EQ(read->entry.expires_ms, 0);
  EXPECT_FALSE(RetrieveEntry(*database_, "default", "plans", now_ms_));
}

TEST_F(Memory, OfALongValueOnlyWhatIsWantedIsRead) {
  std::string value;
  for (int i = 0; value.size() < 100'000; ++i) value += std::to_string(i) + " ";
  Store("long", value);
  const auto read = [&](const Wanted& wanted) {
    return *RetrieveEntry(*database_, "default", "long", now_ms_, wanted);
  };
  for (const std::size_t from :
       {std::size_t{0}, std::size_t{1}, std::size_t{50'000}, value.size() - 10, value.size()}) {
    const Retrieved part = read({.from = from, .most = 20'000, .whole = 1000});
    EXPECT_EQ(part.entry.value, value.substr(from, 20'000)) << from;
    EXPECT_EQ(part.entry.version, 1);
    EXPECT_EQ(part.from, from);
    EXPECT_EQ(part.size, value.size());
  }
  const Retrieved beyond = read({.from = value.size() + 1, .whole = 1000});
  EXPECT_EQ(beyond.entry.value, "");
  EXPECT_EQ(beyond.from, value.size());
  const Retrieved whole = read({.from = 50'000, .most = 10, .whole = value.size()});
  EXPECT_EQ(whole.entry.value, value);
  EXPECT_EQ(whole.from, 0U);
}

TEST_F(Memory, AnEntryWhoseBytesCannotBeReadIsAnErrorAndNoEntry) {
  static constexpr store::Sql kPretend{"UPDATE memory SET bytes = bytes + 1000"};
  Store("long", std::string(100'000, 'x'));
  database_->Execute(kPretend);
  ASSERT_FALSE(database_->error());
  EXPECT_FALSE(RetrieveEntry(*database_, "default", "long", now_ms_, {.from = 100'500, .most = 100, .whole = 1000}));
  EXPECT_TRUE(database_->error());
  database_->ClearError();
  EXPECT_EQ(RetrieveEntry(*database_, "default", "long", now_ms_)->size, 100'000U);
}

TEST_F(Memory, StoringAgainRaisesTheVersionAndKeepsTheAge) {
  Store("plan", "a");
  const std::int64_t created = now_ms_;
  now_ms_ += 5000;
  const auto stored = StoreEntry(
      *database_, {.name_space = "default", .key = "plan", .value = "b", .ttl_s = 60, .if_version = {}}, now_ms_);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->version, 2);
  EXPECT_EQ(stored->created_ms, created);
  EXPECT_EQ(stored->updated_ms, now_ms_);
  EXPECT_EQ(stored->expires_ms, now_ms_ + 60'000);
  // A store without a lifetime takes it off again.
  Store("plan", "c");
  EXPECT_EQ(RetrieveEntry(*database_, "default", "plan", now_ms_)->entry.expires_ms, 0);
}

TEST_F(Memory, NamespacesAreApart) {
  Store("k", "one", "a");
  Store("k", "two", "b");
  EXPECT_THAT(Value("k", "a"), Optional(std::string("one")));
  EXPECT_THAT(Value("k", "b"), Optional(std::string("two")));
  Delete("k", "a");
  EXPECT_FALSE(Value("k", "a"));
  EXPECT_TRUE(Value("k", "b"));
}

TEST_F(Memory, AnyTextIsKeptToTheByte) {
  const std::string nul("a\0b\0", 4);
  const std::string all_bytes = [] {
    std::string text;
    for (int i = 0; i < 256; ++i) text.push_back(static_cast<char>(i));
    return text;
  }();
  for (const std::string& text : {std::string(), nul, all_bytes, std::string("'; DROP TABLE memory; --"),
                                  std::string("🐝 é ﷽ \u202e"), std::string(70'000, 'x')}) {
    Store("value", text);
    EXPECT_THAT(Value("value"), Optional(text));
  }
  for (const std::string& key : {nul, std::string("a"), std::string("a\0c", 3), std::string("ключ/🐝"), all_bytes}) {
    EXPECT_EQ(Store(key, key), 1);
    EXPECT_THAT(Value(key), Optional(key));
  }
}

TEST_F(Memory, TheLargestValueIsKeptAndALargerOneRefused) {
  std::string value(limits::kMaxValue, 'v');
  value.back() = '!';
  Store("large", value);
  EXPECT_THAT(Value("large"), Optional(value));
  value.push_back('+');
  const auto refused = StoreIf("large", value, 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
}

TEST_F(Memory, NamesAreNotEmptyAndNotLongerThanTheirBound) {
  const auto code = [&](const std::string& name_space, const std::string& key) {
    const auto stored = StoreEntry(
        *database_, {.name_space = name_space, .key = key, .value = "", .ttl_s = {}, .if_version = {}}, now_ms_);
    return stored ? std::nullopt : std::optional(stored.error().code);
  };
  EXPECT_EQ(code("n", ""), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code("", "k"), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code("n", std::string(limits::kMaxKey + 1, 'k')), ErrorCode::kTooLarge);
  EXPECT_EQ(code(std::string(limits::kMaxNamespace + 1, 'n'), "k"), ErrorCode::kTooLarge);
  EXPECT_EQ(code(std::string(limits::kMaxNamespace, 'n'), std::string(limits::kMaxKey, 'k')), std::nullopt);
}

TEST_F(Memory, AnEntryIsGoneTheMomentItExpires) {
  Store("token", "t", "default", 10);
  now_ms_ += 9'999;
  EXPECT_TRUE(Value("token"));
  now_ms_ += 1;
  EXPECT_FALSE(Value("token"));
  EXPECT_EQ(DeleteEntry(*database_, "default", "token", {}, now_ms_).error().code, ErrorCode::kNotFound);
  EXPECT_THAT(ListEntries(*database_, "default", "", "", 10, now_ms_).entries, IsEmpty());
  EXPECT_EQ(StatEntries(*database_, now_ms_).entries, 0);
}

TEST_F(Memory, WhatIsStoredWhereOneExpiredBeginsAnew) {
  Store("token", "t", "default", 10);
  Store("token", "t", "default", 10);
  now_ms_ += 10'000;
  const auto stored = StoreEntry(
      *database_, {.name_space = "default", .key = "token", .value = "u", .ttl_s = {}, .if_version = {}}, now_ms_);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->version, 1);
  EXPECT_EQ(stored->created_ms, now_ms_);
}

TEST_F(Memory, LifetimesHaveBounds) {
  for (const std::int64_t ttl : {std::int64_t{0}, std::int64_t{-1}, limits::kMaxTtlS + 1}) {
    const auto stored =
        StoreEntry(*database_, {.name_space = "n", .key = "k", .value = "", .ttl_s = ttl, .if_version = {}}, now_ms_);
    ASSERT_FALSE(stored);
    EXPECT_EQ(stored.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST_F(Memory, CompareAndSetLetsOneOfTwoWritersWin) {
  Store("counter", "0");
  EXPECT_EQ(StoreIf("counter", "1", 1)->version, 2);
  const auto second = StoreIf("counter", "1", 1);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_THAT(second.error().message, HasSubstr("is at version 2"));
  EXPECT_EQ(StoreIf("counter", "2", 2)->version, 3);
  EXPECT_THAT(Value("counter"), Optional(std::string("2")));
}

TEST_F(Memory, IfVersionZeroCreatesAndNeverOverwrites) {
  EXPECT_EQ(StoreIf("lock", "mine", 0)->version, 1);
  const auto second = StoreIf("lock", "also mine", 0);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_THAT(second.error().message, HasSubstr("exists already"));
  EXPECT_THAT(Value("lock"), Optional(std::string("mine")));
}

TEST_F(Memory, CompareAndSetTakesAnExpiredEntryForAbsent) {
  Store("lock", "mine", "default", 1);
  now_ms_ += 1000;
  const auto replaced = StoreIf("lock", "x", 1);
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().code, ErrorCode::kConflict);
  EXPECT_THAT(replaced.error().message, HasSubstr("does not exist"));
  EXPECT_EQ(StoreIf("lock", "theirs", 0)->version, 1);
}

TEST_F(Memory, CompareAndSetOfWhatIsNotThereIsAConflict) {
  EXPECT_EQ(StoreIf("nothing", "x", 3).error().code, ErrorCode::kConflict);
  EXPECT_FALSE(Value("nothing"));
}

TEST_F(Memory, DeletingSaysWhichVersionWentAndOnlyThatOneIfAsked) {
  Store("k", "a");
  Store("k", "b");
  const auto stale = DeleteEntry(*database_, "default", "k", 1, now_ms_);
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().code, ErrorCode::kConflict);
  EXPECT_EQ(DeleteEntry(*database_, "default", "k", 0, now_ms_).error().code, ErrorCode::kConflict);
  EXPECT_EQ(DeleteEntry(*database_, "default", "k", 2, now_ms_), 2);
  EXPECT_EQ(DeleteEntry(*database_, "default", "k", 2, now_ms_).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(DeleteEntry(*database_, "default", "k", {}, now_ms_).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(Store("k", "c"), 1);
}

TEST_F(Memory, RevRisesWithEveryStoreAndIsNeverUsedAgain) {
  std::int64_t last = 0;
  const auto rises = [&](std::string_view key) {
    const std::int64_t rev = Rev(key);
    EXPECT_GT(rev, last);
    last = rev;
  };
  Store("a", "1");
  rises("a");
  Store("b", "1");
  rises("b");
  Store("a", "2");
  rises("a");
  Delete("a");
  Store("a", "3");
  rises("a");
  Store("a", "4", "default", 1);
  rises("a");
  now_ms_ += 1000;
  EXPECT_FALSE(PurgeExpired(*database_, now_ms_));
  Store("a", "5");
  rises("a");
  StoreIf("a", "6", 1);
  rises("a");
}

TEST_F(Memory, WhatChangesIsNamedToTheCache) {
  Store("a", "1");
  Delete("a");
  StoreIf("a", "2", 7);
  EXPECT_THAT(database_->touched(), ElementsAre(CacheKey("default", "a"), CacheKey("default", "a")));
  database_->touched().clear();
  Store("b", "1", "n", 1);
  now_ms_ += 1000;
  database_->touched().clear();
  PurgeExpired(*database_, now_ms_);
  EXPECT_THAT(database_->touched(), ElementsAre(CacheKey("n", "b")));
}

TEST_F(Memory, CacheKeysOfDifferentEntriesDiffer) {
  EXPECT_NE(CacheKey("a", "bc"), CacheKey("ab", "c"));
  EXPECT_NE(CacheKey(std::string_view("a\0", 2), "b"), CacheKey("a", std::string_view("\0b", 2)));
}

TEST_F(Memory, PurgeTakesOnlyWhatHasExpiredAndSaysWhenThereIsMore) {
  Begin();
  for (int i = 0; i < limits::kPurgeSlice + 10; ++i) Store("short/" + std::to_string(i), "x", "default", 1);
  Store("long", "x", "default", 1000);
  Store("ever", "x");
  Commit();
  EXPECT_FALSE(PurgeExpired(*database_, now_ms_));
  now_ms_ += 1000;
  EXPECT_TRUE(PurgeExpired(*database_, now_ms_));
  EXPECT_FALSE(PurgeExpired(*database_, now_ms_));
  static constexpr store::Sql kRows{"SELECT count(*) FROM memory"};
  EXPECT_EQ(Number(kRows), 2);
}

TEST_F(Memory, StatisticsCountEntriesAndBytesByNamespace) {
  Store("ab", "1234", "one");
  Store("é", "", "one");
  Store("k", "xyz", "two");
  Store("gone", "xyz", "three", 1);
  now_ms_ += 1000;
  const MemoryStats stats = StatEntries(*database_, now_ms_);
  ASSERT_EQ(stats.namespaces.size(), 2U);
  EXPECT_EQ(stats.namespaces[0].name_space, "one");
  EXPECT_EQ(stats.namespaces[0].entries, 2);
  EXPECT_EQ(stats.namespaces[0].bytes, 8);
  EXPECT_EQ(stats.namespaces[1].name_space, "two");
  EXPECT_EQ(stats.entries, 3);
  EXPECT_EQ(stats.bytes, 12);
  EXPECT_EQ(stats.not_indexed, 3);
  MaintainAll();
  EXPECT_EQ(StatEntries(*database_, now_ms_).not_indexed, 0);
}

TEST_F(Memory, StatisticsReadNoValues) {
  static constexpr store::Sql kPlan{"EXPLAIN QUERY PLAN SELECT namespace, bytes, expires_ms, rev FROM memory"};
  store::Cursor plan = database_->Query(kPlan);
  ASSERT_TRUE(plan.Next());
  EXPECT_THAT(std::string(plan.Text(3)), HasSubstr("COVERING INDEX memory_rev"));
}

TEST_F(Memory, AnErrorOfTheDatabaseIsNotTakenForAnAnswer) {
  database_->SetError({ErrorCode::kUnavailable, "no disk"});
  EXPECT_EQ(StoreIf("k", "v", 0).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(DeleteEntry(*database_, "n", "k", {}, now_ms_).error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(SearchEntries(*database_, "word", {}, 10, now_ms_));
  database_->ClearError();
}

}  // namespace
}  // namespace skep::swarm
