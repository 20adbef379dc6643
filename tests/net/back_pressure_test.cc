/// A connection whose peer does not take its answers, or whose work takes its time.

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "served.h"

namespace skep::net {
namespace {

TEST(BackPressure, APeerThatDoesNotReadStopsBeingReadAndLosesNothing) {
  Piped client;
  constexpr std::size_t kAnswer = 1000;
  constexpr std::size_t kRequests = 20'000;
  std::string input = Times(kRequests, fmt::format("big {}\n", kAnswer));
  const std::size_t taken = client.Stuff(input);
  ASSERT_LT(taken, input.size());
  FakeSession& session = client.served.session();
  EXPECT_GE(session.frames * kAnswer, limits::kOutputHighWater);
  EXPECT_LE(session.frames * kAnswer, limits::kOutputHighWater + kAnswer + 64 * limits::kKiB) << "and a pipe's worth";

  // Taking a little is not enough: between the high and the low water nothing is delivered.
  const std::size_t stalled_at = session.frames;
  std::size_t lines = Count(ReadOnce(*client.out.read), '\n');
  client.served.Step();
  EXPECT_EQ(session.frames, stalled_at);

  input.erase(0, taken);
  while (lines < kRequests) {
    const ssize_t n = write(*client.in.write, input.data(), input.size());
    if (n > 0) input.erase(0, static_cast<std::size_t>(n));
    client.served.Step();
    while (IsReadable(*client.out.read)) lines += Count(ReadOnce(*client.out.read), '\n');
  }
  EXPECT_EQ(session.frames, kRequests);
}

TEST(BackPressure, OrderHoldsAcrossPausesAndPartialWrites) {
  Piped client;
  std::string input;
  for (int i = 0; i < 100'000; ++i) input += fmt::format("a line that says {}\n", i);
  std::size_t written = 0;
  std::string output;
  fcntl(*client.in.write, F_SETFL, O_NONBLOCK);
  for (int round = 0; output.size() < input.size(); ++round) {
    const ssize_t n = write(*client.in.write, input.data() + written, input.size() - written);
    if (n > 0) written += static_cast<std::size_t>(n);
    client.served.Step();
    // A reader that comes by seldom, and takes odd amounts.
    if (round % 8 != 0 || !IsReadable(*client.out.read)) continue;
    std::string piece(40'001, '\0');
    piece.resize(static_cast<std::size_t>(read(*client.out.read, piece.data(), piece.size())));
    output += piece;
  }
  EXPECT_TRUE(output == input);
}

TEST(BackPressure, NoMoreIsDeliveredThanMayBeInFlight) {
  Piped client;
  FakeSession& session = client.served.session();
  client.Send(Times(limits::kMaxInFlight + 10, "wait\n"));
  client.served.Step();
  EXPECT_EQ(session.frames, limits::kMaxInFlight);
  // What was read continues without new input, as far as there is room again.
  session.Finish(3);
  client.served.Step();
  EXPECT_EQ(session.frames, limits::kMaxInFlight + 3);
  session.Finish(100);
  client.served.Step();
  EXPECT_EQ(session.frames, limits::kMaxInFlight + 10);
}

TEST(BackPressure, NoMoreIsDeliveredWhileTooMuchMemoryIsInFlight) {
  Piped client;
  FakeSession& session = client.served.session();
  session.in_flight_bytes = limits::kMaxInFlightBytes;
  client.Send("wait\n");
  client.served.Step();
  EXPECT_EQ(session.frames, 0U);
  session.in_flight_bytes = 0;
  client.served.connection().Flush();
  client.served.Step();
  EXPECT_EQ(session.frames, 1U);
}

TEST(BackPressure, InputThatEndsDuringAPauseIsDeliveredAfterIt) {
  Piped client;
  FakeSession& session = client.served.session();
  client.Send(Times(limits::kMaxInFlight, "wait\n") + "last\nunterminated");
  client.in.write.Close();
  client.served.Step();
  EXPECT_FALSE(session.ended);
  session.Finish(limits::kMaxInFlight);
  const std::string output = client.served.ReadToClose(*client.out.read);
  EXPECT_EQ(session.frames, limits::kMaxInFlight + 2);
  EXPECT_TRUE(output.ends_with("done\nlast\nunterminated\n"));
  EXPECT_FALSE(client.served.failed());
}

TEST(BackPressure, AFileIsReadNoFasterThanItsAnswersAreTaken) {
  TemporaryFile in;
  const std::string input = Times(10'000, "big 1000\n");
  ASSERT_EQ(write(*in.fd, input.data(), input.size()), static_cast<ssize_t>(input.size()));
  lseek(*in.fd, 0, SEEK_SET);
  Ends out = Pipe();
  Served served(*in.fd, *out.write);
  for (int i = 0; i < 100; ++i) served.Step();
  EXPECT_LE(served.session().frames, 1200U);
  EXPECT_EQ(Count(served.ReadToClose(*out.read), '\n'), 10'000U);
}

}  // namespace
}  // namespace skep::net
