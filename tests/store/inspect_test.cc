#include "store/inspect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "store/database.h"
#include "store/schema.h"
#include "support/temp_directory.h"

namespace skep::store {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(Inspect, TellsWhatADatabaseIs) {
  const TempDirectory directory;
  const std::string path = directory / "skep.db";
  ASSERT_TRUE(Database::Open(path, Database::Mode::kReadWrite).has_value());
  const auto found = Inspect(path);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(found->schema, CurrentSchema());
  EXPECT_EQ(found->application_id, 0x736b6570);
  EXPECT_EQ(found->journal, "wal");
  EXPECT_THAT(found->damages, IsEmpty());
  EXPECT_EQ(*SchemaVersion(path), CurrentSchema());
}

TEST(Inspect, SaysWhyItCannotBeOpened) {
  const TempDirectory directory;
  std::ofstream(directory / "text") << std::string(8192, 'x');
  EXPECT_THAT(Inspect(directory / "text").error().message, HasSubstr("not a skep database"));
  EXPECT_FALSE(Inspect(directory / "none").has_value());
  EXPECT_FALSE(SchemaVersion(directory / "none").has_value());
}

TEST(OpenElsewhere, NamesTheOthersAndNotItself) {
  const TempDirectory directory;
  const std::string path = directory / "skep.db";
  EXPECT_THAT(OpenElsewhere(path), IsEmpty());
  // Made and closed before the fork: SQLite's state must not be inherited.
  ASSERT_TRUE(Database::Open(path, Database::Mode::kReadWrite).has_value());

  int ready[2];
  int done[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(done), 0);
  const pid_t other = fork();
  if (other == 0) {
    close(done[1]);
    const auto theirs = Database::Open(path, Database::Mode::kReadOnly);
    char byte = theirs.has_value() ? 'y' : 'n';
    _exit(write(ready[1], &byte, 1) == 1 && read(done[0], &byte, 1) == 0 ? 0 : 1);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  ASSERT_EQ(byte, 'y');
  const auto mine = Database::Open(path, Database::Mode::kReadOnly);
  ASSERT_TRUE(mine.has_value());
  const auto others = OpenElsewhere(path);
  ASSERT_EQ(others.size(), 1U);
  EXPECT_EQ(others[0].id, other);
  EXPECT_FALSE(others[0].name.empty());
  for (const int fd : {ready[0], ready[1], done[0], done[1]}) close(fd);
  waitpid(other, nullptr, 0);
}

}  // namespace
}  // namespace skep::store
