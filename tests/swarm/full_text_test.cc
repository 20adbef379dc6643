#include "swarm/full_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"
#include "swarm/memory_fixture.h"

namespace skep::swarm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class FullText : public MemoryFixture {
 protected:
  IndexState State() { return ReadIndexState(*database_); }

  std::int64_t Rows(const char* table) {
    static constexpr store::Sql kData{"SELECT count(*) FROM memory_fts_0_data"};
    static constexpr store::Sql kOtherData{"SELECT count(*) FROM memory_fts_1_data"};
    static constexpr store::Sql kSizes{"SELECT count(*) FROM memory_fts_0_docsize"};
    static constexpr store::Sql kOtherSizes{"SELECT count(*) FROM memory_fts_1_docsize"};
    const std::string_view name = table;
    return Number(name == "0_data"      ? kData
                  : name == "1_data"    ? kOtherData
                  : name == "0_docsize" ? kSizes
                                        : kOtherSizes);
  }

  /// What FTS5 itself says of both tables.
  void ExpectSound() {
    static constexpr store::Sql kCheck[2] = {{"INSERT INTO memory_fts_0 (memory_fts_0) VALUES ('integrity-check')"},
                                             {"INSERT INTO memory_fts_1 (memory_fts_1) VALUES ('integrity-check')"}};
    database_->Execute(kCheck[0]);
    database_->Execute(kCheck[1]);
    ASSERT_FALSE(database_->error()) << database_->error()->message;
  }
};

TEST_F(FullText, IndexesInSlicesUntilNothingIsLeft) {
  for (int i = 0; i < 10; ++i) Store("k" + std::to_string(i), "text");
  EXPECT_TRUE(IndexSlice(*database_, {.entries = 4}));
  EXPECT_EQ(State().documents, 4);
  EXPECT_TRUE(IndexSlice(*database_, {.entries = 4}));
  EXPECT_TRUE(IndexSlice(*database_, {.entries = 4}));
  EXPECT_EQ(State().documents, 10);
  EXPECT_FALSE(IndexSlice(*database_, {.entries = 4}));
  EXPECT_EQ(StatEntries(*database_, now_ms_).not_indexed, 0);
  ExpectSound();
}

TEST_F(FullText, ASliceEndsWithTheEntryThatFillsIt) {
  for (int i = 0; i < 3; ++i) Store("k" + std::to_string(i), std::string(1000, 'x'));
  EXPECT_TRUE(IndexSlice(*database_, {.text_bytes = 1500}));
  EXPECT_EQ(State().documents, 2);
}

TEST_F(FullText, NothingToDoWritesNothing) {
  Store("k", "text");
  MaintainAll();
  const std::int64_t changes = database_->total_changes();
  EXPECT_FALSE(Maintain(*database_, now_ms_));
  EXPECT_EQ(database_->total_changes(), changes);
}

TEST_F(FullText, UpkeepDeletesWhatHasExpired) {
  Store("k", "text", "default", 1);
  MaintainAll();
  now_ms_ += 1000;
  MaintainAll();
  static constexpr store::Sql kRows{"SELECT count(*) FROM memory"};
  EXPECT_EQ(Number(kRows), 0);
  EXPECT_THAT(Search("text"), IsEmpty());
}

TEST_F(FullText, LongValuesAreIndexedByTheirBeginning) {
  std::string value(limits::kMaxIndexedText - 4, ' ');
  value += "near ééé far";  // the bound is where the word "near" ends
  Store("long", value);
  MaintainAll();
  EXPECT_THAT(Search("near"), ElementsAre("long"));
  EXPECT_THAT(Search("far"), IsEmpty());
}

TEST_F(FullText, TheCutOfALongValueIsBetweenCharacters) {
  std::string value(limits::kMaxIndexedText - 3, ' ');
  value += "xé🐝";  // cut inside the bee
  Store("long", value);
  EXPECT_THAT(Search("xe"), ElementsAre("long"));
  MaintainAll();
  EXPECT_THAT(Search("xe"), ElementsAre("long"));
}

TEST_F(FullText, OverwrittenAndDeletedEntriesAreNotFoundAnyMore) {
  Store("a", "apple");
  Store("b", "apple");
  MaintainAll();
  Store("a", "pear");
  Delete("b");
  EXPECT_THAT(Search("apple"), IsEmpty());
  MaintainAll();
  EXPECT_THAT(Search("apple"), IsEmpty());
  EXPECT_THAT(Search("pear"), ElementsAre("a"));
  EXPECT_EQ(State().documents, 3);
}

TEST_F(FullText, AnEntryDeletedAndStoredAgainHasOnlyItsNewWords) {
  Store("a", "apple");
  MaintainAll();
  Delete("a");
  Store("a", "pear");
  MaintainAll();
  EXPECT_THAT(Search("apple"), IsEmpty());
  EXPECT_THAT(Search("pear"), ElementsAre("a"));
  ExpectSound();
}

TEST_F(FullText, IsBuiltAfreshWhenMostOfItIsStale) {
  const UpkeepBounds bounds{.entries = 8, .stale = 20};
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 10; ++i) Store("k" + std::to_string(i), "word round" + std::to_string(round));
    MaintainAll({.entries = 8});
  }
  EXPECT_EQ(State().documents, 50);
  EXPECT_EQ(State().generation, 0);

  // While the new generation is built, the old one answers.
  while (State().phase != IndexPhase::kRebuilding) ASSERT_TRUE(Maintain(*database_, now_ms_, bounds));
  ASSERT_TRUE(Maintain(*database_, now_ms_, bounds));
  EXPECT_EQ(State().generation, 0);
  EXPECT_EQ(State().rebuilt_documents, 8);
  EXPECT_EQ(Search("word").size(), 10U);
  Store("k0", "word changed meanwhile");
  Store("new", "word");
  EXPECT_EQ(Search("word").size(), 11U);

  MaintainAll(bounds);
  EXPECT_EQ(State().generation, 1);
  EXPECT_EQ(State().phase, IndexPhase::kSteady);
  EXPECT_EQ(State().documents, 12);  // k0 was overwritten when its document had been built
  EXPECT_EQ(Search("word").size(), 11U);
  EXPECT_THAT(Search("round4 k3"), ElementsAre("k3"));
  EXPECT_THAT(Search("round3"), IsEmpty());
  EXPECT_THAT(Search("changed"), ElementsAre("k0"));
  EXPECT_EQ(Rows("0_docsize"), 0);
  EXPECT_LE(Rows("0_data"), 2);
  ExpectSound();
}

TEST_F(FullText, TheClearedGenerationCanBeUsedAgain) {
  const UpkeepBounds bounds{.entries = 8, .stale = 20};
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 10; ++i) Store("k" + std::to_string(i), "word round" + std::to_string(round));
    MaintainAll(bounds);
    EXPECT_EQ(Search("word").size(), 10U);
    EXPECT_EQ(Search("round" + std::to_string(round)).size(), 10U);
    EXPECT_THAT(Search("round" + std::to_string(round - 1)), IsEmpty());
  }
  EXPECT_LT(State().documents, 60);
  ExpectSound();
}

TEST_F(FullText, IsEmptiedInSlicesToo) {
  Begin();
  for (int i = 0; i < 20'000; ++i) Store("k" + std::to_string(i), "w" + std::to_string(i * 7919));
  Commit();
  while (IndexSlice(*database_, {.entries = 5000})) {
  }
  const std::int64_t before = Rows("0_data");
  static constexpr store::Sql kDelete{"DELETE FROM memory WHERE id > 10"};
  database_->Execute(kDelete);
  bool slowly = false;
  while (Maintain(*database_, now_ms_, {.stale = 20})) {
    slowly = slowly || (Rows("0_docsize") > 0 && Rows("0_docsize") < 20'000);
  }
  EXPECT_GT(before, 2);
  EXPECT_TRUE(slowly);
  EXPECT_LE(Rows("0_data"), 2);
  EXPECT_EQ(State().documents, 10);
  EXPECT_EQ(Search("k7"), std::vector<std::string>{"k7"});
  ExpectSound();
}

TEST_F(FullText, FewStaleDocumentsAreTolerated) {
  for (int round = 0; round < 5; ++round) Store("k", "word");
  MaintainAll({.stale = 20});
  EXPECT_EQ(State().generation, 0);
  EXPECT_EQ(State().phase, IndexPhase::kSteady);
}

TEST_F(FullText, APhaseThatNoOneKnowsIsAnError) {
  static constexpr store::Sql kBreak{"UPDATE memory_state SET phase = 'melting'"};
  database_->Execute(kBreak);
  Maintain(*database_, now_ms_);
  ASSERT_TRUE(database_->error());
  EXPECT_EQ(database_->error()->code, ErrorCode::kCorrupt);
  database_->ClearError();
}

}  // namespace
}  // namespace skep::swarm
