#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"
#include "support/temp_directory.h"
#include "swarm/full_text.h"
#include "swarm/memory.h"

namespace skep::swarm {

/// A database of the test's own, and short ways to use its memory. Time stands still unless a test moves it.
class MemoryFixture : public testing::Test {
 protected:
  void SetUp() override {
    auto database = store::Database::Open(directory_ / "skep.db", store::Database::Mode::kReadWrite, {.fsync = false});
    ASSERT_TRUE(database) << database.error().message;
    database_ = *std::move(database);
  }

  void TearDown() override { ASSERT_FALSE(database_->error()) << database_->error()->message; }

  /// The version stored, or 0 and a failure.
  std::int64_t Store(std::string_view key, std::string_view value, std::string_view name_space = "default",
                     std::optional<std::int64_t> ttl_s = {}) {
    const auto stored = StoreEntry(
        *database_, {.name_space = name_space, .key = key, .value = value, .ttl_s = ttl_s, .if_version = {}}, now_ms_);
    EXPECT_TRUE(stored) << stored.error().message;
    return stored ? stored->version : 0;
  }

  void Delete(std::string_view key, std::string_view name_space = "default") {
    EXPECT_TRUE(DeleteEntry(*database_, name_space, key, {}, now_ms_));
  }

  std::optional<std::string> Value(std::string_view key, std::string_view name_space = "default") {
    const auto read = RetrieveEntry(*database_, name_space, key, now_ms_);
    if (!read) return std::nullopt;
    return read->entry.value;
  }

  /// Keys of what a search finds.
  std::vector<std::string> Search(std::string_view pattern, std::optional<std::string_view> name_space = {},
                                  std::int64_t limit = 1000) {
    const auto found = SearchEntries(*database_, pattern, name_space, limit, now_ms_);
    EXPECT_TRUE(found) << found.error().message;
    return found ? Keys(found->entries) : std::vector<std::string>();
  }

  static std::vector<std::string> Keys(const std::vector<Summary>& entries) {
    std::vector<std::string> keys;
    for (const Summary& entry : entries) keys.push_back(entry.key);
    return keys;
  }

  /// Runs the upkeep to its end; returns in how many steps.
  int MaintainAll(const UpkeepBounds& bounds = {}) {
    int steps = 1;
    while (Maintain(*database_, now_ms_, bounds)) ++steps;
    return steps;
  }

  std::int64_t Number(const store::Sql& sql) {
    store::Cursor row = database_->Query(sql);
    return row.Next() ? row.Int(0) : -1;
  }

  /// Many stores are quicker in one transaction.
  void Begin() {
    static constexpr store::Sql kBegin{"BEGIN IMMEDIATE"};
    database_->Execute(kBegin);
  }
  void Commit() {
    static constexpr store::Sql kCommit{"COMMIT"};
    database_->Execute(kCommit);
  }

  TempDirectory directory_;
  std::unique_ptr<store::Database> database_;
  std::int64_t now_ms_ = 1'700'000'000'000;
};

}  // namespace skep::swarm
