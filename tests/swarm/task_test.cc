#include "swarm/task.h"

#include <gtest/gtest.h>

#include "swarm/swarm_fixture.h"

namespace skep::swarm {
namespace {

class TaskRows : public SwarmFixture {};

TEST_F(TaskRows, AreListedByAgeAndPageByPage) {
  Start(Topology::kStar);
  std::vector<std::int64_t> made;
  for (int i = 0; i < 5; ++i) made.push_back(Make("t" + std::to_string(i)));
  std::vector<std::int64_t> seen;
  std::int64_t after = 0;
  for (bool more = true; more;) {
    const TaskPage page = ListTasks(*database_, swarm_, std::nullopt, after, 2);
    for (const Task& task : page.tasks) seen.push_back(task.number);
    after = seen.back();
    more = page.more;
  }
  EXPECT_EQ(seen, made);
}

TEST_F(TaskRows, AreListedAndCountedByState) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  const auto first = Make("first");
  Make("second");
  ASSERT_EQ(ClaimFor(agent), first);
  const auto counts = CountTasks(*database_, swarm_);
  EXPECT_EQ(counts[static_cast<std::size_t>(TaskState::kClaimed)], 1);
  EXPECT_EQ(counts[static_cast<std::size_t>(TaskState::kReady)], 1);
  const TaskPage claimed = ListTasks(*database_, swarm_, TaskState::kClaimed, 0, 10);
  ASSERT_EQ(claimed.tasks.size(), 1U);
  EXPECT_EQ(claimed.tasks[0].title, "first");
}

TEST_F(TaskRows, AreFoundByTheirIdOnly) {
  Start(Topology::kStar);
  const auto task = Make("a");
  EXPECT_EQ(FindTask(*database_, TaskId(task))->number, task);
  for (const std::string_view id : {"a", "", "tk_", "tk_00000z", "ag_000001"}) {
    const auto none = FindTask(*database_, id);
    ASSERT_FALSE(none) << id;
    EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  }
}

TEST_F(TaskRows, TheNewestOfAStateComeFirst) {
  Start(Topology::kStar);
  const std::int64_t first = Make("first");
  const std::int64_t second = Make("second");
  const auto newest = NewestTasks(*database_, swarm_, TaskState::kReady, 10);
  ASSERT_EQ(newest.size(), 2U);
  EXPECT_EQ(newest[0].number, second);
  EXPECT_EQ(newest[1].number, first);
  EXPECT_EQ(NewestTasks(*database_, swarm_, TaskState::kReady, 1).size(), 1U);
  EXPECT_TRUE(NewestTasks(*database_, swarm_, TaskState::kFailed, 10).empty());
}

}  // namespace
}  // namespace skep::swarm
