#include "store/group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harness.h"

namespace skep::store {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Sql kRollback{"ROLLBACK"};
/// Breaks a reference that is looked at when the transaction commits.
constexpr Sql kDefer{"PRAGMA defer_foreign_keys = ON"};
constexpr Sql kOrphan{"INSERT INTO agents (swarm, type, name, created_ms) VALUES (12345, 'coder', 'orphan', 0)"};

std::unexpected<Error> Refuse() { return Fail(ErrorCode::kNotFound, "refused"); }

class GroupTest : public ::testing::Test {
 protected:
  void Add(const Call::Work& work) { group_.push_back({std::make_unique<Call>(work), {}}); }
  bool Run() { return RunGroup(*database_, transaction_, group_); }
  /// The outcomes, as text.
  std::vector<std::string> Outcomes() const {
    std::vector<std::string> outcomes;
    outcomes.reserve(group_.size());
    for (const Pending& pending : group_) outcomes.push_back(pending.outcome ? "ok" : pending.outcome.error().message);
    return outcomes;
  }
  /// As another connection sees it.
  std::int64_t Committed() { return Count(*reader_); }

  TempDirectory directory_;
  Cache cache_{0};
  std::unique_ptr<Database> database_ =
      *Database::Open(directory_ / "db", Database::Mode::kReadWrite, {.fsync = false});
  std::unique_ptr<Database> reader_ = *Database::Open(directory_ / "db", Database::Mode::kReadOnly);
  Transaction transaction_{*database_, cache_};
  std::vector<Pending> group_;
};

TEST_F(GroupTest, CommitsAllOperationsTogether) {
  Add(Put("a"));
  Add([this](Database& database) -> Expected<void> {
    EXPECT_EQ(Get(database, "a"), "x") << "an operation sees those before it";
    EXPECT_EQ(Committed(), 0) << "and nobody else does";
    return {};
  });
  Add(Put("b"));
  EXPECT_TRUE(Run());
  EXPECT_THAT(Outcomes(), Each("ok"));
  EXPECT_EQ(Committed(), 2);
}

TEST_F(GroupTest, SaysWhenNothingWasWritten) {
  Add([](Database& database) -> Expected<void> {
    Get(database, "a");
    return {};
  });
  EXPECT_FALSE(Run());
  EXPECT_THAT(Outcomes(), ElementsAre("ok"));
}

TEST_F(GroupTest, ARefusalBeforeWritingCostsNobodyASecondRun) {
  int runs = 0;
  Add([&](Database& database) {
    ++runs;
    return Put("a")(database);
  });
  Add([](Database&) -> Expected<void> { return Refuse(); });
  Add(Put("b"));
  EXPECT_TRUE(Run());
  EXPECT_THAT(Outcomes(), ElementsAre("ok", "refused", "ok"));
  EXPECT_EQ(Committed(), 2);
  EXPECT_EQ(runs, 1);
}

TEST_F(GroupTest, AFailureAfterWritingTakesBackOnlyItsOwn) {
  int runs = 0;
  Add([&](Database& database) {
    ++runs;
    return Put("a")(database);
  });
  Add([](Database& database) -> Expected<void> {
    database.Execute(kPut, "half", "x");
    database.Execute(kPut, "a", "changed");
    database.Touch("a");
    return Refuse();
  });
  Add(Put("b"));
  EXPECT_TRUE(Run());
  EXPECT_THAT(Outcomes(), ElementsAre("ok", "refused", "ok"));
  EXPECT_EQ(Committed(), 2);
  EXPECT_EQ(Get(*reader_, "a"), "x");
  EXPECT_EQ(runs, 2) << "the group was undone and run again";
}

TEST_F(GroupTest, AnErrorLeftInTheDatabaseIsTheOperationsOwn) {
  static constexpr Sql kBroken{"SELECT nothing FROM nowhere"};
  Add([](Database& database) -> Expected<void> {
    database.Execute(kPut, "half", "x");
    database.Execute(kBroken);
    return {};
  });
  Add(Put("b"));
  EXPECT_TRUE(Run());
  EXPECT_THAT(Outcomes(), ElementsAre(HasSubstr("nowhere"), "ok"));
  EXPECT_EQ(Committed(), 1);
  EXPECT_FALSE(database_->error());
}

TEST_F(GroupTest, ACancelledOperationIsNotRun) {
  class Cancelled final : public Operation {
   public:
    Expected<void> Run(Database&) override {
      ADD_FAILURE();
      return {};
    }
    void Finish(Expected<void>) override {}
    bool cancelled() const override { return true; }
  };
  Add(Put("a"));
  group_.push_back({std::make_unique<Cancelled>(), {}});
  EXPECT_TRUE(Run());
  ASSERT_FALSE(group_[1].outcome);
  EXPECT_EQ(group_[1].outcome.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(Committed(), 1);
}

TEST_F(GroupTest, AFailedCommitIsEveryonesError) {
  Add(Put("a"));
  Add([](Database&) -> Expected<void> { return Refuse(); });
  Add([](Database& database) -> Expected<void> {
    database.Execute(kDefer);
    database.Execute(kOrphan);
    return {};
  });
  EXPECT_FALSE(Run());
  EXPECT_THAT(Outcomes(), Each(HasSubstr("FOREIGN KEY")));
  EXPECT_EQ(Committed(), 0);
  EXPECT_FALSE(database_->in_transaction());

  group_.clear();
  Add(Put("a"));
  EXPECT_TRUE(Run()) << "the next group is not affected";
  EXPECT_EQ(Committed(), 1);
}

TEST_F(GroupTest, WhenSqliteGivesUpTheTransactionTheOthersRunAgain) {
  int culprit_runs = 0;
  Add(Put("a"));
  Add([&](Database& database) -> Expected<void> {
    ++culprit_runs;
    database.Execute(kPut, "half", "x");
    database.Execute(kRollback);  // As a failing disk would have it.
    return Refuse();
  });
  Add(Put("b"));
  EXPECT_TRUE(Run());
  EXPECT_THAT(Outcomes(), ElementsAre("ok", "refused", "ok"));
  EXPECT_EQ(Committed(), 2);
  EXPECT_EQ(culprit_runs, 1);
}

TEST_F(GroupTest, WhenItGivesUpAgainAllFailWithTheReason) {
  const auto give_up = [](Database& database) -> Expected<void> {
    database.Execute(kRollback);
    return Refuse();
  };
  Add(Put("a"));
  Add(give_up);
  Add(give_up);
  EXPECT_FALSE(Run());
  EXPECT_THAT(Outcomes(), Each("refused"));
  EXPECT_EQ(Committed(), 0);
  EXPECT_FALSE(database_->in_transaction());
  EXPECT_FALSE(database_->error());
}

TEST_F(GroupTest, AFullDatabaseIsAnErrorForWhatDoesNotFit) {
  ASSERT_EQ(sqlite3_exec(database_->handle(), "PRAGMA max_page_count = 60", nullptr, nullptr, nullptr), SQLITE_OK);
  Add(Put("small"));
  Add(Put("large", std::string(1 << 20, 'x')));
  Add(Put("other"));
  EXPECT_TRUE(Run());
  EXPECT_THAT(Outcomes(), ElementsAre("ok", AllOf(HasSubstr("no space left for"), HasSubstr("free")), "ok"));
  EXPECT_EQ(Committed(), 2);
}

TEST_F(GroupTest, TellsTheCacheWhatWasTouchedAndNothingOfWhatWasUndone) {
  Add([](Database& database) -> Expected<void> {
    database.Touch("undone");
    return Refuse();
  });
  Add([](Database& database) {
    database.Touch("kept");
    return Put("kept")(database);
  });
  Add([&](Database& database) -> Expected<void> {
    EXPECT_THAT(database.touched(), ElementsAre("kept"));
    return {};
  });
  EXPECT_TRUE(Run());
  EXPECT_THAT(database_->touched(), IsEmpty());
}

TEST_F(GroupTest, WritesNothingOnceANewerSkepHasMigrated) {
  static constexpr Sql kMigrate{"PRAGMA user_version = 1000"};
  auto newer = *Database::Open(directory_ / "db", Database::Mode::kReadWrite, {.fsync = false});
  newer->Execute(kMigrate);
  Add(Put("a"));
  EXPECT_FALSE(Run());
  EXPECT_THAT(Outcomes(), ElementsAre(HasSubstr("newer skep")));
  EXPECT_EQ(Committed(), 0);
}

}  // namespace
}  // namespace skep::store
