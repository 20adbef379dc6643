#include "bench/drive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "bench/run.h"

namespace skep::bench {
namespace {

using testing::HasSubstr;

/// A "server" that says what it was told.
client::Process Cat() { return *client::Process::Start({.command = {"cat"}}); }

/// One that answers every request with a line.
Expected<client::Session> Answering(const std::string& answer) {
  const std::string program = "while read -r line; do echo '" + answer + "'; done";
  return client::Session::Open({.command = {"sh", "-c", program}}, {.revision = {}});
}

TEST(BenchmarkDrive, RoundTripsAreCountedAndTimed) {
  const client::Process cat = Cat();
  const auto driven = RoundTrips(cat, "ping\n", 0.01);
  ASSERT_TRUE(driven) << driven.error().message;
  EXPECT_GT(driven->answered, 0U);
  EXPECT_EQ(driven->latency.Count(), driven->answered);
}

TEST(BenchmarkDrive, PipelinedLinesAllComeBack) {
  const client::Process cat = Cat();
  for (int i = 0; i < 20; ++i) {
    const auto driven = Pipelined(cat, "ping\n", 0.001);
    ASSERT_TRUE(driven) << driven.error().message;
    EXPECT_EQ(driven->answered % 4096, 0U);
  }
}

TEST(BenchmarkDrive, ALineOfAnySizeIsExchanged) {
  const client::Process cat = Cat();
  Block answer;
  for (const std::size_t size : {std::size_t{1}, std::size_t{100'000}, std::size_t{3'000'000}}) {
    const std::string line = std::string(size, 'x') + "\n";
    const auto back = Exchange(cat, line, answer);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(std::string_view(back->data(), back->size()), std::string_view(line).substr(0, size));
  }
}

TEST(BenchmarkDrive, EndsAfterAsManyAsItShall) {
  auto session =
      client::Session::Open({.command = {"sed", "-u", "s/,\"method\".*/,\"result\":{}}/"}}, {.revision = {}});
  ASSERT_TRUE(session);
  std::uint64_t made = 0;
  const auto driven =
      Drive(*session, {.window = 4, .seconds = 60, .most = 10}, [&](std::int64_t id, std::uint64_t n, std::string& to) {
        EXPECT_EQ(n, made++);
        to += "{\"jsonrpc\":\"2.0\",\"id\":" + std::to_string(id) + ",\"method\":\"ping\"}\n";
      });
  ASSERT_TRUE(driven) << driven.error().message;
  EXPECT_EQ(driven->answered, 10U);
  EXPECT_EQ(driven->latency.Count(), 10U);
  EXPECT_EQ(made, 10U);
}

TEST(BenchmarkDrive, AnErrorEndsItWithWhatTheServerSays) {
  auto session = Answering(R"({"jsonrpc":"2.0","id":0,"error":{"code":-32601,"message":"no such thing"}})");
  ASSERT_TRUE(session);
  const auto driven =
      Drive(*session, {.seconds = 60}, [](std::int64_t, std::uint64_t, std::string& to) { to += "{}\n"; });
  ASSERT_FALSE(driven);
  EXPECT_THAT(driven.error().message, HasSubstr("no such thing"));
}

TEST(BenchmarkDrive, AServerThatEndsIsAnError) {
  const auto gone = client::Process::Start({.command = {"true"}});
  ASSERT_TRUE(gone);
  const bench::Run ignores_sigpipe({}, 0);
  Block answer;
  EXPECT_FALSE(Exchange(*gone, "ping\n", answer));
}

}  // namespace
}  // namespace skep::bench
