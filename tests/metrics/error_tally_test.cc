#include "metrics/error_tally.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/limits.h"
#include "metrics/windows.h"
#include "support/temp_directory.h"

namespace skep::metrics {
namespace {

constexpr std::int64_t kNow = 1'700'000'123'456;

/// Of its own kind.
std::string Word(int i) {
  std::string word = "word";
  for (; i > 0; i /= 26) word += static_cast<char>('a' + i % 26);
  return word;
}

TEST(ErrorTally, ErrorsOfOneKindAreCountedTogether) {
  ErrorTally tally;
  tally.Note("no task tk_000001", "tool:task_update", "not_found", "tool:task_claim", 500, kNow);
  tally.Note("no task tk_000002", "tool:task_update", "not_found", "tool:task_claim", 200, kNow + 5);
  tally.Note("no task tk_000002", "tool:task_update", "not_found", "", 100, kNow + 7);
  ASSERT_EQ(tally.kinds().size(), 2U);
  const ErrorFigures& figures = tally.kinds().at({.signature = "no task tk_…",
                                                  .operation = "tool:task_update",
                                                  .code = "not_found",
                                                  .preceding = "tool:task_claim"});
  EXPECT_EQ(figures.count, 2);
  EXPECT_EQ(figures.total_ns, 700);
  EXPECT_EQ(figures.most_ns, 500);
  EXPECT_EQ(figures.first_ms, kNow);
  EXPECT_EQ(figures.last_ms, kNow + 5);
  EXPECT_EQ(figures.message, "no task tk_000001");
}

TEST(ErrorTally, WhatAClientSaidIsNotKept) {
  ErrorTally tally;
  tally.Note("there is no agent \"my password\": token=abc", "tool:inbox", "not_found", "", 1, kNow);
  ASSERT_EQ(tally.kinds().size(), 1U);
  EXPECT_EQ(tally.kinds().begin()->first.signature, "there is no agent \"…\": token=…");
  EXPECT_EQ(tally.kinds().begin()->second.message, "there is no agent \"…\": token=…");
}

TEST(ErrorTally, WhatIsTakenIsTakenOnce) {
  ErrorTally tally;
  tally.Note("a", "", "", "", 0, kNow);
  EXPECT_EQ(tally.Take().size(), 1U);
  EXPECT_TRUE(tally.Take().empty());
}

TEST(ErrorTally, BeyondTheBoundAllAreOne) {
  ErrorTally tally;
  for (int i = 0; i < 1000; ++i) tally.Note(Word(i), "tool:inbox", "internal", "", 1, kNow);
  ASSERT_EQ(tally.kinds().size(), limits::kMaxErrorKinds);
  const ErrorKind others{.signature = std::string(ErrorTally::kOthers), .operation = "", .code = "", .preceding = ""};
  EXPECT_EQ(tally.kinds().at(others).count, 1000 - static_cast<std::int64_t>(limits::kMaxErrorKinds) + 1);
}

class AddErrorsTest : public testing::Test {
 protected:
  std::int64_t One(const store::Sql& sql, std::int64_t seconds) {
    store::Cursor row = database_->Query(sql, seconds);
    return row.Next() ? row.Int(0) : -1;
  }
  static ErrorKinds Noted(std::string_view message, std::int64_t took_ns, std::int64_t at_ms) {
    ErrorTally tally;
    tally.Note(message, "tool:inbox", "conflict", "", took_ns, at_ms);
    return tally.Take();
  }

  static constexpr store::Sql kRows{"SELECT count(*) FROM error_windows WHERE seconds = ?1"};
  static constexpr store::Sql kCount{"SELECT sum(count) FROM error_windows WHERE seconds = ?1"};
  static constexpr store::Sql kStart{"SELECT min(start_ms) FROM error_windows WHERE seconds = ?1"};
  static constexpr store::Sql kTotal{"SELECT sum(total_ns) FROM error_windows WHERE seconds = ?1"};
  static constexpr store::Sql kMost{"SELECT max(most_ns) FROM error_windows WHERE seconds = ?1"};
  static constexpr store::Sql kFirst{"SELECT min(first_ms) FROM error_windows WHERE seconds = ?1"};
  static constexpr store::Sql kLast{"SELECT max(last_ms) FROM error_windows WHERE seconds = ?1"};

  TempDirectory directory_;
  std::unique_ptr<store::Database> database_ =
      *store::Database::Open(directory_ / "skep.db", store::Database::Mode::kReadWrite, {.fsync = false});
};

TEST_F(AddErrorsTest, EachLevelHasAllOfThem) {
  AddErrors(*database_, Noted("full", 7, kNow), kNow);
  for (const Level& level : kLevels) {
    EXPECT_EQ(One(kCount, level.seconds), 1);
    EXPECT_EQ(One(kStart, level.seconds), WindowStart(kNow, level.seconds));
  }
}

TEST_F(AddErrorsTest, OneWindowAddsUp) {
  AddErrors(*database_, Noted("full", 7, kNow), kNow);
  AddErrors(*database_, Noted("full", 9, kNow - 1000), kNow);
  AddErrors(*database_, Noted("full", 2, kNow + 3000), kNow);
  EXPECT_EQ(One(kRows, 10), 1);
  EXPECT_EQ(One(kCount, 10), 3);
  EXPECT_EQ(One(kTotal, 10), 18);
  EXPECT_EQ(One(kMost, 10), 9);
  EXPECT_EQ(One(kFirst, 10), kNow - 1000);
  EXPECT_EQ(One(kLast, 10), kNow + 3000);
}

TEST_F(AddErrorsTest, AWindowHasABoundedNumberOfKindsWhoeverNotedThem) {
  for (int round = 0; round < 3; ++round) {
    ErrorTally tally;
    for (int i = 0; i < 60; ++i) tally.Note(Word(round * 60 + i), "tool:inbox", "internal", "", 1, kNow);
    AddErrors(*database_, tally.Take(), kNow);
  }
  EXPECT_EQ(One(kRows, 3600), static_cast<std::int64_t>(limits::kMaxErrorKinds));
  EXPECT_EQ(One(kCount, 3600), 180);
  EXPECT_FALSE(database_->error());
}

}  // namespace
}  // namespace skep::metrics
