#include "net/listener.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "served.h"
#include "support/temp_directory.h"

namespace skep::net {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ListenerTest : public testing::Test {
 protected:
  Listener& Open(std::size_t most = limits::kMaxConnections) {
    auto socket = ListeningSocket::Open(path);
    EXPECT_TRUE(socket);
    return listener.emplace(loop, pool, factory, *std::move(socket), [this] { ++closed; }, most);
  }
  /// Handles what is at hand, without waiting.
  void Step() {
    for (int i = 0; i < 4; ++i) uv_run(loop.uv(), UV_RUN_NOWAIT);
  }
  Fd Connect() {
    auto connected = ConnectTo(path);
    EXPECT_TRUE(connected) << connected.error().message;
    Step();
    return *std::move(connected);
  }
  void Send(const Fd& client, std::string_view text) {
    EXPECT_EQ(write(*client, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    Step();
  }

  const TempDirectory directory;
  const std::string path = directory / "socket";
  Loop loop;
  BufferPool pool;
  FakeFactory factory;
  int closed = 0;
  std::optional<Listener> listener;
};

TEST_F(ListenerTest, EachClientHasASessionOfItsOwn) {
  Open();
  const Fd one = Connect();
  const Fd two = Connect();
  EXPECT_EQ(listener->connections(), 2U);
  Send(one, "wait\n");
  Send(two, "from two\n");
  EXPECT_EQ(ReadOnce(*two), "from two\n");
  EXPECT_FALSE(IsReadable(*one));
  EXPECT_EQ(factory.session->frames, 1U);
}

TEST_F(ListenerTest, AClientIsWhereItsProcessIs) {
  Open();
  const Fd client = Connect();
  ASSERT_EQ(factory.clients.size(), 1U);
  EXPECT_EQ(factory.clients[0].directory, std::filesystem::current_path());
  EXPECT_EQ(factory.clients[0].session, "");
}

TEST_F(ListenerTest, AClientThatHasSaidAllGetsItsAnswersAndTheEnd) {
  Open();
  const Fd client = Connect();
  Send(client, "wait\nlast");
  shutdown(*client, SHUT_WR);
  Step();
  EXPECT_TRUE(factory.session->ended);
  EXPECT_EQ(ReadOnce(*client), "last\n");
  EXPECT_EQ(listener->connections(), 1U);
  factory.session->Finish();
  Step();
  EXPECT_EQ(ReadOnce(*client), "done\n");
  EXPECT_EQ(ReadOnce(*client), "");
  EXPECT_EQ(listener->connections(), 0U);
}

TEST_F(ListenerTest, AClientThatBreaksOffIsForgotten) {
  Open();
  Fd client = Connect();
  Send(client, "wait\n");
  FakeSession& session = *factory.session;
  client.Close();
  Step();
  EXPECT_TRUE(session.ended);
  EXPECT_EQ(listener->connections(), 1U) << "its call is still worked on";
  session.Finish();
  Step();
  EXPECT_EQ(listener->connections(), 0U);
}

TEST_F(ListenerTest, WhoeverIsTooManyIsToldSo) {
  ASSERT_TRUE(InitLog({.level = LogLevel::kWarn, .file = directory / "log"}));
  Open(2);
  Fd one = Connect();
  const Fd two = Connect();
  for (std::uint64_t i = 1; i <= 3; ++i) {
    const Fd three = Connect();
    EXPECT_THAT(ReadOnce(*three), AllOf(StartsWith(R"({"jsonrpc":"2.0","error":{"code":-32603,)"),
                                        HasSubstr("too many connections: 2 are served here already")));
    EXPECT_EQ(ReadOnce(*three), "");
    EXPECT_EQ(listener->turned_away(), i);
  }
  Send(two, "still here\n");
  EXPECT_EQ(ReadOnce(*two), "still here\n");
  one.Close();
  Step();
  const Fd four = Connect();
  Send(four, "in its place\n");
  EXPECT_EQ(ReadOnce(*four), "in its place\n");
  ASSERT_TRUE(InitLog({}));
  std::ifstream log(directory / "log");
  const std::string logged{std::istreambuf_iterator(log), {}};
  EXPECT_THAT(logged, HasSubstr("too many connections: 1 clients were turned away until now"));
  EXPECT_EQ(Count(logged, '\n'), 1U) << "said once in a while";
}

TEST_F(ListenerTest, AtRestNoConnectionHoldsABlock) {
  Open();
  std::vector<Fd> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(Connect());
    Send(clients.back(), "hello\n");
    EXPECT_EQ(ReadOnce(*clients.back()), "hello\n");
  }
  EXPECT_LE(pool.stats().outstanding, 2U) << "of the one that was heard last";
  Send(clients.front(), "half a li");
  Send(clients.back(), "again\n");
  EXPECT_LE(pool.stats().outstanding, 3U) << "and what is not yet a line";
  Send(clients.front(), "ne\n");
  EXPECT_EQ(ReadOnce(*clients.front()), "half a line\n");
}

TEST_F(ListenerTest, WithoutDescriptorsClientsWaitAndNothingSpins) {
  Open();
  Fd client(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const Fd highest(dup(*client));
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(*highest);
  auto connected = ConnectTo(path);
  ASSERT_TRUE(connected);
  // Below the limit all numbers are in use, but perhaps some in the middle.
  std::vector<Fd> fill;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  for (int fd = dup(0); fd != -1; fd = dup(0)) fill.emplace_back(fd);
  Step();
  EXPECT_EQ(listener->connections(), 0U);
  setrlimit(RLIMIT_NOFILE, &before);
  // Only the pause's end wakes the loop.
  while (listener->connections() == 0) loop.RunOnce();
  Step();
  EXPECT_EQ(write(**connected, "late\n", 5), 5);
  Step();
  EXPECT_EQ(ReadOnce(**connected), "late\n");
}

TEST_F(ListenerTest, ShutdownFinishesWhatWasAccepted) {
  Open();
  const Fd idle = Connect();
  const Fd busy = Connect();
  Send(busy, "wait\n");
  listener->Shutdown();
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(ConnectTo(path));
  Step();
  EXPECT_EQ(ReadOnce(*idle), "");
  EXPECT_EQ(listener->connections(), 1U);
  EXPECT_EQ(closed, 0);
  factory.session->Finish();
  Step();
  EXPECT_EQ(ReadOnce(*busy), "done\n");
  EXPECT_EQ(closed, 1);
}

TEST_F(ListenerTest, ServesUntilASignal) {
  auto socket = ListeningSocket::Open(path);
  ASSERT_TRUE(socket);
  std::thread client([&] {
    const auto connected = ConnectTo(path);
    ASSERT_TRUE(connected);
    EXPECT_EQ(write(**connected, "hello\n", 6), 6);
    EXPECT_EQ(ReadOnce(**connected), "hello\n");
    kill(getpid(), SIGTERM);
    EXPECT_EQ(ReadOnce(**connected), "");
  });
  ServeSocket(loop, pool, factory, *std::move(socket));
  client.join();
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace skep::net
