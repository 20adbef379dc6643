#include "swarm/session.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "swarm/agent.h"
#include "swarm/memory_fixture.h"
#include "swarm/swarm.h"

namespace skep::swarm {
namespace {

using store::Sql;

class SessionTest : public MemoryFixture {
 protected:
  void SetUp() override {
    MemoryFixture::SetUp();
    auto swarm = CreateSwarm(*database_, {.topology = Topology::kStar, .max_agents = 8}, now_ms_);
    ASSERT_TRUE(swarm) << swarm.error().message;
    swarm_ = *std::move(swarm);
  }

  Moment now() const { return {.wall_ms = now_ms_, .boot_ms = 1000}; }
  std::int64_t Process(const char* token, std::int64_t boot = 7) {
    return OpenProcess(*database_, token, 1, boot, now());
  }
  Agent Spawn(std::int64_t session) {
    auto agent = SpawnAgent(*database_, swarm_, {.type = "coder", .session = session}, now_ms_);
    EXPECT_TRUE(agent) << agent.error().message;
    return *std::move(agent);
  }
  AgentState StateOf(const Agent& agent) { return FindAgent(*database_, swarm_, agent.id())->state; }
  void Lease(const Agent& agent) {
    static constexpr Sql kLease{
        "INSERT INTO leases (path, mode, swarm, agent, epoch, acquired_ms, deadline) "
        "VALUES ('src/' || ?2, 'exclusive', ?1, ?2, 1, 0, 9000)"};
    database_->Execute(kLease, swarm_.number, agent.number);
  }
  std::int64_t Leases() {
    static constexpr Sql kLeases{"SELECT count(*) FROM leases"};
    return Number(kLeases);
  }
  std::int64_t Alive() {
    static constexpr Sql kAlive{"SELECT sum(alive_agents) FROM swarms"};
    return Number(kAlive);
  }
  /// A task that the agent works on.
  void Work(const Agent& agent) {
    static constexpr Sql kTask{
        "INSERT INTO tasks (swarm, title, priority, state, owner, epoch, deadline, attempts, max_attempts, created_ms) "
        "VALUES (?1, 't', 1, 'claimed', ?2, 1, 9000, 1, 3, 0)"};
    static constexpr Sql kBusy{"UPDATE agents SET state = 'busy', task = ?2, load = 1 WHERE id = ?1"};
    database_->Execute(kTask, swarm_.number, agent.number);
    database_->Execute(kBusy, agent.number, database_->last_insert_id());
  }
  std::int64_t Ready() {
    static constexpr Sql kReady{"SELECT count(*) FROM tasks WHERE state = 'ready'"};
    return Number(kReady);
  }

  Swarm swarm_;
  const ClientIdentity client_{.name = "bees", .version = "2", .session = "s", .directory = "/d"};
};

TEST_F(SessionTest, AProcessAndItsSessionsHaveOneRowEach) {
  const auto process = Process("aa");
  EXPECT_EQ(Process("aa"), process);
  EXPECT_NE(Process("bb"), process);
  const auto session = OpenSession(*database_, process, 1, client_, now());
  EXPECT_EQ(OpenSession(*database_, process, 1, client_, now()), session);
  EXPECT_NE(OpenSession(*database_, process, 2, client_, now()), session);
  EXPECT_EQ(FindSession(*database_, process, 1), session);
  EXPECT_EQ(FindSession(*database_, process, 3), std::nullopt);
  EXPECT_EQ(ClientOf(*database_, session), "bees");
  EXPECT_EQ(ClientOf(*database_, 99), "");
}

TEST_F(SessionTest, ItsEndTakesItsAgentsOfflineAndReleasesWhatTheyHeld) {
  const auto process = Process("aa");
  const auto session = OpenSession(*database_, process, 1, client_, now());
  const auto other = OpenSession(*database_, process, 2, client_, now());
  const Agent gone = Spawn(session);
  const Agent stays = Spawn(other);
  const Agent free = Spawn(0);
  for (const Agent& agent : {gone, stays, free}) {
    Lease(agent);
    Work(agent);
  }
  CloseSession(*database_, session, now());
  EXPECT_EQ(StateOf(gone), AgentState::kOffline);
  EXPECT_EQ(StateOf(stays), AgentState::kBusy);
  EXPECT_EQ(StateOf(free), AgentState::kBusy);
  EXPECT_EQ(Leases(), 2);
  EXPECT_EQ(Ready(), 1);
  EXPECT_EQ(Alive(), 2);
  EXPECT_EQ(FindSession(*database_, process, 1), std::nullopt);
}

TEST_F(SessionTest, EndsOnce) {
  const auto session = OpenSession(*database_, Process("aa"), 1, client_, now());
  Agent agent = Spawn(session);
  CloseSession(*database_, session, now());
  agent = *FindAgent(*database_, swarm_, agent.id());
  ASSERT_TRUE(BindAgent(*database_, swarm_, agent, 0, now_ms_));
  CloseSession(*database_, session, now());
  EXPECT_EQ(StateOf(agent), AgentState::kIdle);
  EXPECT_EQ(Alive(), 1);
}

TEST_F(SessionTest, AnAgentThatActedElsewhereSinceDoesNotEndWithIt) {
  const auto process = Process("aa");
  const auto first = OpenSession(*database_, process, 1, client_, now());
  const auto second = OpenSession(*database_, process, 2, client_, now());
  Agent agent = Spawn(first);
  ASSERT_TRUE(BindAgent(*database_, swarm_, agent, second, now_ms_));
  CloseSession(*database_, first, now());
  EXPECT_EQ(StateOf(agent), AgentState::kIdle);
}

TEST_F(SessionTest, AnAgentThatHoldsSomethingInAnOpenSessionIsNotTakenOver) {
  const auto process = Process("aa");
  const auto one = OpenSession(*database_, process, 1, client_, now());
  const auto other = OpenSession(*database_, process, 2, client_, now());
  const auto bind = [&](const Agent& agent, std::int64_t session) {
    Agent now_there = *FindAgent(*database_, swarm_, agent.id());
    return BindAgent(*database_, swarm_, now_there, session, now_ms_);
  };
  const Agent idle = Spawn(one);
  EXPECT_TRUE(bind(idle, other));
  const Agent works = Spawn(one);
  Work(works);
  const auto refused = bind(works, other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  const Agent leases = Spawn(one);
  Lease(leases);
  EXPECT_FALSE(bind(leases, other));
  // A single call from a shell leaves it where it lives.
  EXPECT_TRUE(bind(works, 0));
  CloseSession(*database_, one, now());
  EXPECT_EQ(Ready(), 1);
  EXPECT_TRUE(bind(works, other));
}

TEST_F(SessionTest, AProcessEndsWithAllItsSessions) {
  const auto process = Process("aa");
  Process("bb");
  const Agent agent = Spawn(OpenSession(*database_, process, 1, client_, now()));
  ASSERT_EQ(LiveProcesses(*database_).size(), 2U);
  EndProcess(*database_, process, now());
  EXPECT_EQ(StateOf(agent), AgentState::kOffline);
  ASSERT_EQ(LiveProcesses(*database_).size(), 1U);
  EXPECT_EQ(LiveProcesses(*database_)[0].token, "bb");
  EXPECT_EQ(FindProcess(*database_, "aa"), std::nullopt);
  EndProcess(*database_, process, now());
}

TEST_F(SessionTest, AfterABootNothingIsHeldAnyMore) {
  const Agent lived = Spawn(OpenSession(*database_, Process("aa"), 1, client_, now()));
  const Agent free = Spawn(0);
  for (const Agent& agent : {lived, free}) {
    Lease(agent);
    Work(agent);
  }
  Process("bb");
  EXPECT_EQ(Leases(), 2) << "the same boot";
  Process("cc", 8);
  EXPECT_EQ(StateOf(lived), AgentState::kOffline);
  EXPECT_EQ(StateOf(free), AgentState::kIdle);
  EXPECT_EQ(Leases(), 0);
  EXPECT_EQ(Ready(), 2);
  ASSERT_EQ(LiveProcesses(*database_).size(), 1U);
}

}  // namespace
}  // namespace skep::swarm
