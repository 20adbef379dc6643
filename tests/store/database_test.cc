#include "store/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "harness.h"

namespace skep::store {
namespace {

using ::testing::HasSubstr;

class DatabaseTest : public ::testing::Test {
 protected:
  TempDirectory directory_;
  std::unique_ptr<Database> database_ = *Database::Open(directory_ / "skep.db", Database::Mode::kReadWrite);
};

TEST_F(DatabaseTest, TextComesBackByteForByte) {
  std::string text = "plain, ünïcode, and";
  text.push_back('\0');
  text += "after a zero; not UTF-8: \xff\xfe";
  database_->Execute(kPut, "bytes", text);
  EXPECT_EQ(Get(*database_, "bytes"), text);
}

TEST_F(DatabaseTest, BytesOfALongValueAreReadByThemselves) {
  static constexpr Sql kTable{"CREATE TABLE long (id INTEGER PRIMARY KEY, text TEXT NOT NULL)"};
  static constexpr Sql kInsert{"INSERT INTO long VALUES (7, ?1)"};
  std::string text;
  for (int i = 0; text.size() < 50'000; ++i) text += std::to_string(i) + " ";
  database_->Execute(kTable);
  database_->Execute(kInsert, text);
  EXPECT_EQ(database_->ReadBytes("long", "text", 7, 0, 50'000), text.substr(0, 50'000));
  EXPECT_EQ(database_->ReadBytes("long", "text", 7, 12'345, 10'000), text.substr(12'345, 10'000));
  EXPECT_EQ(database_->ReadBytes("long", "text", 7, text.size(), 0), "");
  ASSERT_FALSE(database_->error());
  EXPECT_EQ(database_->ReadBytes("long", "text", 7, text.size(), 1), "");
  EXPECT_TRUE(database_->error());
  database_->ClearError();
  EXPECT_EQ(database_->ReadBytes("long", "text", 8, 0, 1), "");
  EXPECT_TRUE(database_->error());
  EXPECT_EQ(database_->ReadBytes("long", "text", 7, 0, 1), "") << "errors are sticky";
}

TEST_F(DatabaseTest, AnEmptyTextIsNotNull) {
  database_->Execute(kPut, "empty", std::string_view());
  EXPECT_EQ(Get(*database_, "empty"), "");
  EXPECT_FALSE(database_->error());
}

TEST_F(DatabaseTest, ParametersKeepTheirKinds) {
  static constexpr Sql kSelect{"SELECT ?1, ?2, ?3, ?4, ?5, ?6"};
  Cursor cursor = database_->Query(kSelect, nullptr, std::int64_t{1} << 60, 0.5, true, std::optional<std::int64_t>(),
                                   std::optional<std::string_view>("text"));
  ASSERT_TRUE(cursor.Next());
  EXPECT_TRUE(cursor.IsNull(0));
  EXPECT_EQ(cursor.OptText(0), std::nullopt);
  EXPECT_EQ(cursor.Int(1), std::int64_t{1} << 60);
  EXPECT_EQ(cursor.Real(2), 0.5);
  EXPECT_EQ(cursor.OptInt(3), 1);
  EXPECT_EQ(cursor.OptInt(4), std::nullopt);
  EXPECT_EQ(cursor.Text(5), "text");
  EXPECT_FALSE(cursor.Next());
  EXPECT_FALSE(cursor.Next());
}

TEST_F(DatabaseTest, ExecuteCountsTheRowsItChanged) {
  static constexpr Sql kDelete{"DELETE FROM meta WHERE name LIKE 'row-%'"};
  EXPECT_EQ(database_->Execute(kPut, "row-1", 1), 1);
  EXPECT_EQ(database_->Execute(kPut, "row-2", 2), 1);
  EXPECT_EQ(database_->Execute(kDelete), 2);
  EXPECT_EQ(database_->Execute(kDelete), 0);
}

TEST_F(DatabaseTest, AStatementIsPreparedOnce) {
  Get(*database_, "a");
  const std::size_t prepared = database_->prepared();
  Get(*database_, "b");
  EXPECT_EQ(database_->prepared(), prepared);
}

TEST_F(DatabaseTest, TheFirstErrorStaysAndEverythingAfterItDoesNothing) {
  static constexpr Sql kBroken{"SELECT nothing FROM nowhere"};
  database_->Execute(kPut, "before", "x");
  EXPECT_FALSE(database_->Query(kBroken).Next());
  ASSERT_TRUE(database_->error());
  EXPECT_EQ(database_->error()->code, ErrorCode::kInternal);
  EXPECT_THAT(database_->error()->message, HasSubstr("nowhere"));

  EXPECT_EQ(database_->Execute(kPut, "after", "x"), 0);
  EXPECT_EQ(Get(*database_, "before"), std::nullopt);
  database_->SetError({ErrorCode::kNotFound, "a later one"});
  EXPECT_THAT(database_->error()->message, HasSubstr("nowhere"));

  database_->ClearError();
  EXPECT_EQ(Get(*database_, "before"), "x");
  EXPECT_EQ(Get(*database_, "after"), std::nullopt);
}

TEST_F(DatabaseTest, AViolatedConstraintIsAConflict) {
  static constexpr Sql kInsert{"INSERT INTO meta (name, value) VALUES ('twice', 1)"};
  database_->Execute(kInsert);
  database_->Execute(kInsert);
  ASSERT_TRUE(database_->error());
  EXPECT_EQ(database_->error()->code, ErrorCode::kConflict);
}

TEST_F(DatabaseTest, AMissingParameterIsAnErrorAndNotTheOneBoundBefore) {
  database_->Execute(kPut, "name", "value");
  database_->Execute(kPut, "name");
  ASSERT_TRUE(database_->error());
  EXPECT_EQ(database_->error()->code, ErrorCode::kInternal);
}

TEST_F(DatabaseTest, ASecondCursorOfAStatementIsRefusedWhileTheFirstIsOpen) {
  database_->Execute(kPut, "name", "value");
  {
    Cursor open = database_->Query(kGet, "name");
    ASSERT_TRUE(open.Next());
    EXPECT_FALSE(database_->Query(kGet, "name").Next());
    EXPECT_TRUE(database_->error());
    database_->ClearError();
    EXPECT_EQ(open.Text(0), "value");
  }
  EXPECT_EQ(Get(*database_, "name"), "value");
}

TEST_F(DatabaseTest, AReadOnlyConnectionCannotWrite) {
  auto reader = *Database::Open(directory_ / "skep.db", Database::Mode::kReadOnly);
  reader->Execute(kPut, "name", "value");
  ASSERT_TRUE(reader->error());
  EXPECT_EQ(reader->error()->code, ErrorCode::kUnavailable);
}

TEST(UnopenedDatabase, AnswersEverythingWithTheReason) {
  const auto database = Database::Unopened("/nowhere", {ErrorCode::kUnavailable, "the reason"});
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Get(*database, "name"), std::nullopt);
    EXPECT_EQ(database->Execute(kPut, "name", "value"), 0);
    ASSERT_TRUE(database->error());
    EXPECT_EQ(database->error()->message, "the reason");
    database->ClearError();
  }
  EXPECT_FALSE(database->in_transaction());
}

}  // namespace
}  // namespace skep::store
