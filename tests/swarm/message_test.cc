#include "swarm/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "swarm/memory_fixture.h"

namespace skep::swarm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MessageTest : public MemoryFixture {
 protected:
  void SetUp() override {
    MemoryFixture::SetUp();
    auto swarm = CreateSwarm(*database_, {.max_agents = 20, .name = "hive", .objective = ""}, now_ms_);
    ASSERT_TRUE(swarm) << swarm.error().message;
    swarm_ = *swarm;
    ada_ = Spawn("ada");
    bob_ = Spawn("bob");
  }

  Agent Spawn(std::string_view name) {
    auto agent =
        SpawnAgent(*database_, swarm_, {.type = "coder", .name = name, .capabilities = {}, .parent = ""}, now_ms_);
    EXPECT_TRUE(agent) << agent.error().message;
    return agent ? *agent : Agent();
  }

  Expected<Sent> Try(const Agent& from, std::string_view to, const Letter& letter) {
    return SendMessage(*database_, swarm_, from, to, letter, now_ms_);
  }
  /// The id of the only copy.
  std::string Send(const Agent& from, std::string_view to, std::string_view body, std::string_view thread = "") {
    const auto sent = Try(from, to, {.thread = thread, .subject = "", .body = body});
    EXPECT_TRUE(sent) << sent.error().message;
    return sent ? sent->recipients.at(0).message_id : "";
  }
  InboxPage Read(const Agent& agent, const InboxRequest& request) {
    auto page = ReadInbox(*database_, agent, request, now_ms_);
    EXPECT_TRUE(page) << page.error().message;
    return page ? *std::move(page) : InboxPage();
  }
  std::vector<std::string> Bodies(const Agent& agent, const InboxRequest& request = {.limit = 100}) {
    std::vector<std::string> bodies;
    for (const Message& message : Read(agent, request).messages) bodies.push_back(message.body);
    return bodies;
  }
  std::int64_t Ack(const Agent& agent, const std::vector<std::string_view>& ids) {
    const auto acknowledged = Acknowledge(*database_, agent, ids, now_ms_);
    EXPECT_TRUE(acknowledged) << acknowledged.error().message;
    return acknowledged.value_or(-1);
  }
  static constexpr InboxRequest kAll = {.unread_only = false, .limit = limits::kMaxInbox};

  Swarm swarm_;
  Agent ada_;
  Agent bob_;
};

TEST_F(MessageTest, IsReadAsItWasSent) {
  const auto sent = Try(ada_, "bob", {.thread = "", .subject = "Build", .body = "It is green."});
  ASSERT_TRUE(sent) << sent.error().message;
  ASSERT_EQ(sent->recipients.size(), 1);
  EXPECT_EQ(sent->recipients[0].agent_id, bob_.id());
  EXPECT_EQ(sent->recipients[0].name, "bob");
  EXPECT_EQ(sent->recipients[0].message_id, "ms_000001");
  EXPECT_EQ(sent->thread, "ms_000001");
  const InboxPage page = Read(bob_, {.limit = 10});
  ASSERT_EQ(page.messages.size(), 1);
  const Message& message = page.messages[0];
  EXPECT_EQ(message.id(), "ms_000001");
  EXPECT_EQ(message.sender_id(), ada_.id());
  EXPECT_EQ(message.sender_name, "ada");
  EXPECT_EQ(message.thread, "ms_000001");
  EXPECT_EQ(message.subject, "Build");
  EXPECT_EQ(message.body, "It is green.");
  EXPECT_EQ(message.sent_ms, now_ms_);
  EXPECT_EQ(message.read_ms, 0);
  EXPECT_THAT(Bodies(ada_), IsEmpty());
}

TEST_F(MessageTest, WhatWasReadIsReadOnce) {
  Send(ada_, "bob", "one");
  EXPECT_THAT(Bodies(bob_), ElementsAre("one"));
  Send(ada_, "bob", "two");
  EXPECT_THAT(Bodies(bob_), ElementsAre("two"));
  const auto before = database_->total_changes();
  EXPECT_THAT(Bodies(bob_), IsEmpty());
  EXPECT_EQ(database_->total_changes(), before) << "to find nothing writes nothing";
  EXPECT_THAT(Bodies(bob_, kAll), ElementsAre("one", "two"));
}

TEST_F(MessageTest, ComesInPages) {
  for (const char* body : {"1", "2", "3"}) Send(ada_, "bob", body);
  const InboxPage page = Read(bob_, {.limit = 2});
  EXPECT_EQ(page.messages.size(), 2);
  EXPECT_TRUE(page.more);
  EXPECT_THAT(Bodies(bob_, {.limit = 2}), ElementsAre("3"));
  EXPECT_THAT(Bodies(bob_, {.unread_only = false, .after = page.messages[1].id(), .limit = 2}), ElementsAre("3"));
}

TEST_F(MessageTest, LongOnesMakeShortPages) {
  const std::string body(limits::kMaxMessage, 'x');
  for (int i = 0; i < 5; ++i) Send(ada_, "bob", body);
  const InboxPage page = Read(bob_, {.limit = 100});
  EXPECT_EQ(page.messages.size(), limits::kMaxInboxPageBytes / limits::kMaxMessage);
  EXPECT_TRUE(page.more);
  EXPECT_EQ(Read(bob_, {.limit = 100}).messages.size(), 1);
}

TEST_F(MessageTest, AThreadHoldsTogether) {
  const std::string first = Send(ada_, "bob", "question");
  Send(ada_, "bob", "else");
  Send(bob_, "ada", "answer", first);
  EXPECT_EQ(Read(ada_, {.limit = 1}).messages.at(0).thread, first);
  Send(ada_, "bob", "thanks", first);
  EXPECT_THAT(Bodies(bob_, {.thread = first, .limit = 10}), ElementsAre("question", "thanks"));
  EXPECT_THAT(Bodies(bob_), ElementsAre("else"));
}

TEST_F(MessageTest, ToAllIsToEveryoneElseInOneThread) {
  const Agent cleo = Spawn("cleo");
  const auto sent = Try(ada_, "all", {.thread = "", .subject = "", .body = "hello"});
  ASSERT_TRUE(sent) << sent.error().message;
  ASSERT_EQ(sent->recipients.size(), 2);
  EXPECT_EQ(sent->thread, sent->recipients[0].message_id);
  EXPECT_EQ(Read(cleo, {.limit = 1}).messages.at(0).thread, sent->thread);
  EXPECT_THAT(Bodies(bob_), ElementsAre("hello"));
  EXPECT_THAT(Bodies(ada_), IsEmpty());
}

TEST_F(MessageTest, IsAcknowledgedOnceAndByItsRecipient) {
  const std::string id = Send(ada_, "bob", "one");
  EXPECT_EQ(Ack(ada_, {id}), 0);
  EXPECT_EQ(Ack(bob_, {id, id, "ms_zzzzzz"}), 1);
  EXPECT_EQ(Ack(bob_, {id}), 0);
  EXPECT_THAT(Bodies(bob_), IsEmpty()) << "what is acknowledged is read";
  EXPECT_EQ(Read(bob_, kAll).messages.at(0).acked_ms, now_ms_);
  const std::vector<std::string_view> wrong = {"ag_000001"};
  EXPECT_EQ(Acknowledge(*database_, bob_, wrong, now_ms_).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(MessageTest, AFullInboxLetsTheOldestAcknowledgedGo) {
  Begin();
  std::vector<std::string> ids;
  for (int i = 0; i < limits::kMaxInbox; ++i) ids.push_back(Send(ada_, "bob", std::to_string(i)));
  const auto full = Try(ada_, "bob", {.thread = "", .subject = "", .body = "more"});
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::kTooLarge);
  EXPECT_THAT(full.error().message, HasSubstr("has to acknowledge some"));
  Ack(bob_, {ids[5], ids[7]});
  EXPECT_NE(Send(ada_, "bob", "more"), "");
  Commit();
  const std::vector<std::string> bodies = Bodies(bob_, kAll);
  EXPECT_EQ(bodies.size(), limits::kMaxInbox - 1);
  EXPECT_THAT(bodies, testing::Not(testing::Contains("5")));
  EXPECT_EQ(bodies.back(), "more");
}

TEST_F(MessageTest, BytesAreBoundedToo) {
  Begin();
  const std::string body(limits::kMaxMessage, 'x');
  constexpr auto kFit = limits::kMaxInboxBytes / static_cast<std::int64_t>(limits::kMaxMessage);
  std::string first;
  for (int i = 0; i < kFit; ++i) {
    const std::string id = Send(ada_, "bob", body);
    if (first.empty()) first = id;
  }
  EXPECT_FALSE(Try(ada_, "bob", {.thread = "", .subject = "", .body = body}));
  const auto all = Try(ada_, "all", {.thread = "", .subject = "", .body = body});
  ASSERT_TRUE(all) << "whoever has room gets it";
  EXPECT_EQ(all->recipients.at(0).message_id, "");
  Ack(bob_, {first});
  EXPECT_NE(Send(ada_, "bob", body), "");
  Commit();
}

TEST_F(MessageTest, WhatCannotBeSent) {
  EXPECT_EQ(Try(ada_, "bob", {.thread = "", .subject = "", .body = ""}).error().code, ErrorCode::kInvalidArgument);
  const std::string body(limits::kMaxMessage + 1, 'x');
  const auto large = Try(ada_, "bob", {.thread = "", .subject = "", .body = body});
  EXPECT_EQ(large.error().code, ErrorCode::kTooLarge);
  EXPECT_THAT(large.error().message, HasSubstr("memory_usage"));
  const auto nobody = Try(ada_, "bbo", {.thread = "", .subject = "", .body = "x"});
  EXPECT_THAT(nobody.error().message, HasSubstr("did you mean \"bob\"?"));
  EXPECT_EQ(Try(ada_, "ada", {.thread = "", .subject = "", .body = "x"}).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(MessageTest, FollowsTheTopology) {
  swarm_ = *CreateSwarm(*database_, {.topology = Topology::kStar, .name = "star", .objective = ""}, now_ms_);
  const Agent hub = Spawn("hub");
  const Agent a = Spawn("a");
  Spawn("b");
  EXPECT_EQ(Try(a, "b", {.thread = "", .subject = "", .body = "x"}).error().code, ErrorCode::kConflict);
  EXPECT_EQ(Try(a, "all", {.thread = "", .subject = "", .body = "x"})->recipients.size(), 1);
  EXPECT_EQ(Try(hub, "all", {.thread = "", .subject = "", .body = "x"})->recipients.size(), 2);
  swarm_ = *CreateSwarm(*database_, {.name = "lonely", .objective = ""}, now_ms_);
  const auto nobody = Try(Spawn("only"), "all", {.thread = "", .subject = "", .body = "x"});
  EXPECT_EQ(nobody.error().code, ErrorCode::kNotFound);
}

TEST_F(MessageTest, LookingAtAnInboxReadsNothing) {
  Send(ada_, "bob", "one");
  Bodies(bob_);
  Send(ada_, "bob", "two");
  Bodies(bob_);
  Send(ada_, "bob", "three");
  Send(ada_, "bob", "four");
  for (int again = 0; again < 2; ++again) {
    const InboxView inbox = LookAtInbox(*database_, bob_, 100);
    std::vector<std::string> bodies;
    for (const Message& message : inbox.messages) bodies.push_back(message.body);
    EXPECT_THAT(bodies, ElementsAre("three", "four", "two", "one")) << "unread ones first";
    EXPECT_EQ(inbox.messages[0].sender_name, "ada");
    EXPECT_EQ(inbox.messages[0].read_ms, 0);
    EXPECT_GT(inbox.messages[2].read_ms, 0);
    EXPECT_EQ(inbox.unread, 2);
    EXPECT_EQ(inbox.total, 4);
  }
  EXPECT_EQ(LookAtInbox(*database_, bob_, 3).messages.size(), 3U);
  EXPECT_THAT(Bodies(bob_), ElementsAre("three", "four"));
}

TEST_F(MessageTest, ALookAtALongInboxIsBounded) {
  const std::string body(limits::kMaxMessage, 'x');
  for (int i = 0; i < 8; ++i) Send(ada_, "bob", body);
  const InboxView inbox = LookAtInbox(*database_, bob_, 100);
  EXPECT_EQ(inbox.messages.size(), limits::kMaxInboxPageBytes / limits::kMaxMessage);
  EXPECT_EQ(inbox.total, 8);
}

}  // namespace
}  // namespace skep::swarm
