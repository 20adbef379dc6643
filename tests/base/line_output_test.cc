#include "base/line_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <vector>

#include "base/limits.h"
#include "support/pipe.h"
#include "support/stderr_to.h"
#include "support/temp_directory.h"

namespace skep {
namespace {

using testing::HasSubstr;

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream all;
  all << file.rdbuf();
  return all.str();
}

TEST(LineOutput, WritesToStandardError) {
  const Pipe pipe;
  const StderrTo redirected(pipe.writer());
  LineOutput output = LineOutput::Stderr();
  EXPECT_TRUE(output.Write("one\n"));
  EXPECT_TRUE(output.Write("two\n"));
  EXPECT_EQ(pipe.Drain(), "one\ntwo\n");
}

TEST(LineOutput, AFullPipeDropsTheLineInsteadOfWaiting) {
  const Pipe pipe;
  const StderrTo redirected(pipe.writer());
  LineOutput output = LineOutput::Stderr();
  pipe.Fill();
  EXPECT_FALSE(output.Write("lost\n"));
  pipe.Drain();
  EXPECT_TRUE(output.Write("found\n"));
  EXPECT_EQ(pipe.Drain(), "found\n");
}

TEST(LineOutput, LeavesTheSharedDescriptionBlocking) {
  const Pipe pipe;
  const StderrTo redirected(pipe.writer());
  LineOutput output = LineOutput::Stderr();
  EXPECT_TRUE(output.Write("line\n"));
  EXPECT_EQ(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);
}

TEST(LineOutput, SurvivesAReaderThatGoes) {
  ASSERT_EQ(std::signal(SIGPIPE, SIG_DFL), SIG_DFL) << "the deadly default is what must be survived";
  Pipe pipe;
  const StderrTo redirected(pipe.writer());
  LineOutput output = LineOutput::Stderr();
  pipe.CloseReader();
  EXPECT_FALSE(output.Write("lost\n"));
  EXPECT_FALSE(output.Write("lost too\n"));
}

TEST(LineOutput, SurvivesAReaderThatWasNeverThere) {
  Pipe pipe;
  pipe.CloseReader();
  const StderrTo redirected(pipe.writer());
  LineOutput output = LineOutput::Stderr();
  EXPECT_FALSE(output.Write("lost\n"));
}

TEST(LineOutput, AFullSocketDropsTheLineAndTheNextBeginsALineOfItsOwn) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_GE(listener, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  const int writer = socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_GE(writer, 0);
  ASSERT_EQ(connect(writer, reinterpret_cast<sockaddr*>(&address), length), 0);
  const int reader = accept(listener, nullptr, nullptr);
  ASSERT_GE(reader, 0);

  const std::string line = std::string(LineOutput::kMaxLine - 1, 'x') + "\n";
  std::string received;
  {
    const StderrTo redirected(writer);
    LineOutput output = LineOutput::Stderr();
    while (output.Write(line)) {
    }
    // Bytes arrive while the reader reads; a line leaves once there is room again.
    std::string buffer(1 << 20, '\0');
    while (!output.Write("next\n")) {
      received.append(buffer, 0, static_cast<std::size_t>(recv(reader, buffer.data(), buffer.size(), 0)));
    }
  }
  shutdown(writer, SHUT_WR);
  std::string buffer(1 << 20, '\0');
  for (ssize_t n = 1; n > 0;) {
    n = recv(reader, buffer.data(), buffer.size(), 0);
    if (n > 0) received.append(buffer, 0, static_cast<std::size_t>(n));
  }
  EXPECT_TRUE(received.ends_with("\nnext\n"));
  for (const int fd : {listener, writer, reader}) close(fd);
}

TEST(LineOutput, AClosedStandardErrorDropsEveryLine) {
  const StderrTo restored(STDERR_FILENO);
  close(STDERR_FILENO);
  LineOutput output = LineOutput::Stderr();
  EXPECT_FALSE(output.Write("lost\n"));
}

TEST(LineOutput, AFullDeviceDropsTheLine) {
  Expected<LineOutput> output = LineOutput::Open("/dev/full");
  ASSERT_TRUE(output.has_value());
  EXPECT_FALSE(output->Write("lost\n"));
}

TEST(LineOutput, AppendsToAFileThatOnlyTheUserReads) {
  const TempDirectory directory;
  const std::string path = directory / "skep.log";
  EXPECT_TRUE(LineOutput::Open(path)->Write("one\n"));
  EXPECT_TRUE(LineOutput::Open(path)->Write("two\n"));
  EXPECT_EQ(Contents(path), "one\ntwo\n");
  struct stat what{};
  ASSERT_EQ(stat(path.c_str(), &what), 0);
  EXPECT_EQ(what.st_mode & 0777, 0600u);
}

TEST(LineOutput, AFileThatCannotBeWrittenIsAnErrorThatNamesIt) {
  const TempDirectory directory;
  const Expected<LineOutput> missing = LineOutput::Open(directory / "no/such/skep.log");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(missing.error().message, HasSubstr(directory / "no/such/skep.log: No such file"));
  EXPECT_FALSE(LineOutput::Open(directory.path()).has_value());
}

TEST(LineOutput, AFifoWithoutAReaderIsAnErrorInsteadOfAWait) {
  const TempDirectory directory;
  ASSERT_EQ(mkfifo((directory / "fifo").c_str(), 0600), 0);
  EXPECT_FALSE(LineOutput::Open(directory / "fifo").has_value());
}

TEST(LineOutput, AFullFileIsRenamedAndBegunAnew) {
  const TempDirectory directory;
  const std::string path = directory / "skep.log";
  Expected<LineOutput> output = LineOutput::Open(path);
  ASSERT_TRUE(output->Write("old\n"));
  ASSERT_EQ(truncate(path.c_str(), limits::kMaxLogFile - 4), 0);
  EXPECT_TRUE(output->Write("fit\n"));
  EXPECT_TRUE(output->Write("new\n"));
  EXPECT_EQ(Contents(path), "new\n");
  struct stat before{};
  ASSERT_EQ(stat((path + ".1").c_str(), &before), 0);
  EXPECT_EQ(static_cast<std::size_t>(before.st_size), limits::kMaxLogFile);
}

TEST(LineOutput, WhoeverSharesAFullFileFollowsToTheNewOne) {
  const TempDirectory directory;
  const std::string path = directory / "skep.log";
  Expected<LineOutput> first = LineOutput::Open(path);
  Expected<LineOutput> second = LineOutput::Open(path);
  ASSERT_EQ(truncate(path.c_str(), limits::kMaxLogFile), 0);
  EXPECT_TRUE(first->Write("first\n"));
  EXPECT_TRUE(second->Write("second\n"));
  EXPECT_TRUE(first->Write("first again\n"));
  EXPECT_EQ(Contents(path), "first\nsecond\nfirst again\n");
}

TEST(LineOutput, MovedFromDropsEveryLine) {
  const TempDirectory directory;
  Expected<LineOutput> output = LineOutput::Open(directory / "skep.log");
  LineOutput moved = std::move(*output);
  EXPECT_TRUE(moved.Write("kept\n"));
  EXPECT_FALSE(output->Write("lost\n"));  // NOLINT(bugprone-use-after-move): that nothing breaks is what is tested.
  EXPECT_EQ(Contents(directory / "skep.log"), "kept\n");
}

}  // namespace
}  // namespace skep
