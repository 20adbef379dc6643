#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "metrics/recorder.h"
#include "store/database.h"
#include "support/temp_directory.h"

namespace skep::metrics {

/// A database of the test's own, in which time stands still unless a test moves it.
class MetricsFixture : public testing::Test {
 protected:
  /// The beginning of an hour.
  static constexpr std::int64_t kHour0 = 1'699'999'200'000;

  void SetUp() override {
    auto database = store::Database::Open(directory_ / "skep.db", store::Database::Mode::kReadWrite, {.fsync = false});
    ASSERT_TRUE(database) << database.error().message;
    database_ = *std::move(database);
  }
  void TearDown() override { ASSERT_FALSE(database_->error()) << database_->error()->message; }

  static Recorded Of(std::string_view operation, std::initializer_list<std::uint64_t> values,
                     std::uint64_t errors = 0) {
    Recorded recorded{.operation = operation, .errors = errors};
    for (const std::uint64_t value : values) recorded.values.Add(value);
    return recorded;
  }

  TempDirectory directory_;
  std::unique_ptr<store::Database> database_;
};

}  // namespace skep::metrics
