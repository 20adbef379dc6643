#include "client/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <utility>

#include "support/temp_directory.h"

namespace skep::client {
namespace {

/// How long anything here may take at most: nothing waits for it when all is well.
constexpr std::int64_t kPatienceMs = 20'000;

Expected<Process> Shell(const std::string& script, const Launch& more = {}) {
  Launch launch = more;
  launch.command = {"sh", "-c", script};
  return Process::Start(launch);
}

std::string Read(const Process& process) {
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(process.from(), buffer, sizeof(buffer))) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
  }
  return text;
}

TEST(Process, IsSpokenToThroughPipes) {
  auto process = Shell("read line; echo \"heard $line\"");
  ASSERT_TRUE(process) << process.error().message;
  ASSERT_EQ(write(process->to(), "us\n", 3), 3);
  const auto ending = process->Wait(kPatienceMs);
  ASSERT_TRUE(ending);
  EXPECT_TRUE(ending->clean());
  EXPECT_EQ(Read(*process), "heard us\n");
}

TEST(Process, ItsDescendantsAreMeasuredWithIt) {
  auto process = Shell("sh -c 'cat; exit 0'; exit 0");
  ASSERT_TRUE(process) << process.error().message;
  // It answers once all three run.
  ASSERT_EQ(write(process->to(), "x", 1), 1);
  pollfd answer{.fd = process->from(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(poll(&answer, 1, static_cast<int>(kPatienceMs)), 1);
  EXPECT_EQ(Descendants(process->pid()).size(), 2U);
  const ProcessFigures alone = process->Measure();
  const ProcessFigures family = MeasureFamily(process->pid());
  ASSERT_TRUE(alone.threads && family.threads && alone.resident_bytes && family.resident_bytes);
  EXPECT_EQ(*alone.threads, 1);
  EXPECT_EQ(*family.threads, 3);
  EXPECT_GT(*family.resident_bytes, *alone.resident_bytes);
}

TEST(Process, EndsWithItsInput) {
  auto process = Shell("cat; exit 3");
  ASSERT_TRUE(process);
  EXPECT_FALSE(process->Ended());
  process->CloseInput();
  const auto ending = process->Wait(kPatienceMs);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->status, 3);
  EXPECT_EQ(Text(*ending), "exit status 3");
}

TEST(Process, SaysWhichSignalKilledIt) {
  auto process = Shell("cat");
  ASSERT_TRUE(process);
  process->Kill(SIGKILL);
  const auto ending = process->Wait(kPatienceMs);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->signal, SIGKILL);
  EXPECT_FALSE(ending->clean());
  EXPECT_EQ(Text(*ending), "killed by signal 9 (Killed)");
}

TEST(Process, IsKilledWhenItIsLetGo) {
  pid_t pid = -1;
  {
    const auto process = Shell("cat");
    ASSERT_TRUE(process);
    pid = process->pid();
    ASSERT_EQ(kill(pid, 0), 0);
  }
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST(Process, TakesWhatItHasStartedWithIt) {
  const TempDirectory place;
  const std::string path = place / "fifo";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const Fd fifo(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ASSERT_TRUE(fifo);
  pollfd said{.fd = *fifo, .events = POLLIN};
  char buffer[16];
  {
    const auto process =
        Shell("exec 3>\"$FIFO\"; sleep 1000 & echo started >&3; read line", {.environment = {"FIFO=" + path}});
    ASSERT_TRUE(process);
    ASSERT_EQ(poll(&said, 1, static_cast<int>(kPatienceMs)), 1);
    ASSERT_EQ(read(*fifo, buffer, sizeof(buffer)), 8);
  }
  // Nobody has it open any more.
  ASSERT_EQ(poll(&said, 1, static_cast<int>(kPatienceMs)), 1);
  EXPECT_EQ(read(*fifo, buffer, sizeof(buffer)), 0);
}

TEST(Process, WaitsNoLongerThanItIsTold) {
  auto process = Shell("cat");
  ASSERT_TRUE(process);
  EXPECT_FALSE(process->Wait(0));
}

TEST(Process, LivesInItsHome) {
  const TempDirectory home;
  auto process = Shell("pwd; echo $SKEP_HOME $MORE", {.home = home.path(), .environment = {"MORE=1"}});
  ASSERT_TRUE(process);
  ASSERT_TRUE(process->Wait(kPatienceMs));
  EXPECT_EQ(Read(*process), home.path() + "\n" + home.path() + " 1\n");
}

TEST(Process, KeepsOneValueOfAVariable) {
  setenv("SKEP_TEST_VARIABLE", "ours", 1);
  auto process = Shell("env | grep SKEP_TEST_VARIABLE", {.environment = {"SKEP_TEST_VARIABLE=its"}});
  unsetenv("SKEP_TEST_VARIABLE");
  ASSERT_TRUE(process);
  ASSERT_TRUE(process->Wait(kPatienceMs));
  EXPECT_EQ(Read(*process), "SKEP_TEST_VARIABLE=its\n");
}

TEST(Process, ItsErrorsGoToAFile) {
  const TempDirectory place;
  const std::string file = place / "errors";
  auto process = Shell("echo no such thing >&2", {.errors = file});
  ASSERT_TRUE(process);
  ASSERT_TRUE(process->Wait(kPatienceMs));
  EXPECT_EQ(Tail(file), "no such thing\n");
  EXPECT_EQ(Tail(file, 6), "thing\n");
  EXPECT_EQ(Tail(place / "none"), "");
}

TEST(Process, SaysWhichProgramIsMissing) {
  const auto process = Process::Start({.command = {"/no/such/program"}});
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(process.error().message, "cannot start /no/such/program: No such file or directory");
  EXPECT_EQ(Process::Start({}).error().code, ErrorCode::kInvalidArgument);
}

TEST(Process, RunsOnTheCoreThatWasNamedOrNotAtAll) {
  const auto process = Process::Start({.command = {"cat"}, .core = 1 << 20});
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().code, ErrorCode::kInvalidArgument);
}

TEST(Process, IsMeasuredWhileItRuns) {
  auto process = Shell("cat");
  ASSERT_TRUE(process);
  const ProcessFigures figures = process->Measure();
  EXPECT_TRUE(figures.cpu_ns);
  EXPECT_GT(figures.resident_bytes.value_or(0), 0);
  EXPECT_EQ(figures.threads, 1);
  EXPECT_GE(figures.open_files.value_or(0), 3);
}

TEST(Process, IsNotMeasuredWhenItHasEnded) {
  auto process = Shell("exit 0");
  ASSERT_TRUE(process);
  ASSERT_TRUE(process->Wait(kPatienceMs));
  const ProcessFigures figures = process->Measure();
  EXPECT_FALSE(figures.cpu_ns);
  EXPECT_FALSE(figures.resident_bytes);
  EXPECT_FALSE(figures.open_files);
}

TEST(Process, CanBeMoved) {
  auto first = Shell("cat");
  auto second = Shell("cat");
  ASSERT_TRUE(first && second);
  const pid_t pid = first->pid();
  *second = std::move(*first);
  Process third = std::move(*second);
  EXPECT_EQ(third.pid(), pid);
  third.CloseInput();
  EXPECT_TRUE(third.Wait(kPatienceMs));
}

}  // namespace
}  // namespace skep::client
