#include "net/connection.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "served.h"

namespace skep::net {
namespace {

TEST(Connection, AnswersAndClosesAtTheEndOfInput) {
  Piped client;
  client.Send("one\n\ntwo\r\nthree");
  client.served.Step();
  EXPECT_EQ(ReadOnce(*client.out.read), "one\ntwo\n");
  EXPECT_FALSE(client.served.closed());
  client.in.write.Close();
  client.served.Step();
  EXPECT_EQ(ReadOnce(*client.out.read), "three\n");
  EXPECT_TRUE(client.served.session().ended);
  ASSERT_TRUE(client.served.closed());
  EXPECT_FALSE(client.served.failed());
}

TEST(Connection, AllAnswersOfOneReadLeaveInOneWrite) {
  Ends in = Pipe();
  Ends out = SocketPair(SOCK_SEQPACKET);
  Served served(*in.read, *out.write);
  for (int round = 0; round < 3; ++round) {
    ASSERT_EQ(write(*in.write, "a\nb\nc\n", 6), 6);
    served.Step();
    EXPECT_EQ(ReadOnce(*out.read), "a\nb\nc\n");
    EXPECT_FALSE(IsReadable(*out.read));
  }
  EXPECT_EQ(served.session().drained, (std::vector<std::size_t>{3, 3, 3}));
}

TEST(Connection, AnswersFinishedTogetherLeaveTogether) {
  Ends in = Pipe();
  Ends out = SocketPair(SOCK_SEQPACKET);
  Served served(*in.read, *out.write);
  ASSERT_EQ(write(*in.write, "wait\nwait\nwait\n", 15), 15);
  served.Step();
  std::thread([&] {
    for (int i = 0; i < 3; ++i) served.loop.Post([&] { served.session().Finish(); });
  }).join();
  served.Step();
  EXPECT_EQ(ReadOnce(*out.read), "done\ndone\ndone\n");
  EXPECT_FALSE(IsReadable(*out.read));
}

TEST(Connection, AnAnswerThatAnotherConnectionCausesDoesNotWaitForAnEvent) {
  // Whichever of the two the loop looks at first.
  for (const bool waiter_first : {true, false}) {
    Loop loop;
    BufferPool pool;
    FakeFactory waiter;
    FakeFactory causer;
    Ends waiter_in = Pipe();
    Ends waiter_out = Pipe();
    Ends causer_in = Pipe();
    Ends causer_out = Pipe();
    const auto never = [](const Expected<void>&) { FAIL() << "closed"; };
    std::optional<Connection> waits;
    if (waiter_first) waits.emplace(loop, pool, waiter, *waiter_in.read, *waiter_out.write, never);
    Connection causes(loop, pool, causer, *causer_in.read, *causer_out.write, never);
    if (!waiter_first) waits.emplace(loop, pool, waiter, *waiter_in.read, *waiter_out.write, never);
    causer.session->on_frame = [&] { waiter.session->Finish(); };

    std::thread client([&] {
      EXPECT_EQ(write(*waiter_in.write, "wait\nlast\n", 10), 10);
      EXPECT_EQ(ReadOnce(*waiter_out.read), "last\n");
      EXPECT_EQ(write(*causer_in.write, "go\n", 3), 3);
      EXPECT_EQ(ReadOnce(*waiter_out.read), "done\n");
      loop.Post([&] { loop.Stop(); });
    });
    loop.Run();
    client.join();
  }
}

TEST(Connection, TheEndOfInputWaitsForWhatIsInFlight) {
  Piped client;
  client.Send("wait\nwait\n");
  client.in.write.Close();
  client.served.Step();
  EXPECT_TRUE(client.served.session().ended);
  EXPECT_FALSE(client.served.closed());
  client.served.session().Finish();
  client.served.Step();
  EXPECT_FALSE(client.served.closed());
  client.served.session().Finish();
  client.served.Step();
  EXPECT_TRUE(client.served.closed());
  EXPECT_EQ(ReadOnce(*client.out.read), "done\ndone\n");
}

TEST(Connection, ARequestThatEndsWithoutAnAnswerHoldsNothingUp) {
  Piped client;
  FakeSession& session = client.served.session();
  client.Send(Times(limits::kMaxInFlight + 1, "wait\n"));
  client.in.write.Close();
  client.served.Step();
  EXPECT_EQ(session.frames, limits::kMaxInFlight);
  client.served.loop.Post([&] { session.Drop(limits::kMaxInFlight); });
  client.served.Wait();
  client.served.Step();
  EXPECT_EQ(session.frames, limits::kMaxInFlight + 1);
  EXPECT_FALSE(client.served.closed());
  client.served.loop.Post([&] { session.Drop(); });
  client.served.Wait();
  client.served.Step();
  ASSERT_TRUE(client.served.closed());
  EXPECT_FALSE(client.served.failed());
}

TEST(Connection, TheLargestMessageGoesInAndOut) {
  Piped client;
  const std::string message(limits::kMaxFrame - 1, 'x');
  std::thread peer([&] {
    const std::string input = message + "\n" + std::string(limits::kMaxFrame + 1, 'y') + "\nnext\n";
    for (std::size_t at = 0; at < input.size();) {
      at += static_cast<std::size_t>(write(*client.in.write, input.data() + at, input.size() - at));
    }
    client.in.write.Close();
  });
  const std::string output = client.served.ReadToClose(*client.out.read);
  peer.join();
  EXPECT_TRUE(output == message + "\ntoo long\nnext\n");
}

TEST(Connection, APeerThatStopsListeningEndsItAfterTheWorkInFlight) {
  Piped client;
  client.Send("wait\nwait\n");
  client.served.Step();
  client.out.read.Close();
  client.served.session().Finish();
  client.served.Step();
  EXPECT_TRUE(client.served.session().ended);
  EXPECT_FALSE(client.served.closed());
  client.Send("not delivered\n");
  client.served.session().Finish();
  client.served.Step();
  ASSERT_TRUE(client.served.closed());
  EXPECT_FALSE(client.served.failed());
  EXPECT_EQ(client.served.session().frames, 2U);
}

TEST(Connection, APeerThatStopsListeningWhileOutputWaitsIsNoticed) {
  Piped client;
  client.Send("big 500000\n");
  client.served.Step();
  client.out.read.Close();
  client.served.Step();
  ASSERT_TRUE(client.served.closed());
  EXPECT_FALSE(client.served.failed());
}

TEST(Connection, APeerThatWasNeverListeningIsNoticed) {
  Ends in = Pipe();
  Ends out = Pipe();
  out.read.Close();
  Served served(*in.read, *out.write);
  ASSERT_EQ(write(*in.write, "a\n", 2), 2);
  served.Step();
  ASSERT_TRUE(served.closed());
  EXPECT_FALSE(served.failed());
}

TEST(Connection, ShutdownDeliversNothingMoreButFinishesWhatWasAccepted) {
  Piped client;
  client.Send("wait\n");
  client.served.Step();
  client.Send("not delivered\n");
  client.served.connection().Shutdown();
  client.served.Step();
  EXPECT_TRUE(client.served.session().ended);
  EXPECT_EQ(client.served.session().frames, 1U);
  EXPECT_FALSE(client.served.closed());
  client.served.session().Finish();
  client.served.Step();
  ASSERT_TRUE(client.served.closed());
  EXPECT_FALSE(client.served.failed());
  EXPECT_EQ(ReadOnce(*client.out.read), "done\n");
}

TEST(Connection, ShutdownDoesNotWaitForEverForAPeerThatDoesNotRead) {
  Piped client(1);
  client.Send("big 500000\n");
  client.served.Step();
  client.served.connection().Shutdown();
  while (!client.served.closed()) client.served.Wait();
  ASSERT_TRUE(client.served.failed());
  EXPECT_EQ(client.served.error(), "the peer did not take its answers in 1 ms");
}

TEST(Connection, AfterTheEndOfInputThePeerHasAllTheTimeItWants) {
  Piped client(1);
  client.Send("big 500000\n");
  client.in.write.Close();
  // Each wait ends with the deadline, as nothing else happens.
  for (int i = 0; i < 10; ++i) client.served.Wait();
  EXPECT_FALSE(client.served.closed());
  EXPECT_EQ(client.served.ReadToClose(*client.out.read).size(), 500'000U);
  EXPECT_FALSE(client.served.failed());
}

TEST(Connection, ShutdownEndsThatPatience) {
  Piped client(1);
  client.Send("big 500000\n");
  client.in.write.Close();
  for (int i = 0; i < 10; ++i) client.served.Wait();
  client.served.connection().Shutdown();
  while (!client.served.closed()) client.served.Wait();
  EXPECT_TRUE(client.served.failed());
}

TEST(Connection, WorkThatDoesNotFinishIsGivenUp) {
  Piped client(1);
  client.Send("wait\nwait\n");
  client.in.write.Close();
  while (!client.served.closed()) client.served.Wait();
  ASSERT_TRUE(client.served.failed());
  EXPECT_EQ(client.served.error(), "2 requests were not finished in 1 ms");
}

}  // namespace
}  // namespace skep::net
