#include "net/stdio.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <string_view>
#include <thread>

#include "base/log.h"
#include "fake_session.h"

namespace skep::net {
namespace {

/// Two pipes and a server on them, which this thread runs while another plays the client.
class StdioTest : public testing::Test {
 protected:
  StdioTest() {
    EXPECT_EQ(pipe2(to_server_, O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(from_server_, O_CLOEXEC), 0);
  }
  ~StdioTest() override {
    for (const int fd : {to_server_[0], from_server_[0], from_server_[1]}) close(fd);
    HangUp();
  }

  int Serve() { return ServeStdio(loop_, pool_, factory_, to_server_[0], from_server_[1]); }

  void Send(std::string_view text) const {
    EXPECT_EQ(write(to_server_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void HangUp() {
    if (to_server_[1] != -1) close(to_server_[1]);
    to_server_[1] = -1;
  }
  /// Waits for `size` bytes.
  std::string Receive(std::size_t size) const {
    std::string data(size, '\0');
    for (std::size_t at = 0; at < size;) {
      const ssize_t n = read(from_server_[0], data.data() + at, size - at);
      if (n <= 0) return data.substr(0, at);
      at += static_cast<std::size_t>(n);
    }
    return data;
  }

  Loop loop_;
  BufferPool pool_;
  FakeFactory factory_;
  int to_server_[2] = {-1, -1};
  int from_server_[2] = {-1, -1};
};

TEST_F(StdioTest, ServesUntilTheClientHangsUp) {
  std::thread client([this] {
    for (const std::string line : {"one\n", "two\n", "three\n"}) {
      Send(line);
      EXPECT_EQ(Receive(line.size()), line);
    }
    HangUp();
  });
  EXPECT_EQ(Serve(), 0);
  client.join();
}

TEST_F(StdioTest, WorkOfAnotherThreadIsAnsweredAfterTheClientHungUp) {
  Send("wait\nwait\nlast\n");
  HangUp();
  std::thread worker([this] {
    // The answer to the frame behind them says that the requests have been accepted.
    EXPECT_EQ(Receive(5), "last\n");
    for (int i = 0; i < 2; ++i) loop_.Post([this] { factory_.session->Finish(); });
  });
  EXPECT_EQ(Serve(), 0);
  worker.join();
  EXPECT_EQ(Receive(10), "done\ndone\n");
}

TEST_F(StdioTest, ASignalFinishesWhatWasAcceptedAndEndsWithSuccess) {
  for (const int signal : {SIGINT, SIGTERM}) {
    std::thread client([this, signal] {
      Send("wait\nlast\n");
      EXPECT_EQ(Receive(5), "last\n");
      kill(getpid(), signal);
      loop_.Post([this] { factory_.session->Finish(); });
      EXPECT_EQ(Receive(5), "done\n");
    });
    EXPECT_EQ(Serve(), 0);
    client.join();
  }
}

TEST_F(StdioTest, WhatCannotBeServedIsAFailure) {
  const int directory = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  testing::internal::CaptureStderr();
  EXPECT_TRUE(InitLog({}));
  EXPECT_EQ(ServeStdio(loop_, pool_, factory_, directory, from_server_[1]), 1);
  close(directory);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("cannot read the input: Is a directory"), std::string::npos);
}

}  // namespace
}  // namespace skep::net
