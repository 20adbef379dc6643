#include "base/paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "support/temp_directory.h"

namespace skep {
namespace {

using testing::HasSubstr;

Environment Fake(const std::map<std::string, std::string>& variables) {
  return [variables](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
}

unsigned Mode(const std::string& path) {
  struct stat what{};
  return stat(path.c_str(), &what) == 0 ? what.st_mode & 0777 : 0;
}

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream all;
  all << file.rdbuf();
  return all.str();
}

TEST(Paths, AreBelowHomeByDefault) {
  const Expected<Paths> paths = FindPaths(Fake({{"HOME", "/home/ann"}}));
  ASSERT_TRUE(paths.has_value());
  EXPECT_EQ(paths->config, "/home/ann/.config/skep");
  EXPECT_EQ(paths->data, "/home/ann/.local/share/skep");
  EXPECT_EQ(paths->state, "/home/ann/.local/state/skep");
  EXPECT_EQ(paths->run, "/home/ann/.local/state/skep/run");
}

TEST(Paths, FollowXdgWhereItIsSet) {
  const Expected<Paths> paths = FindPaths(Fake({{"XDG_CONFIG_HOME", "/c"},
                                                {"XDG_DATA_HOME", "/d"},
                                                {"XDG_STATE_HOME", "/s"},
                                                {"XDG_RUNTIME_DIR", "/run/user/1000"}}));
  ASSERT_TRUE(paths.has_value()) << "HOME is not needed then";
  EXPECT_EQ(paths->config, "/c/skep");
  EXPECT_EQ(paths->data, "/d/skep");
  EXPECT_EQ(paths->state, "/s/skep");
  EXPECT_EQ(paths->run, "/run/user/1000/skep");
}

TEST(Paths, IgnoreAnXdgVariableThatIsNotAbsolute) {
  const Expected<Paths> paths = FindPaths(Fake({{"HOME", "/h"}, {"XDG_DATA_HOME", "data"}, {"XDG_STATE_HOME", ""}}));
  ASSERT_TRUE(paths.has_value());
  EXPECT_EQ(paths->data, "/h/.local/share/skep");
  EXPECT_EQ(paths->state, "/h/.local/state/skep");
}

TEST(Paths, SkepHomeOverridesAll) {
  const Expected<Paths> paths = FindPaths(Fake({{"SKEP_HOME", "/x"}, {"XDG_DATA_HOME", "/d"}, {"HOME", "/h"}}));
  ASSERT_TRUE(paths.has_value());
  EXPECT_EQ(paths->config, "/x/config");
  EXPECT_EQ(paths->data, "/x/data");
  EXPECT_EQ(paths->state, "/x/state");
  EXPECT_EQ(paths->run, "/x/run");
}

TEST(Paths, WithoutAHomeSayWhatToDo) {
  const Expected<Paths> missing = FindPaths(Fake({}));
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(missing.error().message, HasSubstr("HOME is not set"));
  EXPECT_THAT(missing.error().message, HasSubstr("SKEP_HOME"));
  EXPECT_THAT(FindPaths(Fake({{"HOME", "ann"}})).error().message, HasSubstr("not an absolute path (\"ann\")"));
  EXPECT_THAT(FindPaths(Fake({{"SKEP_HOME", "here"}})).error().message,
              HasSubstr("SKEP_HOME must be an absolute path, got \"here\""));
}

TEST(MakeDirectory, MakesWhatIsMissingForTheUserAlone) {
  const TempDirectory temporary;
  const std::string path = temporary / "a/b/c";
  EXPECT_TRUE(MakeDirectory(path).has_value());
  EXPECT_EQ(Mode(temporary / "a"), 0700u);
  EXPECT_EQ(Mode(path), 0700u);
  EXPECT_TRUE(MakeDirectory(path).has_value()) << "again";
  EXPECT_TRUE(MakeDirectory(temporary / "a//b/d/").has_value());
  EXPECT_EQ(Mode(temporary / "a/b/d"), 0700u);
}

TEST(MakeDirectory, LeavesTheModeOfWhatIsThere) {
  const TempDirectory temporary;
  ASSERT_EQ(mkdir((temporary / "open").c_str(), 0755), 0);
  EXPECT_TRUE(MakeDirectory(temporary / "open").has_value());
  EXPECT_EQ(Mode(temporary / "open"), 0755u);
}

TEST(MakeDirectory, AFileInTheWayIsAnErrorThatNamesIt) {
  const TempDirectory temporary;
  std::ofstream(temporary / "file") << "x";
  EXPECT_EQ(MakeDirectory(temporary / "file").error().message, temporary / "file" + " is not a directory");
  const Expected<void> below = MakeDirectory(temporary / "file/below");
  ASSERT_FALSE(below.has_value());
  EXPECT_EQ(below.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(below.error().message, HasSubstr(temporary / "file"));
}

TEST(ProjectDirectory, IsTheNearestGitRootUpwards) {
  const TempDirectory temporary;
  std::filesystem::create_directories(temporary / "repo/.git");
  std::filesystem::create_directories(temporary / "repo/src/deep");
  EXPECT_EQ(ProjectDirectory("", temporary / "repo/src/deep"), temporary / "repo");
  EXPECT_EQ(ProjectDirectory("", temporary / "repo"), temporary / "repo");
}

TEST(ProjectDirectory, AWorktreesGitFileCountsToo) {
  const TempDirectory temporary;
  std::filesystem::create_directories(temporary / "repo/.git");
  std::filesystem::create_directories(temporary / "repo/tree/src");
  std::ofstream(temporary / "repo/tree/.git") << "gitdir: elsewhere\n";
  EXPECT_EQ(ProjectDirectory("", temporary / "repo/tree/src"), temporary / "repo/tree");
}

TEST(ProjectDirectory, OutsideARepositoryIsTheWorkingDirectory) {
  const TempDirectory temporary;
  std::filesystem::create_directories(temporary / "plain");
  EXPECT_EQ(ProjectDirectory("", temporary / "plain"), temporary / "plain");
}

TEST(ProjectDirectory, WhenNamedIsThatOneInItsCanonicalForm) {
  const TempDirectory temporary;
  std::filesystem::create_directories(temporary / "repo/.git");
  std::filesystem::create_directories(temporary / "repo/part");
  std::filesystem::create_symlink(temporary / "repo/part", temporary / "link");
  EXPECT_EQ(ProjectDirectory(temporary / "repo/part"), temporary / "repo/part") << "not its repository";
  EXPECT_EQ(ProjectDirectory(temporary / "link/"), temporary / "repo/part");
}

TEST(ProjectDirectory, ThatIsNotThereIsAnError) {
  const TempDirectory temporary;
  EXPECT_EQ(ProjectDirectory(temporary / "missing").error().code, ErrorCode::kNotFound);
  std::ofstream(temporary / "file") << "x";
  EXPECT_EQ(ProjectDirectory(temporary / "file").error().code, ErrorCode::kInvalidArgument);
}

TEST(ProjectData, IsFoundAgainByEveryRelease) {
  const Paths paths{"/c", "/d", "/s", "/r"};
  EXPECT_EQ(ProjectDatabasePath(paths, "/home/ann/shop"), "/d/projects/shop-be433966/skep.db");
  EXPECT_EQ(ProjectDatabasePath(paths, "/"), "/d/projects/root-29622bb2/skep.db");
}

TEST(ProjectData, ANameNeedsNoQuotingAndIsNotHidden) {
  const Paths paths{"/c", "/d", "/s", "/r"};
  EXPECT_THAT(ProjectDataDirectory(paths, "/x/my shop; rm -rf"), HasSubstr("/projects/my-shop--rm--rf-"));
  EXPECT_THAT(ProjectDataDirectory(paths, "/x/..dots"), HasSubstr("/projects/dots-"));
  EXPECT_THAT(ProjectDataDirectory(paths, "/x/Z\xc3\xbcrich"), HasSubstr("/projects/Z--rich-"));
  EXPECT_LT(ProjectDataDirectory(paths, "/x/" + std::string(255, 'n')).size(), 100u);
}

TEST(ProjectData, EqualNamesInDifferentPlacesAreDifferentProjects) {
  const Paths paths{"/c", "/d", "/s", "/r"};
  EXPECT_NE(ProjectDataDirectory(paths, "/a/shop"), ProjectDataDirectory(paths, "/b/shop"));
}

TEST(ProjectData, SaysWhoseItIs) {
  const TempDirectory temporary;
  const Paths paths{"", temporary / "data", "", ""};
  EXPECT_TRUE(MakeProjectDataDirectory(paths, "/a/shop").has_value());
  EXPECT_TRUE(MakeProjectDataDirectory(paths, "/a/shop").has_value()) << "again";
  const std::string directory = ProjectDataDirectory(paths, "/a/shop");
  EXPECT_EQ(Contents(directory + "/project.txt"), "/a/shop\n");
  EXPECT_EQ(ProjectOfDatabase(ProjectDatabasePath(paths, "/a/shop")), "/a/shop");
  EXPECT_EQ(ProjectOfDatabase(ProjectDatabasePath(paths, "/a/other")), "");
  EXPECT_EQ(Mode(directory), 0700u);
  EXPECT_EQ(Mode(directory + "/project.txt"), 0600u);
}

TEST(ProjectData, OfAnotherProjectIsRefused) {
  const TempDirectory temporary;
  const Paths paths{"", temporary / "data", "", ""};
  ASSERT_TRUE(MakeProjectDataDirectory(paths, "/a/shop").has_value());
  const std::string file = ProjectDataDirectory(paths, "/a/shop") + "/project.txt";
  std::ofstream(file) << "/a/other\n";
  EXPECT_EQ(MakeProjectDataDirectory(paths, "/a/shop").error().code, ErrorCode::kConflict);
  EXPECT_EQ(Contents(file), "/a/other\n");
}

TEST(ProjectData, AProjectFileThatACrashLeftEmptyIsWrittenAgain) {
  const TempDirectory temporary;
  const Paths paths{"", temporary / "data", "", ""};
  ASSERT_TRUE(MakeProjectDataDirectory(paths, "/a/shop").has_value());
  const std::string file = ProjectDataDirectory(paths, "/a/shop") + "/project.txt";
  std::ofstream(file, std::ios::trunc).flush();
  EXPECT_TRUE(MakeProjectDataDirectory(paths, "/a/shop").has_value());
  EXPECT_EQ(Contents(file), "/a/shop\n");
}

}  // namespace
}  // namespace skep
