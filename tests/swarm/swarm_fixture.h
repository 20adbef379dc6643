#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "store/database.h"
#include "support/temp_directory.h"
#include "swarm/agent.h"
#include "swarm/claim.h"
#include "swarm/swarm.h"
#include "swarm/task.h"
#include "swarm/task_graph.h"
#include "swarm/task_update.h"

namespace skep::swarm {

/// A database of the test's own with one swarm, and short ways to work in it. Time stands still unless a test moves it.
class SwarmFixture : public testing::Test {
 protected:
  void SetUp() override {
    auto database = store::Database::Open(directory_ / "skep.db", store::Database::Mode::kReadWrite, {.fsync = false});
    ASSERT_TRUE(database) << database.error().message;
    database_ = *std::move(database);
  }

  /// Whatever was done, the agents' counts are those of the tasks.
  void TearDown() override {
    ASSERT_FALSE(database_->error()) << database_->error()->message;
    static constexpr store::Sql kWrong{
        "SELECT count(*) FROM agents AS a WHERE a.queued <> (SELECT count(*) FROM tasks AS t WHERE t.queue = a.id "
        "AND t.state = 'ready' AND t.not_before_ms = 0) OR a.load <> a.queued + (SELECT count(*) FROM tasks AS t "
        "WHERE t.owner = a.id AND t.state = 'claimed')"};
    store::Cursor row = database_->Query(kWrong);
    ASSERT_TRUE(row.Next());
    EXPECT_EQ(row.Int(0), 0) << "agents' counts differ from their tasks";
  }

  void Start(Topology topology, std::int64_t max_agents = 100) {
    auto made = CreateSwarm(*database_, {.topology = topology, .max_agents = max_agents, .name = "", .objective = ""},
                            now_.wall_ms);
    ASSERT_TRUE(made) << made.error().message;
    swarm_ = *std::move(made);
  }

  std::int64_t Spawn(std::string_view type = "coder", std::vector<std::string_view> capabilities = {},
                     std::string_view parent = "") {
    auto agent = SpawnAgent(*database_, swarm_,
                            {.type = type, .name = "", .capabilities = capabilities, .parent = parent}, now_.wall_ms);
    EXPECT_TRUE(agent) << agent.error().message;
    Refresh();
    return agent ? agent->number : 0;
  }

  Agent AgentOf(std::int64_t number) {
    auto agent = FindAgent(*database_, swarm_, Id(number));
    EXPECT_TRUE(agent) << agent.error().message;
    return agent ? *std::move(agent) : Agent();
  }
  static std::string Id(std::int64_t agent) {
    Agent named;
    named.number = agent;
    return named.id();
  }
  void Refresh() { swarm_ = *FindSwarm(*database_, swarm_.id()); }

  std::int64_t Make(std::string_view title, Priority priority = Priority::kMedium, std::string_view required = "",
                    std::vector<std::string_view> dependencies = {}, std::int64_t max_attempts = 3) {
    auto made = Orchestrate(*database_, swarm_,
                            {.title = title,
                             .body = "",
                             .priority = priority,
                             .required = required,
                             .dependencies = dependencies,
                             .max_attempts = max_attempts},
                            {}, Orchestration::kParallel, now_);
    EXPECT_TRUE(made) << made.error().message;
    return made ? made->task.number : 0;
  }

  Expected<Claim> TryClaim(std::int64_t agent, std::optional<std::int64_t> wanted = {}) {
    return ClaimTask(*database_, swarm_, AgentOf(agent), wanted, now_);
  }
  /// The number of the task that an agent is given; 0: none.
  std::int64_t ClaimFor(std::int64_t agent) {
    const auto claim = TryClaim(agent);
    EXPECT_TRUE(claim) << claim.error().message;
    return claim && claim->task ? claim->task->number : 0;
  }
  Expected<Updated> TryReport(std::int64_t task, Report report, std::int64_t epoch,
                              std::optional<std::string_view> result = {}) {
    return UpdateTask(
        *database_, {.task = task, .epoch = epoch, .report = report, .result = result, .note = {}, .usage = {}}, now_);
  }
  /// What its present owner says.
  void Say(std::int64_t task, Report report, std::optional<std::string_view> result = {}) {
    const auto updated = TryReport(task, report, TaskOf(task).epoch, result);
    EXPECT_TRUE(updated) << updated.error().message;
  }

  Task TaskOf(std::int64_t number) { return ReadTask(*database_, number).value_or(Task()); }
  TaskState StateOf(std::int64_t number) { return TaskOf(number).state; }

  void Pass(std::int64_t ms) {
    now_.wall_ms += ms;
    now_.boot_ms += ms;
  }

  TempDirectory directory_;
  std::unique_ptr<store::Database> database_;
  Swarm swarm_;
  Moment now_ = {.wall_ms = 1'700'000'000'000, .boot_ms = 5'000'000};
};

}  // namespace skep::swarm
