#include "swarm/reach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "swarm/memory_fixture.h"

namespace skep::swarm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ReachTest : public MemoryFixture {
 protected:
  void Make(Topology topology) {
    auto swarm =
        CreateSwarm(*database_, {.topology = topology, .max_agents = 20, .name = "", .objective = ""}, now_ms_);
    ASSERT_TRUE(swarm) << swarm.error().message;
    swarm_ = *swarm;
  }

  Agent Spawn(std::string_view name, std::string_view type = "coder", std::string_view parent = "") {
    auto agent =
        SpawnAgent(*database_, swarm_, {.type = type, .name = name, .capabilities = {}, .parent = parent}, now_ms_);
    EXPECT_TRUE(agent) << agent.error().message;
    return agent ? *agent : Agent();
  }

  void TakeOffline(const Agent& agent) {
    static constexpr store::Sql kOffline{"UPDATE agents SET state = 'offline' WHERE id = ?1"};
    database_->Execute(kOffline, agent.number);
  }

  /// Empty: it may.
  std::string Refusal(const Agent& from, const Agent& to) {
    const auto may = MayMessage(*database_, swarm_, from, to);
    return may ? "" : may.error().message;
  }
  bool May(const Agent& from, const Agent& to) { return Refusal(from, to).empty(); }

  std::vector<std::int64_t> ReachedBy(const Agent& from) { return Reachable(*database_, swarm_, from, 100); }

  Swarm swarm_;
};

TEST_F(ReachTest, InAMeshEveryoneReachesEveryone) {
  Make(Topology::kMesh);
  const Agent a = Spawn("a");
  const Agent b = Spawn("b");
  const Agent c = Spawn("c");
  EXPECT_TRUE(May(a, b) && May(b, a) && May(a, c) && May(c, b));
  EXPECT_THAT(ReachedBy(b), ElementsAre(a.number, c.number));
  TakeOffline(c);
  EXPECT_TRUE(May(a, c)) << "it reads when it is back";
  EXPECT_THAT(ReachedBy(b), ElementsAre(a.number));
}

TEST_F(ReachTest, InAStarOnlyTheHub) {
  Make(Topology::kStar);
  const Agent a = Spawn("a");
  const Agent b = Spawn("b");
  const Agent lead = Spawn("lead", "coordinator");
  const Agent second = Spawn("second", "coordinator");
  EXPECT_TRUE(May(a, lead) && May(lead, a) && May(lead, b) && May(second, lead));
  EXPECT_EQ(Refusal(a, b),
            "ag_000001 (\"a\") may not write to ag_000002 (\"b\"): in a star only the hub is within reach; write to "
            "ag_000003 (\"lead\"), who can pass it on");
  EXPECT_FALSE(May(second, a));
  EXPECT_THAT(ReachedBy(a), ElementsAre(lead.number));
  EXPECT_THAT(ReachedBy(lead), ElementsAre(a.number, b.number, second.number));
}

TEST_F(ReachTest, AStarsHubIsWhoIsThere) {
  Make(Topology::kStar);
  const Agent a = Spawn("a");
  const Agent b = Spawn("b");
  const Agent c = Spawn("c");
  EXPECT_TRUE(May(b, a) && May(a, c));
  EXPECT_FALSE(May(b, c));
  TakeOffline(a);
  EXPECT_TRUE(May(b, c));
  EXPECT_FALSE(May(c, a));
  const Agent lead = Spawn("lead", "coordinator");
  EXPECT_FALSE(May(b, c));
  EXPECT_TRUE(May(lead, c));
}

TEST_F(ReachTest, InAHierarchyParentsAndChildren) {
  Make(Topology::kHierarchical);
  const Agent top = Spawn("top", "coordinator");
  const Agent lead = Spawn("lead", "coder", "top");
  const Agent worker = Spawn("worker", "coder", "lead");
  const Agent sibling = Spawn("sibling", "coder", "lead");
  EXPECT_TRUE(May(top, lead) && May(lead, top) && May(worker, lead) && May(lead, sibling));
  EXPECT_FALSE(May(worker, top));
  EXPECT_FALSE(May(top, worker));
  EXPECT_THAT(Refusal(worker, sibling), HasSubstr("in a hierarchy only an agent's parent and its children are within "
                                                  "reach; write to ag_000002 (\"lead\"), who can pass it on"));
  EXPECT_THAT(ReachedBy(lead), ElementsAre(top.number, worker.number, sibling.number));
  EXPECT_THAT(ReachedBy(worker), ElementsAre(lead.number));
}

TEST_F(ReachTest, InARingTheNeighboursThatAreAlive) {
  Make(Topology::kRing);
  const Agent a = Spawn("a");
  const Agent b = Spawn("b");
  const Agent c = Spawn("c");
  const Agent d = Spawn("d");
  EXPECT_TRUE(May(a, b) && May(b, c) && May(c, b) && May(d, a) && May(a, d));
  EXPECT_THAT(Refusal(a, c), HasSubstr("in a ring only an agent's two neighbours are within reach; write to ag_000004 "
                                       "(\"d\"), ag_000002 (\"b\")"));
  TakeOffline(b);
  EXPECT_TRUE(May(a, c));
  EXPECT_FALSE(May(a, b));
  EXPECT_THAT(ReachedBy(a), ElementsAre(d.number, c.number));
  TakeOffline(c);
  EXPECT_THAT(ReachedBy(a), ElementsAre(d.number));
  TakeOffline(d);
  EXPECT_THAT(ReachedBy(a), IsEmpty());
  EXPECT_THAT(Refusal(a, b), HasSubstr("nobody is, for now"));
}

TEST_F(ReachTest, AnAdaptiveSwarmIsAsItsModeSays) {
  Make(Topology::kAdaptive);
  const Agent a = Spawn("a");
  const Agent b = Spawn("b");
  const Agent c = Spawn("c");
  swarm_.mode = Topology::kMesh;
  EXPECT_TRUE(May(b, c));
  swarm_.mode = Topology::kStar;
  EXPECT_FALSE(May(b, c));
  EXPECT_TRUE(May(b, a));
}

TEST_F(ReachTest, NobodyWritesToItself) {
  Make(Topology::kMesh);
  const Agent a = Spawn("a");
  EXPECT_THAT(Refusal(a, a), HasSubstr("would write to itself"));
}

}  // namespace
}  // namespace skep::swarm
