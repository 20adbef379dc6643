#include "store/cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "harness.h"
#include "store/transaction.h"
#include "store/wal_stamp.h"

namespace skep::store {
namespace {

std::shared_ptr<const Entry> MakeEntry(std::string value) {
  auto entry = std::make_shared<Entry>();
  entry->value = std::move(value);
  return entry;
}

/// A cache between a connection that reads, one of ours that writes, and one that knows nothing of the cache.
class CacheTest : public ::testing::Test {
 protected:
  CacheTest() {
    index_ = WalIndex(reader_->handle());
    cache_.Attach(index_);
  }
  /// As a read that misses does: reads it and keeps it.
  void Keep(std::string_view key, std::string value = "value") {
    cache_.BeginRead(index_.Read());
    cache_.Insert(key, MakeEntry(std::move(value)));
    cache_.EndRead();
  }
  bool Has(std::string_view key) { return cache_.Find(key) != nullptr; }
  /// A transaction of our own, that changes what it touches.
  void Write(std::string_view key) {
    ASSERT_TRUE(transaction_.Begin());
    writer_->Execute(kPut, key, ++value_);
    writer_->Touch(std::string(key));
    ASSERT_TRUE(transaction_.Commit());
  }
  static void Checkpoint(Database& database, int mode) {
    ASSERT_EQ(sqlite3_wal_checkpoint_v2(database.handle(), "main", mode, nullptr, nullptr), SQLITE_OK);
  }

  TempDirectory directory_;
  std::unique_ptr<Database> writer_ = *Database::Open(directory_ / "db", Database::Mode::kReadWrite, {.fsync = false});
  std::unique_ptr<Database> reader_ = *Database::Open(directory_ / "db", Database::Mode::kReadOnly);
  std::unique_ptr<Database> stranger_ =
      *Database::Open(directory_ / "db", Database::Mode::kReadWrite, {.fsync = false});
  WalIndex index_;
  Cache cache_{64 * 1024};
  Transaction transaction_{*writer_, cache_};
  std::int64_t value_ = 0;
};

TEST_F(CacheTest, FindsWhatWasKept) {
  EXPECT_FALSE(Has("a"));
  Keep("a", "its value");
  ASSERT_TRUE(Has("a"));
  EXPECT_EQ(cache_.Find("a")->value, "its value");
  EXPECT_FALSE(Has("b"));
  EXPECT_EQ(cache_.stats().hits, 2U);
  EXPECT_EQ(cache_.stats().misses, 2U);
}

TEST_F(CacheTest, AnEntryStaysGoodForWhoeverHasIt) {
  Keep("a", "its value");
  const auto entry = cache_.Find("a");
  cache_.Clear();
  EXPECT_FALSE(Has("a"));
  EXPECT_EQ(entry->value, "its value");
}

TEST_F(CacheTest, TheLeastRecentlyUsedMakesRoom) {
  const std::string value(10 * 1024, 'x');
  for (const char* key : {"1", "2", "3", "4", "5"}) Keep(key, value);
  EXPECT_TRUE(Has("1"));
  Keep("6", value);
  Keep("7", value);
  EXPECT_TRUE(Has("1"));
  EXPECT_FALSE(Has("2"));
  EXPECT_TRUE(Has("7"));
  EXPECT_LE(cache_.stats().bytes, cache_.stats().capacity);
  EXPECT_EQ(cache_.stats().evictions, 1U);
}

TEST_F(CacheTest, ResizingMakesRoomAtOnce) {
  const std::string value(10 * 1024, 'x');
  for (const char* key : {"1", "2", "3", "4", "5"}) Keep(key, value);
  cache_.Resize(25 * 1024);
  EXPECT_EQ(cache_.stats().entries, 2U);
  EXPECT_TRUE(Has("5"));
  cache_.Resize(0);
  EXPECT_EQ(cache_.stats().entries, 0U);
  EXPECT_EQ(cache_.stats().bytes, 0U);
  Keep("a");
  EXPECT_FALSE(Has("a"));
}

TEST_F(CacheTest, AKeyIsKeptOnce) {
  Keep("a", "old");
  Keep("a", "new");
  EXPECT_EQ(cache_.Find("a")->value, "new");
  EXPECT_EQ(cache_.stats().entries, 1U);
}

TEST_F(CacheTest, AHugeValueIsNotKept) {
  cache_.Resize(4 * limits::kCacheMaxValue);
  Keep("huge", std::string(limits::kCacheMaxValue + 1, 'x'));
  EXPECT_FALSE(Has("huge"));
  Keep("large", std::string(limits::kCacheMaxValue, 'x'));
  EXPECT_TRUE(Has("large"));
  EXPECT_EQ(cache_.stats().too_large, 1U);
}

TEST_F(CacheTest, WhatIsLargerThanTheCachePushesNothingOut) {
  cache_.Resize(4 * 1024);
  Keep("small");
  Keep("large", std::string(8 * 1024, 'x'));
  EXPECT_TRUE(Has("small"));
  EXPECT_FALSE(Has("large"));
  EXPECT_EQ(cache_.stats().evictions, 0U);
}

TEST_F(CacheTest, WhatWasClearedIsCounted) {
  Keep("a");
  Keep("b");
  cache_.Clear();
  EXPECT_EQ(cache_.stats().cleared, 2U);
  EXPECT_EQ(cache_.stats().invalidations, 0U);
  EXPECT_EQ(cache_.stats().bytes, 0U);
}

TEST_F(CacheTest, ACommitOfOursDropsWhatItTouchedAndNothingElse) {
  Keep("a");
  Keep("b");
  Write("a");
  EXPECT_FALSE(Has("a"));
  EXPECT_TRUE(Has("b"));
  EXPECT_EQ(cache_.stats().invalidations, 1U);
  EXPECT_EQ(cache_.stats().invalidations_by_others, 0U);
}

TEST_F(CacheTest, ACommitOfAStrangerDropsEverything) {
  Keep("a");
  Keep("b");
  stranger_->Execute(kPut, "b", "changed");
  EXPECT_FALSE(Has("a"));
  EXPECT_EQ(cache_.stats().entries, 0U);
  EXPECT_EQ(cache_.stats().invalidations_by_others, 2U);
  Keep("a");
  EXPECT_TRUE(Has("a"));
}

TEST_F(CacheTest, ACommitOfOursAfterAStrangersDropsEverything) {
  Keep("a");
  stranger_->Execute(kPut, "a", "changed");
  Write("b");
  EXPECT_FALSE(Has("a"));
}

TEST_F(CacheTest, AStrangersCommitRightAfterOursDropsEverything) {
  Keep("a");
  const Stamp before = index_.Read();
  cache_.BeginCommit();
  writer_->Execute(kPut, "b", "ours");
  stranger_->Execute(kPut, "a", "changed");
  // The state that is read after our commit is the stranger's.
  cache_.EndCommit(before, index_.Read(), {});
  EXPECT_FALSE(Has("a"));
}

TEST_F(CacheTest, MoreCommitsThanAnyoneKeepsAccountOfDropEverything) {
  Keep("a");
  Keep("b");
  for (int i = 0; i < 5000; ++i) Write("a");
  EXPECT_FALSE(Has("a"));
  EXPECT_FALSE(Has("b"));
  Keep("b");
  Write("a");
  EXPECT_TRUE(Has("b"));
}

TEST_F(CacheTest, ATransactionThatWasUndoneChangesNothing) {
  Keep("a");
  ASSERT_TRUE(transaction_.Begin());
  writer_->Execute(kPut, "a", "changed");
  writer_->Touch("a");
  transaction_.Rollback();
  EXPECT_TRUE(Has("a"));
}

TEST_F(CacheTest, WhatWasReadBeforeACommitIsNotKeptAfterIt) {
  cache_.BeginRead(index_.Read());
  Write("a");
  cache_.Insert("a", MakeEntry("old"));
  cache_.EndRead();
  EXPECT_FALSE(Has("a"));

  cache_.BeginRead(index_.Read());
  stranger_->Execute(kPut, "a", "changed");
  cache_.Insert("a", MakeEntry("old"));
  cache_.EndRead();
  EXPECT_FALSE(Has("a"));
}

TEST_F(CacheTest, AnOpenReadFindsItsOwnStateAndNoLaterOne) {
  Keep("a");
  cache_.BeginRead(index_.Read());
  stranger_->Execute(kPut, "a", "changed");
  EXPECT_TRUE(Has("a")) << "as the transaction itself would find it";
  cache_.EndRead();
  EXPECT_FALSE(Has("a"));
}

TEST_F(CacheTest, NothingIsKeptOrFoundInAnUnknownState) {
  Keep("b");
  cache_.BeginRead(Stamp());
  EXPECT_FALSE(Has("b"));
  cache_.Insert("a", MakeEntry("value"));
  EXPECT_FALSE(Has("a"));
  cache_.EndRead();
  EXPECT_FALSE(Has("a"));
  EXPECT_TRUE(Has("b"));
}

TEST_F(CacheTest, ACommitInProgressIsNoReasonToDropTheRest) {
  Keep("a");
  Keep("b");
  const Stamp before = index_.Read();
  cache_.BeginCommit();
  writer_->Execute(kPut, "a", "changed");
  EXPECT_FALSE(Has("b")) << "the states differ";
  Keep("c");
  cache_.EndCommit(before, index_.Read(), {"a"});
  EXPECT_FALSE(Has("a"));
  EXPECT_TRUE(Has("b"));
}

TEST_F(CacheTest, CheckpointsAndANewLogDoNotHideAChange) {
  for (const int mode :
       {SQLITE_CHECKPOINT_PASSIVE, SQLITE_CHECKPOINT_FULL, SQLITE_CHECKPOINT_RESTART, SQLITE_CHECKPOINT_TRUNCATE}) {
    Keep("a");
    Checkpoint(*stranger_, mode);
    Write("b");
    Keep("a");
    EXPECT_TRUE(Has("a"));
    Checkpoint(*writer_, mode);
    stranger_->Execute(kPut, "a", ++value_);
    EXPECT_FALSE(Has("a")) << "mode " << mode;
  }
}

TEST_F(CacheTest, EveryStateHasAStampOfItsOwn) {
  std::vector<Stamp> seen{index_.Read()};
  for (int i = 0; i < 300; ++i) {
    (i % 3 == 0 ? stranger_ : writer_)->Execute(kPut, "a", i);
    if (i % 7 == 0) Checkpoint(*stranger_, i % 2 == 0 ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE);
    const Stamp stamp = index_.Read();
    ASSERT_TRUE(stamp.known());
    EXPECT_TRUE(index_.Is(stamp));
    EXPECT_THAT(seen, testing::Not(testing::Contains(stamp)));
    seen.push_back(stamp);
  }
}

TEST_F(CacheTest, AReadLeavesTheStampAsItIs) {
  const Stamp before = index_.Read();
  Count(*reader_);
  Count(*stranger_);
  ASSERT_TRUE(transaction_.Begin());
  Count(*writer_);
  ASSERT_TRUE(transaction_.Commit());
  EXPECT_EQ(index_.Read(), before);
}

TEST(WalIndex, OfADatabaseThatIsNotOpenKnowsNothing) {
  const WalIndex index;
  EXPECT_FALSE(index.Read().known());
  EXPECT_FALSE(index.Is(Stamp()));
}

}  // namespace
}  // namespace skep::store
