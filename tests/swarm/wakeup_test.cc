#include "swarm/wakeup.h"

#include <gtest/gtest.h>

#include "swarm/memory_fixture.h"
#include "swarm/swarm.h"

namespace skep::swarm {
namespace {

using store::Sql;

class WakeupTest : public MemoryFixture {
 protected:
  void SetUp() override {
    MemoryFixture::SetUp();
    ASSERT_TRUE(CreateSwarm(*database_, {.topology = Topology::kStar, .max_agents = 8}, now_ms_));
    static constexpr Sql kAgents{
        "INSERT INTO agents (id, swarm, type, name, created_ms) VALUES (1, 1, 'coder', 'a', 0), (2, 1, 'coder', 'b', "
        "0)"};
    database_->Execute(kAgents);
  }
  Moment now() const { return {.wall_ms = now_ms_, .boot_ms = 1000}; }
  void Task(const char* state, std::int64_t not_before_ms, std::int64_t deadline = 0) {
    static constexpr Sql kTask{
        "INSERT INTO tasks (swarm, title, priority, state, not_before_ms, deadline, max_attempts, created_ms) "
        "VALUES (1, 't', 1, ?1, ?2, ?3, 1, 0)"};
    database_->Execute(kTask, state, not_before_ms, deadline);
  }
  ReadyTasks Find(std::int64_t at_most = 64) { return FindReadyTasks(*database_, 1, at_most, now()); }
  void Send(std::int64_t recipient) {
    static constexpr Sql kMessage{"INSERT INTO messages (swarm, recipient, sent_ms, body) VALUES (1, ?1, 0, '')"};
    database_->Execute(kMessage, recipient);
  }
  void Lease(const char* path, std::int64_t deadline) {
    static constexpr Sql kLease{
        "INSERT INTO leases (path, mode, swarm, agent, epoch, acquired_ms, deadline) "
        "VALUES (?1, 'exclusive', 1, 1, 1, 0, ?2)"};
    database_->Execute(kLease, path, deadline);
  }
};

TEST_F(WakeupTest, WhatCanBeClaimedIsReadyOrDue) {
  Task("blocked", 0);
  Task("claimed", 0, 1001);
  Task("ready", now_ms_ + 1);
  EXPECT_EQ(Find().count, 0);
  Task("ready", 0);
  Task("ready", now_ms_);
  Task("claimed", 0, 1000);
  EXPECT_EQ(Find().count, 3);
  EXPECT_EQ(Find(2).count, 2);
  // Who waits in a swarm that is none is run again, to hear of it.
  EXPECT_EQ(FindReadyTasks(*database_, 2, 64, now()).count, 64);
}

TEST_F(WakeupTest, TwoSetsOfOneSizeAreToldApart) {
  Task("ready", 0);
  const ReadyTasks first = Find();
  static constexpr Sql kDelete{"DELETE FROM tasks"};
  database_->Execute(kDelete);
  Task("ready", 0);
  EXPECT_NE(Find(), first);
}

TEST_F(WakeupTest, MessagesAreFoundByWhoHasGotThem) {
  Send(1);
  const WaitMark mark = MarkOf(*database_, {.what = Wait::For::kMessage, .key = 2}, now());
  EXPECT_TRUE(FindNewMessages(*database_, mark.newest).empty());
  Send(2);
  Send(2);
  const auto found = FindNewMessages(*database_, mark.newest);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].recipient, 2);
  EXPECT_EQ(found[0].newest, 3);
}

TEST_F(WakeupTest, ALeaseIsLostWhenOneOfThoseThatHeldIsGone) {
  Lease("a", 2000);
  Lease("b", 1500);
  Lease("over", 1000);
  const WaitMark mark = MarkOf(*database_, {.what = Wait::For::kLease}, now());
  const auto lost = [&](std::int64_t boot_ms) {
    return LostLease(FindLiveLeases(*database_, {.wall_ms = now_ms_, .boot_ms = boot_ms}), mark);
  };
  Lease("c", 9000);
  EXPECT_FALSE(lost(1000));
  EXPECT_TRUE(lost(1500)) << "its time is over";
  static constexpr Sql kDelete{"DELETE FROM leases WHERE path = ?1"};
  database_->Execute(kDelete, "c");
  EXPECT_FALSE(lost(1000)) << "it came later";
  static constexpr Sql kSetMode{"UPDATE leases SET mode = ?1 WHERE path = 'a'"};
  database_->Execute(kSetMode, "shared");
  EXPECT_TRUE(lost(1000)) << "it can be shared now";
  database_->Execute(kSetMode, "exclusive");
  EXPECT_FALSE(lost(1000));
  database_->Execute(kDelete, "a");
  EXPECT_TRUE(lost(1000));
}

}  // namespace
}  // namespace skep::swarm
