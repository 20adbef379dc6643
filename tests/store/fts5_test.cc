#include "store/sqlite/fts5.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "store/database.h"
#include "support/temp_directory.h"

namespace skep::store {
namespace {

TEST(Fts5, EveryConnectionHasItsInterface) {
  const TempDirectory directory;
  auto database = Database::Open(directory / "skep.db", Database::Mode::kReadWrite, {.fsync = false});
  ASSERT_TRUE(database) << database.error().message;
  const fts5_api* api = Fts5Interface(**database);
  ASSERT_NE(api, nullptr);
  EXPECT_GE(api->iVersion, 2);
}

TEST(Fts5, ADatabaseWithAnErrorHasNone) {
  const TempDirectory directory;
  auto database = Database::Open(directory / "skep.db", Database::Mode::kReadWrite, {.fsync = false});
  ASSERT_TRUE(database) << database.error().message;
  (*database)->SetError({ErrorCode::kUnavailable, "no disk"});
  EXPECT_EQ(Fts5Interface(**database), nullptr);
}

}  // namespace
}  // namespace skep::store
