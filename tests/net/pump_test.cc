#include "net/pump.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <future>
#include <optional>
#include <string>
#include <utility>

#include "served.h"

namespace skep::net {
namespace {

/// A pump between two pipes and a socket, on a thread of its own; the test plays the client and the server.
class PumpTest : public testing::Test {
 protected:
  void Start(std::optional<int> out_fd = {}) {
    Ends ends = SocketPair(SOCK_STREAM);
    server = std::move(ends.read);
    pumping = std::async(std::launch::async, [this, out_fd, socket = std::move(ends.write)]() mutable {
      auto outcome = Pump(pool, *in.read, out_fd.value_or(*out.write), std::move(socket));
      out.write.Close();
      return outcome;
    });
  }
  static void Write(const Fd& fd, std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = write(*fd, text.data(), text.size());
      ASSERT_GT(n, 0);
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  static std::string ReadToEnd(const Fd& fd) {
    std::string all;
    for (std::string some = ReadOnce(*fd); !some.empty(); some = ReadOnce(*fd)) all += some;
    return all;
  }

  BufferPool pool;
  Ends in = Pipe();
  Ends out = Pipe();
  Fd server;
  std::future<Expected<void>> pumping;
};

TEST_F(PumpTest, CarriesBytesBothWaysAndPassesOnTheEnd) {
  Start();
  Write(in.write, "half a li");
  EXPECT_EQ(ReadOnce(*server), "half a li");
  Write(server, "an answer\n");
  EXPECT_EQ(ReadOnce(*out.read), "an answer\n");
  Write(in.write, "ne");
  in.write.Close();
  EXPECT_EQ(ReadToEnd(server), "ne");
  Write(server, "the last\n");
  server.Close();
  EXPECT_EQ(ReadToEnd(out.read), "the last\n");
  EXPECT_TRUE(pumping.get());
}

TEST_F(PumpTest, WhatOneSideDoesNotTakeIsNotReadFromTheOtherAndHoldsUpNothingElse) {
  Start();
  // The client writes more than all buffers hold, and the server takes none of it before its own has arrived.
  const std::string much(8 * limits::kMiB, 'x');
  auto writing = std::async(std::launch::async, [&] {
    Write(in.write, much);
    in.write.Close();
  });
  const std::string answer(4 * limits::kMiB, 'y');
  auto answering = std::async(std::launch::async, [&] { Write(server, answer); });
  std::string answered;
  while (answered.size() < answer.size()) answered += ReadOnce(*out.read);
  EXPECT_TRUE(answered == answer);
  answering.get();
  EXPECT_EQ(writing.wait_for(std::chrono::seconds(0)), std::future_status::timeout) << "it was all taken";
  EXPECT_TRUE(ReadToEnd(server) == much);
  writing.get();
  server.Close();
  EXPECT_TRUE(pumping.get());
}

TEST_F(PumpTest, AServerThatLeavesFirstIsAnErrorAfterItsLastWords) {
  Start();
  Write(server, "too many connections\n");
  server.Close();
  EXPECT_EQ(ReadToEnd(out.read), "too many connections\n");
  const auto outcome = pumping.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "the server has closed the connection");
}

TEST_F(PumpTest, AServerThatLeavesInputUnreadIsAnError) {
  Write(in.write, "for nobody\n");
  in.write.Close();
  Start();
  while (!IsReadable(*server)) {
  }
  server.Close();
  const auto outcome = pumping.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "the server has broken off the connection: Connection reset by peer");
}

TEST_F(PumpTest, AClientThatDoesNotListenAnyMoreEndsTheInput) {
  Start();
  Write(in.write, "one\n");
  EXPECT_EQ(ReadOnce(*server), "one\n");
  out.read.Close();
  Write(server, "nobody hears this\n");
  EXPECT_EQ(ReadToEnd(server), "");
  server.Close();
  EXPECT_TRUE(pumping.get());
}

TEST_F(PumpTest, AFullDiskIsAnError) {
  const Fd full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  Start(*full);
  Write(server, "an answer\n");
  EXPECT_EQ(ReadToEnd(server), "");
  server.Close();
  const auto outcome = pumping.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "cannot write the output: No space left on device");
}

TEST_F(PumpTest, AFileIsAnInputToo) {
  const TemporaryFile file;
  Write(file.fd, "from a file\n");
  lseek(*file.fd, 0, SEEK_SET);
  in.read = Fd(dup(*file.fd));
  Start();
  EXPECT_EQ(ReadToEnd(server), "from a file\n");
  server.Close();
  EXPECT_TRUE(pumping.get());
}

}  // namespace
}  // namespace skep::net
