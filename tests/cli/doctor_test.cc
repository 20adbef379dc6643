#include "cli/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/run_cli.h"
#include "cli/settings.h"
#include "store/write_lock.h"

namespace skep::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class DoctorVisit : public testing::Test {
 protected:
  Diagnosis Visit() {
    const MemoryFile in;
    const MemoryFile out;
    return Diagnose({.project = user_.project()}, user_.environment(), {.in = in.fd(), .out = out.fd(), .err = 2});
  }
  void UseStore() { user_.Run({"mcp", "memory_usage", "--action", "store", "--key", "k", "--value", "v"}); }
  std::string Database() { return DecideSettings({.project = user_.project()}, user_.environment())->database; }

  static Check Of(const Diagnosis& diagnosis, std::string_view name) {
    const auto found = std::ranges::find(diagnosis.checks, name, &Check::name);
    return found == diagnosis.checks.end() ? Check{.name = "not there"} : *found;
  }

  User user_;
};

TEST_F(DoctorVisit, FindsNothingWrongWithAHealthyProject) {
  UseStore();
  const Diagnosis diagnosis = Visit();
  for (const Check& check : diagnosis.checks) {
    // How fast the disk is is not ours to judge here.
    if (check.name == "fsync") continue;
    EXPECT_EQ(check.verdict, Verdict::kOk) << check.name << ": " << check.found;
  }
  EXPECT_THAT(Of(diagnosis, "schema").found, HasSubstr("0x736b6570"));
  EXPECT_THAT(Of(diagnosis, "versions").found, HasSubstr("SQLite 3."));
  EXPECT_THAT(Of(diagnosis, "fsync").found, HasSubstr("median"));
}

TEST_F(DoctorVisit, LeavesNothingBehind) {
  UseStore();
  const auto files = [&] {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(user_.home())) names.push_back(entry.path());
    std::ranges::sort(names);
    return names;
  };
  const auto before = files();
  Visit();
  EXPECT_EQ(files(), before);
}

TEST_F(DoctorVisit, AProjectThatWasNeverUsedIsFine) {
  const Diagnosis diagnosis = Visit();
  EXPECT_THAT(Of(diagnosis, "database").found, HasSubstr("is made by the first use"));
  EXPECT_FALSE(fs::exists(user_.home()));
}

TEST_F(DoctorVisit, WarnsOfAnOpenDirectory) {
  UseStore();
  fs::permissions(user_.home() + "/data", fs::perms(0755));
  const Check check = Of(Visit(), "data directory");
  EXPECT_EQ(check.verdict, Verdict::kWarn);
  EXPECT_THAT(check.advice.value_or(""), HasSubstr("chmod 0700"));
}

TEST_F(DoctorVisit, ABadConfigurationFails) {
  user_.WriteConfig("[store]\nchache_mb = 1\n");
  const Diagnosis diagnosis = Visit();
  EXPECT_EQ(diagnosis.verdict, Verdict::kFail);
  EXPECT_THAT(Of(diagnosis, "configuration").found, HasSubstr("did you mean \"cache_mb\""));
}

TEST_F(DoctorVisit, ADamagedDatabaseFailsAndStaysAsItIs) {
  UseStore();
  fs::remove(Database() + "-wal");
  fs::remove(Database() + "-shm");
  std::ofstream(Database()) << std::string(8192, 'x');
  const Diagnosis diagnosis = Visit();
  EXPECT_EQ(Of(diagnosis, "database").verdict, Verdict::kFail);
  EXPECT_EQ(fs::file_size(Database()), 8192U);
}

TEST_F(DoctorVisit, NamesWhoHoldsTheWriteLock) {
  UseStore();
  store::WriteLock lock(Database());
  const auto held = lock.Acquire(0);
  ASSERT_TRUE(held.has_value());
  const Check check = Of(Visit(), "write lock");
  EXPECT_EQ(check.verdict, Verdict::kFail);
  EXPECT_THAT(check.found, HasSubstr("has held the write lock"));
}

TEST_F(DoctorVisit, ClosedStreamsFail) {
  const Diagnosis diagnosis =
      Diagnose({.project = user_.project()}, user_.environment(), {.in = -1, .out = -1, .err = -1});
  EXPECT_EQ(Of(diagnosis, "standard streams").verdict, Verdict::kFail);
}

TEST_F(DoctorVisit, EndsWithOneOnlyWhenSomethingFailed) {
  EXPECT_EQ(user_.Run({"doctor"}).status, kExitOk);
  user_.WriteConfig("[");
  const auto failed = user_.Run({"doctor", "--json"});
  EXPECT_EQ(failed.status, kExitFailed);
  EXPECT_EQ(nlohmann::json::parse(failed.out)["verdict"], "fail");
}

}  // namespace
}  // namespace skep::cli
