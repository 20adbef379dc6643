#include "net/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "served.h"

namespace skep::net {
namespace {

TEST(Output, APipesPacketModeSurvives) {
  Ends in = Pipe();
  Ends out = Pipe(O_DIRECT);
  Served served(*in.read, *out.write);
  for (const char* line : {"one\n", "two\n"}) {
    ASSERT_EQ(write(*in.write, line, 4), 4);
    served.Step();
  }
  EXPECT_EQ(ReadOnce(*out.read), "one\n");
  EXPECT_EQ(ReadOnce(*out.read), "two\n");
}

TEST(Output, BothEndsMayBeOneSocket) {
  for (const bool same_number : {true, false}) {
    Ends ends = SocketPair(SOCK_STREAM);
    const Fd twin(dup(*ends.read));
    const int flags = Flags(*ends.read);
    Served served(*ends.read, same_number ? *ends.read : *twin);
    ASSERT_EQ(write(*ends.write, "a\nbig 3000000\nb\n", 16), 16);
    shutdown(*ends.write, SHUT_WR);
    EXPECT_EQ(Flags(*ends.read), flags);
    EXPECT_EQ(served.ReadToClose(*ends.write).size(), 2U + 3'000'000U + 2U);
    EXPECT_FALSE(served.failed());
  }
}

TEST(Output, TheFlagsOfTheDescriptorsAreNotTouched) {
  for (const bool sockets : {false, true}) {
    Ends in = sockets ? SocketPair(SOCK_STREAM) : Pipe();
    Ends out = sockets ? SocketPair(SOCK_STREAM) : Pipe();
    const std::pair before(Flags(*in.read), Flags(*out.write));
    Served served(*in.read, *out.write);
    ASSERT_EQ(write(*in.write, "big 3000000\n", 12), 12);
    served.Step();
    EXPECT_EQ(std::pair(Flags(*in.read), Flags(*out.write)), before);
  }
}

TEST(Output, FilesAreReadAndWritten) {
  TemporaryFile in;
  TemporaryFile out;
  const std::string input = Times(50'000, "a line of a file\n") + "and its last";
  ASSERT_EQ(write(*in.fd, input.data(), input.size()), static_cast<ssize_t>(input.size()));
  lseek(*in.fd, 0, SEEK_SET);
  Served served(*in.fd, *out.fd);
  while (!served.closed()) served.Step();
  EXPECT_FALSE(served.failed());
  std::string output(input.size() + 2, '\0');
  ASSERT_EQ(pread(*out.fd, output.data(), output.size(), 0), static_cast<ssize_t>(input.size() + 1));
  EXPECT_TRUE(output.starts_with(input + "\n"));
}

TEST(Output, DevNullIsAnEmptyInput) {
  const Fd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  Served served(*null, *null);
  served.Step();
  ASSERT_TRUE(served.closed());
  EXPECT_FALSE(served.failed());
}

TEST(Output, AFullDiskEndsItWithTheReason) {
  Ends in = Pipe();
  const Fd full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  Served served(*in.read, *full);
  ASSERT_EQ(write(*in.write, "wait\na\n", 7), 7);
  served.Step();
  EXPECT_TRUE(served.session().ended);
  EXPECT_FALSE(served.closed()) << "accepted work is finished";
  served.session().Finish();
  served.Step();
  ASSERT_TRUE(served.closed());
  ASSERT_TRUE(served.failed());
  EXPECT_EQ(served.error(), "cannot write the output: No space left on device");
}

TEST(Output, AnInputThatCannotBeReadEndsItWithTheReason) {
  const Fd directory(open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  Ends out = Pipe();
  Served served(*directory, *out.write);
  served.Step();
  ASSERT_TRUE(served.closed());
  ASSERT_TRUE(served.failed());
  EXPECT_EQ(served.error(), "cannot read the input: Is a directory");
}

/// A terminal as a person has it, without its echo.
struct Terminal {
  Terminal() {
    int fds[2];
    termios settings{};
    cfmakeraw(&settings);
    EXPECT_EQ(openpty(&fds[0], &fds[1], nullptr, &settings, nullptr), 0);
    person = Fd(fds[0]);
    program = Fd(fds[1]);
  }
  Fd person;
  Fd program;
};

TEST(Output, ATerminalIsServedAndItsFlagsAreNotTouched) {
  Terminal terminal;
  const int flags = Flags(*terminal.program);
  Served served(*terminal.program, *terminal.program);
  ASSERT_EQ(write(*terminal.person, "a\nb\n", 4), 4);
  served.Wait();
  served.Step();
  EXPECT_EQ(ReadOnce(*terminal.person), "a\nb\n");
  EXPECT_EQ(Flags(*terminal.program), flags);
}

TEST(Output, ATerminalThatDoesNotScrollDoesNotHangTheProgram) {
  Terminal terminal;
  Served served(*terminal.program, *terminal.program);
  ASSERT_EQ(write(*terminal.person, "big 100000\n", 11), 11);
  served.Wait();
  served.Step();
  std::string output;
  while (output.size() < 100'000) {
    output += ReadOnce(*terminal.person);
    served.Step();
  }
  EXPECT_EQ(output.size(), 100'000U);
}

TEST(Output, ATerminalThatGoesAwayIsTheEnd) {
  Terminal terminal;
  Served served(*terminal.program, *terminal.program);
  served.Step();
  terminal.person.Close();
  served.Wait();
  served.Step();
  ASSERT_TRUE(served.closed());
  EXPECT_FALSE(served.failed());
}

}  // namespace
}  // namespace skep::net
