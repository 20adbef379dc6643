#include "swarm/attempts.h"

#include <gtest/gtest.h>

#include <vector>

#include "swarm/swarm_fixture.h"
#include "swarm/task_flow.h"

namespace skep::swarm {
namespace {

class ReadAttemptsTest : public SwarmFixture {
 protected:
  std::vector<Attempt> Of(std::int64_t agent) { return ReadAttempts(*database_, agent).attempts; }
};

TEST_F(ReadAttemptsTest, EachEndOfAClaimIsTold) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn();
  for (const char* const title : {"good", "bad", "back", "slow", "lost"}) Make(title, Priority::kMedium, "", {}, 1);
  Say(ClaimFor(ada), Report::kSucceeded);
  Say(ClaimFor(ada), Report::kFailed);
  const std::int64_t back = ClaimFor(ada);
  Pass(7);
  Say(back, Report::kReleased);
  ASSERT_NE(ClaimFor(ada), 0);
  Pass(limits::kClaimMs + 1);
  MoveDueTasks(*database_, now_);
  ASSERT_NE(ClaimFor(ada), 0);
  TakeOffline(*database_, std::vector{ada}, now_);

  const std::vector<Attempt> attempts = Of(ada);
  ASSERT_EQ(attempts.size(), 5U);
  EXPECT_EQ(attempts[0].end, AttemptEnd::kSucceeded);
  EXPECT_EQ(attempts[1].end, AttemptEnd::kFailed);
  EXPECT_FALSE(attempts[1].again) << "it was the last that the task had";
  EXPECT_EQ(attempts[2].end, AttemptEnd::kReleased);
  EXPECT_EQ(attempts[2].task, back);
  EXPECT_EQ(attempts[2].length_ms(), 7);
  EXPECT_TRUE(attempts[2].again);
  EXPECT_EQ(attempts[3].end, AttemptEnd::kTimedOut);
  EXPECT_FALSE(attempts[3].again);
  EXPECT_EQ(attempts[4].end, AttemptEnd::kAbandoned);
  EXPECT_TRUE(attempts[4].again);
}

TEST_F(ReadAttemptsTest, AnothersAttemptsAtTheSameTaskAreItsOwn) {
  Start(Topology::kStar);
  const std::int64_t yan = Spawn();
  const std::int64_t zoe = Spawn();
  const std::int64_t task = Make("hard");
  ASSERT_EQ(ClaimFor(yan), task);
  Pass(20);
  Say(task, Report::kFailed);
  Pass(limits::kMaxBackoffMs);
  ASSERT_EQ(ClaimFor(zoe), task);
  Pass(30);
  Say(task, Report::kSucceeded);
  ASSERT_EQ(Of(yan).size(), 1U);
  EXPECT_EQ(Of(yan)[0].end, AttemptEnd::kFailed);
  EXPECT_EQ(Of(yan)[0].length_ms(), 20);
  EXPECT_TRUE(Of(yan)[0].again);
  ASSERT_EQ(Of(zoe).size(), 1U);
  EXPECT_EQ(Of(zoe)[0].end, AttemptEnd::kSucceeded);
  EXPECT_EQ(Of(zoe)[0].length_ms(), 30);
  EXPECT_FALSE(Of(zoe)[0].again);
  EXPECT_EQ(Of(0).size(), 2U);
  EXPECT_EQ(Of(0)[0].agent, yan);
}

TEST_F(ReadAttemptsTest, OneThatGoesOnIsOpenAndOneThatWasCancelledIsNot) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn();
  const std::int64_t one = Make("one");
  Make("two");
  ASSERT_EQ(ClaimFor(ada), one);
  ASSERT_TRUE(UpdateTask(
      *database_, {.task = one, .epoch = {}, .report = Report::kCancelled, .result = {}, .note = {}, .usage = {}},
      now_));
  ASSERT_NE(ClaimFor(ada), 0);
  const std::vector<Attempt> attempts = Of(ada);
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[0].end, AttemptEnd::kCancelled);
  EXPECT_EQ(attempts[1].end, AttemptEnd::kOpen);
}

TEST_F(ReadAttemptsTest, AStageOfARingIsAnAttempt) {
  Start(Topology::kRing);
  const std::int64_t ada = Spawn();
  const std::int64_t bob = Spawn();
  const std::int64_t task = Make("round");
  for (const std::int64_t agent : {ada, bob}) {
    ASSERT_EQ(ClaimFor(agent), task);
    Say(task, Report::kSucceeded);
  }
  ASSERT_EQ(Of(ada).size(), 1U);
  EXPECT_EQ(Of(ada)[0].end, AttemptEnd::kSucceeded);
  EXPECT_EQ(Of(bob).size(), 1U);
}

TEST_F(ReadAttemptsTest, BeyondTheBoundItSaysSinceWhen) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn();
  const std::int64_t task = Make("one");
  ASSERT_EQ(ClaimFor(ada), task);
  EXPECT_EQ(ReadAttempts(*database_, ada).since_ms, 0);
  static constexpr store::Sql kProgress{
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
      "INSERT INTO task_events (task, at_ms, agent, event, epoch) SELECT ?2, ?4, ?3, 'progress', 1 FROM n"};
  database_->Execute(kProgress, kAttemptEvents, task, ada, now_.wall_ms + 5);
  EXPECT_EQ(ReadAttempts(*database_, ada).since_ms, now_.wall_ms);
  EXPECT_TRUE(Of(ada).empty());
}

}  // namespace
}  // namespace skep::swarm
