#include "base/scratch.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "support/temp_directory.h"

namespace skep {
namespace {

TEST(Scratch, IsGoneWithAllThatIsInIt) {
  const TempDirectory outer;
  std::string path;
  {
    const auto scratch = Scratch::Make(outer.path());
    ASSERT_TRUE(scratch) << scratch.error().message;
    path = scratch->path();
    EXPECT_TRUE(path.starts_with(outer.path() + "/"));
    std::filesystem::create_directories(*scratch / "a/b");
    std::ofstream(*scratch / "a/b/c") << "text";
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Scratch, IsForItsUserAlone) {
  const auto scratch = Scratch::Make();
  ASSERT_TRUE(scratch);
  struct stat status{};
  ASSERT_EQ(stat(scratch->path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST(Scratch, GoesOnceWhenItWasMoved) {
  auto first = Scratch::Make();
  ASSERT_TRUE(first);
  const std::string path = first->path();
  const Scratch second = std::move(*first);
  first = Fail(ErrorCode::kInternal, "gone");
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(Scratch, StaysWhenItIsToBeLookedAt) {
  const TempDirectory outer;
  std::string path;
  {
    auto scratch = Scratch::Make(outer.path());
    ASSERT_TRUE(scratch);
    path = scratch->path();
    scratch->Keep();
  }
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(Scratch, SaysWhereItCannotBeMade) {
  const auto scratch = Scratch::Make("/no/such/place");
  ASSERT_FALSE(scratch);
  EXPECT_EQ(scratch.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(scratch.error().message.starts_with("/no/such/place: ")) << scratch.error().message;
}

}  // namespace
}  // namespace skep
