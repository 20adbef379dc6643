#include "swarm/finished_tasks.h"

#include <gtest/gtest.h>

#include <string>

#include "swarm/swarm_fixture.h"

namespace skep::swarm {
namespace {

class NewestFinishedTest : public SwarmFixture {};

TEST_F(NewestFinishedTest, WhatHasEndedIsThereTheNewestFirst) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn();
  const std::int64_t one = Make("one");
  const std::int64_t two = Make("two");
  Make("three");
  Pass(100);
  ASSERT_EQ(ClaimFor(ada), one);
  Pass(50);
  Say(one, Report::kSucceeded);
  ASSERT_EQ(ClaimFor(ada), two);
  Pass(30);
  Say(two, Report::kSucceeded);

  const FinishedTasks found = NewestFinished(*database_, swarm_);
  EXPECT_EQ(found.looked_at, 2);
  EXPECT_FALSE(found.older);
  ASSERT_EQ(found.tasks.size(), 2U);
  const FinishedTask& newest = found.tasks[0];
  EXPECT_EQ(newest.number, two);
  EXPECT_EQ(newest.owner, ada);
  EXPECT_EQ(newest.claimed_ms - newest.ready_ms, 150);
  EXPECT_EQ(newest.finished_ms - newest.claimed_ms, 30);
  EXPECT_EQ(newest.attempts, 1);
  EXPECT_EQ(newest.epoch, 1);
}

TEST_F(NewestFinishedTest, OthersAreLookedAtAndLeftOut) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn();
  Make("elsewhere");
  Say(ClaimFor(ada), Report::kSucceeded);
  Start(Topology::kStar);
  const std::int64_t bob = Spawn();
  const std::int64_t eve = Spawn();
  Make("one");
  Make("two");
  Say(ClaimFor(bob), Report::kSucceeded);
  Say(ClaimFor(eve), Report::kSucceeded);
  EXPECT_EQ(NewestFinished(*database_, swarm_).tasks.size(), 2U);
  EXPECT_EQ(NewestFinished(*database_, swarm_).looked_at, 3);
  const FinishedTasks of_eve = NewestFinished(*database_, swarm_, eve);
  ASSERT_EQ(of_eve.tasks.size(), 1U);
  EXPECT_EQ(of_eve.tasks[0].owner, eve);
}

TEST_F(NewestFinishedTest, NoRowIsRead) {
  static constexpr store::Sql kPlan{
      "EXPLAIN QUERY PLAN SELECT id, state, owner, created_ms, ready_ms, claimed_ms, finished_ms, attempts, epoch, "
      "stage, swarm FROM tasks WHERE finished_ms > 0 ORDER BY finished_ms DESC "
      "LIMIT 5"};
  store::Cursor row = database_->Query(kPlan);
  ASSERT_TRUE(row.Next());
  EXPECT_TRUE(row.Text(3).contains("COVERING INDEX tasks_finished")) << row.Text(3);
}

}  // namespace
}  // namespace skep::swarm
