#include "client/stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <csignal>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>

#include "base/fd.h"

namespace skep::client {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

/// A stream, and the other end of its socket.
class StreamTest : public testing::Test {
 protected:
  StreamTest() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
    ours_ = Fd(ends[0]);
    its_ = Fd(ends[1]);
    stream_.emplace(*ours_, *ours_, pool_, 1000);
  }
  void Say(std::string_view text) const {
    ASSERT_EQ(write(*its_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  std::string Next(std::int64_t until_ns = kNever) {
    const auto line = stream_->NextBefore(until_ns);
    return {line.data(), line.size()};
  }

  BufferPool pool_;
  Fd ours_;
  Fd its_;
  std::optional<Stream> stream_;
};

TEST_F(StreamTest, GivesLinesOneByOne) {
  Say("one\ntwo\nthr");
  EXPECT_EQ(Next(), "one");
  EXPECT_EQ(Next(), "two");
  Say("ee\n");
  EXPECT_EQ(Next(), "three");
}

TEST_F(StreamTest, GivesTheLastLineWithoutAnEnd) {
  Say("last");
  its_.Close();
  EXPECT_EQ(Next(), "last");
  EXPECT_EQ(Next(), "");
}

TEST_F(StreamTest, GivesUpWhenTheTimeIsUp) { EXPECT_EQ(Next(0), ""); }

TEST_F(StreamTest, SendsWhatIsQueued) {
  stream_->Queue("a\n");
  stream_->Queue("b\n");
  EXPECT_EQ(stream_->unsent(), 4U);
  EXPECT_EQ(stream_->Send(), Stream::State::kOpen);
  EXPECT_EQ(stream_->unsent(), 0U);
  char buffer[8];
  EXPECT_EQ(read(*its_, buffer, sizeof(buffer)), 4);
}

TEST_F(StreamTest, KeepsWhatThereIsNoRoomFor) {
  const std::string much(8 << 20, 'x');
  stream_->Queue(much);
  ASSERT_EQ(stream_->Send(), Stream::State::kOpen);
  ASSERT_GT(stream_->unsent(), 0U);
  std::string got;
  char buffer[65536];
  while (got.size() < much.size()) {
    const ssize_t n = read(*its_, buffer, sizeof(buffer));
    if (n > 0) got.append(buffer, static_cast<std::size_t>(n));
    ASSERT_EQ(stream_->Send(), Stream::State::kOpen);
  }
  EXPECT_EQ(got, much);
  EXPECT_EQ(stream_->unsent(), 0U);
}

TEST_F(StreamTest, SendsWhileItWaitsForALine) {
  stream_->Queue("question\n");
  Say("answer\n");
  // The first line was there before anything had to be sent.
  EXPECT_EQ(Next(), "answer");
  EXPECT_EQ(stream_->unsent(), 0U);
}

TEST_F(StreamTest, TellsALineThatIsTooLong) {
  Say(std::string(2000, 'x') + "\nshort\n");
  EXPECT_EQ(Next(), "");
  EXPECT_EQ(Next(), "short");
}

TEST_F(StreamTest, SaysThatTheOtherHasGone) {
  its_.Close();
  std::signal(SIGPIPE, SIG_IGN);
  stream_->Queue("x\n");
  EXPECT_EQ(stream_->Send(), Stream::State::kEnded);
  std::size_t received = 1;
  EXPECT_EQ(stream_->Receive(received), Stream::State::kEnded);
  EXPECT_EQ(received, 0U);
}

TEST_F(StreamTest, SendsNothingAfterItsEnd) {
  stream_->Queue("late\n");
  stream_->EndSending();
  EXPECT_EQ(stream_->unsent(), 0U);
  Say("answer\n");
  EXPECT_EQ(Next(), "answer");
  char buffer[8];
  EXPECT_EQ(read(*its_, buffer, sizeof(buffer)), -1);
}

TEST_F(StreamTest, ReadsNothingWhereNothingHasCome) {
  std::size_t received = 1;
  EXPECT_EQ(stream_->Receive(received), Stream::State::kOpen);
  EXPECT_EQ(received, 0U);
}

}  // namespace
}  // namespace skep::client
