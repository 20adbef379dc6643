#include "swarm/lease.h"

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
using testing::UnorderedElementsAre;

using Paths = std::vector<std::string_view>;

class LeaseTest : public MemoryFixture {
 protected:
  void SetUp() override {
    MemoryFixture::SetUp();
    auto swarm = CreateSwarm(*database_, {.name = "hive", .objective = ""}, now_ms_);
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

  Moment Now() const { return {.wall_ms = now_ms_, .boot_ms = now_ms_ - 1'600'000'000'000}; }

  Expected<Acquired> Try(const Agent& agent, const Paths& paths, LeaseMode mode = LeaseMode::kExclusive,
                         std::int64_t ttl_s = 60) {
    return AcquireLeases(*database_, agent, {.paths = paths, .mode = mode, .ttl_s = ttl_s, .root = kRoot}, Now());
  }
  /// Empty when something was in the way.
  std::vector<Lease> Acquire(const Agent& agent, const Paths& paths, LeaseMode mode = LeaseMode::kExclusive) {
    const auto acquired = Try(agent, paths, mode);
    EXPECT_TRUE(acquired) << acquired.error().message;
    return acquired ? acquired->leases : std::vector<Lease>();
  }
  std::vector<std::string> Release(const Agent& agent, const Paths& paths = {}) {
    const auto released = ReleaseLeases(*database_, agent, paths, kRoot, Now());
    EXPECT_TRUE(released) << released.error().message;
    return released ? released->paths : std::vector<std::string>();
  }
  /// Who is in the way of an edit.
  std::vector<std::string> Forbidding(std::string_view file, const Editor& editor = {}) {
    const auto obstacles = FindForbidding(*database_, file, editor, kRoot, Now());
    EXPECT_TRUE(obstacles) << obstacles.error().message;
    std::vector<std::string> names;
    if (obstacles) {
      for (const Obstacle& obstacle : *obstacles) names.push_back(obstacle.agent_name);
    }
    return names;
  }
  /// Makes an agent live in a session of its own, of a client that calls it `client_session`.
  void LiveIn(const Agent& agent, std::string_view client_session) {
    static constexpr store::Sql kProcess{"INSERT INTO processes (token, pid, started_ms) VALUES ('t', 1, 1)"};
    static constexpr store::Sql kSession{
        "INSERT INTO sessions (process, serial, client_session, opened_ms) VALUES (?1, ?1, ?2, 1)"};
    static constexpr store::Sql kBind{"UPDATE agents SET session = ?2 WHERE id = ?1"};
    database_->Execute(kProcess);
    database_->Execute(kSession, database_->last_insert_id(), client_session);
    database_->Execute(kBind, agent.number, database_->last_insert_id());
  }

  static constexpr std::string_view kRoot = "/home/ada/hive";
  Swarm swarm_;
  Agent ada_;
  Agent bob_;
};

TEST_F(LeaseTest, IsInTheWayOfOthers) {
  EXPECT_EQ(Acquire(ada_, {"src/**"}).size(), 1);
  const auto tried = Try(bob_, {"docs", "src/a.cc"});
  ASSERT_TRUE(tried);
  EXPECT_THAT(tried->leases, IsEmpty());
  ASSERT_EQ(tried->obstacles.size(), 1);
  const Obstacle& obstacle = tried->obstacles.front();
  EXPECT_EQ(obstacle.path, "src/a.cc");
  EXPECT_EQ(obstacle.lease.path, "src/**");
  EXPECT_EQ(obstacle.agent_id, ada_.id());
  EXPECT_EQ(obstacle.agent_name, "ada");
  EXPECT_EQ(obstacle.lease.UntilMs(Now()), now_ms_ + 60'000);
  EXPECT_EQ(Describe(obstacle, Now()),
            "src/a.cc is leased exclusively by ag_000001 (\"ada\", as src/**) until 2023-11-14T22:14:20.000Z");
}

TEST_F(LeaseTest, AllOrNothing) {
  Acquire(ada_, {"b"});
  const auto before = database_->total_changes();
  EXPECT_THAT(Acquire(bob_, {"a", "b", "c"}), IsEmpty());
  EXPECT_EQ(database_->total_changes(), before);
  EXPECT_EQ(Acquire(bob_, {"a", "c"}).size(), 2);
}

TEST_F(LeaseTest, SharedOnesAreNotInOneAnothersWay) {
  EXPECT_EQ(Acquire(ada_, {"src/"}, LeaseMode::kShared).size(), 1);
  EXPECT_EQ(Acquire(bob_, {"src/*.cc"}, LeaseMode::kShared).size(), 1);
  EXPECT_THAT(Acquire(bob_, {"src/a.cc"}, LeaseMode::kExclusive), IsEmpty());
  Release(ada_);
  EXPECT_EQ(Acquire(bob_, {"src/a.cc"}, LeaseMode::kExclusive).size(), 1);
  EXPECT_THAT(Acquire(ada_, {"src/"}, LeaseMode::kShared), IsEmpty());
}

TEST_F(LeaseTest, AnAgentIsNotInItsOwnWay) {
  EXPECT_EQ(Acquire(ada_, {"src/**"}).size(), 1);
  EXPECT_EQ(Acquire(ada_, {"src/a.cc"}).size(), 1);
  EXPECT_EQ(Acquire(ada_, {"src/"}, LeaseMode::kShared).size(), 1);
}

TEST_F(LeaseTest, AgainRenewsItAndKeepsItsEpoch) {
  const std::int64_t epoch = Acquire(ada_, {"a"}).at(0).epoch;
  now_ms_ += 50'000;
  const auto again = Acquire(ada_, {"./a"});
  ASSERT_EQ(again.size(), 1);
  EXPECT_EQ(again[0].epoch, epoch);
  EXPECT_EQ(again[0].UntilMs(Now()), now_ms_ + 60'000);
  EXPECT_EQ(Release(ada_), std::vector<std::string>{"a"});
}

TEST_F(LeaseTest, WhatWasExclusiveMayBeSharedFromNowOn) {
  const std::int64_t epoch = Acquire(ada_, {"a"}).at(0).epoch;
  EXPECT_GT(Acquire(ada_, {"a"}, LeaseMode::kShared).at(0).epoch, epoch) << "those who wait are woken by a new row";
  EXPECT_EQ(Acquire(bob_, {"a"}, LeaseMode::kShared).size(), 1);
  EXPECT_EQ(Release(ada_), std::vector<std::string>{"a"});
}

TEST_F(LeaseTest, EpochsRiseOverAllHolders) {
  const std::int64_t first = Acquire(ada_, {"a"}).at(0).epoch;
  Release(ada_);
  const std::int64_t second = Acquire(bob_, {"a"}).at(0).epoch;
  EXPECT_GT(second, first);
  now_ms_ += 60'000;
  EXPECT_GT(Acquire(bob_, {"a"}).at(0).epoch, second);
}

TEST_F(LeaseTest, ExpiresAtItsDeadline) {
  Acquire(ada_, {"a"});
  now_ms_ += 59'999;
  EXPECT_THAT(Acquire(bob_, {"a"}), IsEmpty());
  EXPECT_THAT(Forbidding("a"), ElementsAre("ada"));
  now_ms_ += 1;
  EXPECT_THAT(Forbidding("a"), IsEmpty());
  EXPECT_EQ(Acquire(bob_, {"a"}).size(), 1);
  EXPECT_THAT(Release(ada_), IsEmpty());
}

TEST_F(LeaseTest, OfAnAgentThatIsOfflineDoesNotCount) {
  Acquire(ada_, {"a"});
  ASSERT_TRUE(DestroySwarm(*database_, swarm_.id(), now_ms_));
  EXPECT_THAT(Forbidding("a"), IsEmpty());
  EXPECT_EQ(Acquire(bob_, {"a"}).size(), 1);
}

TEST_F(LeaseTest, HoldsOverAllSwarms) {
  Acquire(ada_, {"a"});
  swarm_ = *CreateSwarm(*database_, {.name = "other", .objective = ""}, now_ms_);
  EXPECT_THAT(Acquire(Spawn("cleo"), {"a"}), IsEmpty());
}

TEST_F(LeaseTest, IsGivenBackByPathOrAltogether) {
  Acquire(ada_, {"a", "src/", "c"});
  EXPECT_THAT(Release(ada_, {"src"}), ElementsAre("src/**"));
  const Paths paths = {"a", "nothing"};
  const auto released = ReleaseLeases(*database_, ada_, paths, kRoot, Now());
  ASSERT_TRUE(released);
  EXPECT_THAT(released->paths, ElementsAre("a"));
  EXPECT_THAT(released->not_held, ElementsAre("nothing"));
  EXPECT_THAT(Release(bob_), IsEmpty());
  EXPECT_THAT(Release(ada_), ElementsAre("c"));
  EXPECT_THAT(Release(ada_), IsEmpty());
}

TEST_F(LeaseTest, OthersMayNotEdit) {
  Acquire(ada_, {"src/**/*.cc"});
  EXPECT_THAT(Forbidding("src/a.cc"), ElementsAre("ada"));
  EXPECT_THAT(Forbidding("/home/ada/hive/src/a.cc"), ElementsAre("ada"));
  EXPECT_THAT(Forbidding("src/a.cc", {.agent = bob_.number}), ElementsAre("ada"));
  EXPECT_THAT(Forbidding("src/a.cc", {.agent = ada_.number}), IsEmpty());
  EXPECT_THAT(Forbidding("src/a.h"), IsEmpty());
  EXPECT_THAT(Forbidding("/etc/passwd"), IsEmpty());
}

TEST_F(LeaseTest, TheHoldersOwnClientMayEdit) {
  LiveIn(ada_, "5f3c");
  LiveIn(bob_, "77aa");
  Acquire(ada_, {"a"});
  EXPECT_THAT(Forbidding("a", {.client_session = "5f3c"}), IsEmpty());
  EXPECT_THAT(Forbidding("a", {.client_session = "77aa"}), ElementsAre("ada"));
  EXPECT_THAT(Forbidding("a", {.client_session = ""}), ElementsAre("ada"));
}

TEST_F(LeaseTest, WhatIsSharedIsEditedByThoseWhoShareIt) {
  Acquire(ada_, {"src/"}, LeaseMode::kShared);
  Acquire(bob_, {"src/a.cc"}, LeaseMode::kShared);
  EXPECT_THAT(Forbidding("src/a.cc"), UnorderedElementsAre("ada", "bob"));
  EXPECT_THAT(Forbidding("src/a.cc", {.agent = bob_.number}), IsEmpty());
  EXPECT_THAT(Forbidding("src/b.cc", {.agent = bob_.number}), ElementsAre("ada"));
}

TEST_F(LeaseTest, OneAgentCannotTakeEverything) {
  std::vector<std::string> names;
  for (int i = 0; i < limits::kMaxAgentLeases; ++i) names.push_back("f" + std::to_string(i));
  const Paths paths(names.begin(), names.end());
  EXPECT_EQ(Acquire(ada_, paths).size(), limits::kMaxAgentLeases);
  const auto more = Try(ada_, {"one-more"});
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, ErrorCode::kTooLarge);
  EXPECT_THAT(more.error().message, HasSubstr("lease_release"));
  EXPECT_EQ(Acquire(ada_, paths).size(), limits::kMaxAgentLeases) << "to renew is no more";
}

TEST_F(LeaseTest, NamesTheFirstOfManyInTheWay) {
  std::vector<std::string> names;
  for (int i = 0; i < 30; ++i) names.push_back("f" + std::to_string(i));
  Acquire(ada_, Paths(names.begin(), names.end()));
  const auto tried = Try(bob_, {"f*", "**"});
  ASSERT_TRUE(tried);
  EXPECT_EQ(tried->obstacles.size(), limits::kMaxObstacles);
}

TEST_F(LeaseTest, WrongPathsAreRefused) {
  EXPECT_EQ(Try(ada_, {"../x"}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(Try(ada_, {"a", ""}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(Release(ada_), IsEmpty());
}

TEST_F(LeaseTest, AnAgentsOwnAreListedByThemselves) {
  Acquire(ada_, {"a", "b"});
  Acquire(bob_, {"c"}, LeaseMode::kShared);
  EXPECT_EQ(CountLeases(*database_, Now()), 3);
  const std::vector<Lease> leases = LeasesOf(*database_, ada_, Now());
  ASSERT_EQ(leases.size(), 2U);
  EXPECT_EQ(leases[0].path, "a");
  EXPECT_EQ(leases[0].mode, LeaseMode::kExclusive);
  now_ms_ += 61'000;
  EXPECT_THAT(LeasesOf(*database_, ada_, Now()), IsEmpty());
  EXPECT_EQ(CountLeases(*database_, Now()), 0);
}

}  // namespace
}  // namespace skep::swarm
