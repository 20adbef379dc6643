#include "swarm/totals.h"

#include <gtest/gtest.h>

#include "swarm/message.h"
#include "swarm/swarm_fixture.h"

namespace skep::swarm {
namespace {

template <class E, std::size_t N>
std::int64_t Of(const std::array<std::int64_t, N>& counts, E one) {
  return counts[static_cast<std::size_t>(one)];
}

class TotalUpTest : public SwarmFixture {
 protected:
  ProjectTotals Totals() { return TotalUp(*database_, now_); }
};

TEST_F(TotalUpTest, AnEmptyProjectHasNothing) {
  const ProjectTotals totals = Totals();
  for (const std::int64_t tasks : totals.tasks) EXPECT_EQ(tasks, 0);
  EXPECT_EQ(totals.sessions, 0);
  EXPECT_EQ(totals.messages, 0);
}

TEST_F(TotalUpTest, CountsOverAllSwarms) {
  Start(Topology::kStar);
  Spawn();
  Make("one");
  Start(Topology::kMesh);
  const std::int64_t ada = Spawn();
  const std::int64_t bob = Spawn();
  Make("two");
  ASSERT_NE(ClaimFor(ada), 0);
  ASSERT_TRUE(SendMessage(*database_, swarm_, AgentOf(ada), Id(bob), {.thread = "", .subject = "", .body = "hi"},
                          now_.wall_ms));
  static constexpr std::string_view kPaths[] = {"a", "b"};
  ASSERT_TRUE(AcquireLeases(*database_, AgentOf(ada),
                            {.paths = kPaths, .mode = LeaseMode::kShared, .ttl_s = 10, .root = "/p"}, now_));

  ProjectTotals totals = Totals();
  EXPECT_EQ(Of(totals.swarms, SwarmStatus::kActive), 2);
  EXPECT_EQ(Of(totals.agents, AgentState::kBusy), 1);
  EXPECT_EQ(Of(totals.agents, AgentState::kIdle), 2);
  EXPECT_EQ(Of(totals.tasks, TaskState::kReady), 1);
  EXPECT_EQ(Of(totals.tasks, TaskState::kClaimed), 1);
  EXPECT_EQ(Of(totals.leases, LeaseMode::kShared), 2);
  EXPECT_EQ(totals.messages, 1);
  EXPECT_EQ(totals.unread, 1);

  Pass(11'000);
  EXPECT_EQ(Of(Totals().leases, LeaseMode::kShared), 0);
  ASSERT_TRUE(DestroySwarm(*database_, swarm_.id(), now_.wall_ms));
  totals = Totals();
  EXPECT_EQ(Of(totals.swarms, SwarmStatus::kDestroyed), 1);
  EXPECT_EQ(Of(totals.agents, AgentState::kOffline), 2);
  EXPECT_EQ(Of(totals.tasks, TaskState::kCancelled), 1);
}

}  // namespace
}  // namespace skep::swarm
