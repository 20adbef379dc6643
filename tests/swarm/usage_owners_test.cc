#include "swarm/usage_owners.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "swarm/session.h"
#include "swarm/swarm_fixture.h"

namespace skep::swarm {
namespace {

class UsageOwnersTest : public SwarmFixture {
 protected:
  void SetUp() override {
    SwarmFixture::SetUp();
    Start(Topology::kStar);
  }

  /// An agent that lives in a session which its client calls so.
  std::int64_t SpawnIn(std::string_view client_session) {
    const auto process = OpenProcess(*database_, "p", 1, 1, now_);
    const auto session = OpenSession(
        *database_, process, ++serial_,
        {.name = "claude-code", .version = "2", .session = std::string(client_session), .directory = "/"}, now_);
    const auto agent = Spawn();
    static constexpr store::Sql kBind{"UPDATE agents SET session = ?2 WHERE id = ?1"};
    database_->Execute(kBind, agent, session);
    return agent;
  }
  UsageRecord Record(std::string_view session = "s1") {
    return {.at_ms = now_.wall_ms,
            .source = UsageSource::kEvent,
            .request_id = {},
            .operation = "main",
            .model = "m",
            .client = "claude-code",
            .client_session = std::string(session),
            .figures = {.input_tokens = 1}};
  }
  UsageRecord Attributed(UsageRecord record, std::int64_t since_ms = 0) {
    record.since_ms = since_ms;
    UsageOwners(*database_).Attribute(record);
    return record;
  }

  std::int64_t serial_ = 0;
};

TEST_F(UsageOwnersTest, UsageIsThatOfTheOneAgentInTheSessionAndOfTheTaskItHeld) {
  const auto agent = SpawnIn("s1");
  const auto task = Make("work");
  EXPECT_EQ(Attributed(Record()).agent, agent);
  Pass(1000);
  const std::int64_t before_ms = now_.wall_ms - 1;
  ASSERT_EQ(ClaimFor(agent), task);
  Pass(1000);
  const UsageRecord during = Record();
  EXPECT_EQ(Attributed(during).task, task);
  EXPECT_EQ(Attributed(during).swarm, swarm_.number);
  EXPECT_EQ(Attributed(during, before_ms).task, 0) << "it began before the task was claimed";
  Pass(1000);
  Say(task, Report::kSucceeded);
  EXPECT_EQ(Attributed(during, during.at_ms).task, task) << "told after the task has ended";
  Pass(1000);
  EXPECT_EQ(Attributed(Record()).task, 0) << "used after the task has ended";
}

TEST_F(UsageOwnersTest, OfSeveralAgentsInOneSessionNobodyCanTellWhoseItIs) {
  SpawnIn("s1");
  SpawnIn("s1");
  const UsageRecord record = Attributed(Record());
  EXPECT_EQ(record.agent, 0);
  EXPECT_EQ(record.swarm, swarm_.number);
  const UsageRecord stray = Attributed(Record(""));
  EXPECT_EQ(stray.swarm, 0);
}

TEST_F(UsageOwnersTest, ManyRecordsOfASessionAreLookedUpOnce) {
  const auto agent = SpawnIn("s1");
  const auto task = Make("work");
  ASSERT_EQ(ClaimFor(agent), task);
  Pass(1000);
  UsageRecord during = Record();
  Pass(1000);
  Say(task, Report::kSucceeded);
  UsageOwners owners(*database_);
  owners.Attribute(during);
  EXPECT_EQ(during.task, task);
  static constexpr store::Sql kForget{"UPDATE agents SET session = 0"};
  database_->Execute(kForget);
  UsageRecord next = Record();
  owners.Attribute(next);
  EXPECT_EQ(next.agent, agent) << "as it was when the transaction began";
}

}  // namespace
}  // namespace skep::swarm
