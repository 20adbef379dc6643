#include "swarm/task_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "swarm/swarm_fixture.h"

namespace skep::swarm {
namespace {

using testing::HasSubstr;

class TaskGraph : public SwarmFixture {
 protected:
  Expected<Orchestrated> Try(std::vector<TaskRequest> parts, Orchestration strategy = Orchestration::kParallel) {
    return Orchestrate(*database_, swarm_, {.title = "whole", .body = "", .required = "", .dependencies = {}}, parts,
                       strategy, now_);
  }
  static TaskRequest Part(std::string_view title, std::span<const std::string_view> dependencies = {}) {
    return {.title = title, .body = "", .required = "", .dependencies = dependencies};
  }
};

TEST_F(TaskGraph, ATaskWithPartsEndsWithTheLastOfThem) {
  Start(Topology::kStar);
  const auto made = Try({Part("a"), Part("b")});
  ASSERT_TRUE(made);
  const auto agent = Spawn();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(StateOf(made->task.number), TaskState::kBlocked);
    const auto task = ClaimFor(agent);
    EXPECT_NE(task, made->task.number);
    Say(task, Report::kSucceeded);
  }
  EXPECT_EQ(StateOf(made->task.number), TaskState::kSucceeded);
}

TEST_F(TaskGraph, AWholeFailsWhenAPartDoesAndOnlyWhenAllHaveEnded) {
  Start(Topology::kStar);
  const auto made = Try({{.title = "a", .body = "", .required = "", .dependencies = {}, .max_attempts = 1}, Part("b")});
  ASSERT_TRUE(made);
  const auto agent = Spawn();
  ASSERT_EQ(ClaimFor(agent), made->parts[0].number);
  Say(made->parts[0].number, Report::kFailed);
  EXPECT_EQ(StateOf(made->task.number), TaskState::kBlocked);
  ASSERT_EQ(ClaimFor(agent), made->parts[1].number);
  Say(made->parts[1].number, Report::kSucceeded);
  EXPECT_EQ(StateOf(made->task.number), TaskState::kFailed);
}

TEST_F(TaskGraph, SequentialPartsComeOneAfterTheOther) {
  Start(Topology::kStar);
  const auto made = Try({Part("a"), Part("b"), Part("c")}, Orchestration::kSequential);
  ASSERT_TRUE(made);
  const auto one = Spawn();
  const auto two = Spawn();
  for (const Task& part : made->parts) {
    EXPECT_EQ(ClaimFor(one), part.number);
    EXPECT_EQ(ClaimFor(two), 0);
    Say(part.number, Report::kSucceeded);
  }
}

TEST_F(TaskGraph, PartsMayNeedOneAnotherByTitleOrPlace) {
  Start(Topology::kStar);
  static constexpr std::string_view kByTitle[] = {"build"};
  static constexpr std::string_view kByPlace[] = {"1"};
  const auto made = Try({Part("build"), Part("test", kByTitle), Part("ship", kByPlace)});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->parts[0].state, TaskState::kReady);
  EXPECT_EQ(made->parts[1].state, TaskState::kBlocked);
  EXPECT_EQ(Dependencies(*database_, made->parts[2].number), std::vector{made->parts[0].number});
}

TEST_F(TaskGraph, ACircleIsRefusedWithItsPath) {
  Start(Topology::kStar);
  static constexpr std::string_view kA[] = {"a"};
  static constexpr std::string_view kB[] = {"b"};
  static constexpr std::string_view kC[] = {"c"};
  const auto made = Try({Part("a", kB), Part("b", kC), Part("c", kA)});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr(R"("a" needs "b" needs "c" needs "a")"));
  const auto itself = Try({Part("a", kA)});
  ASSERT_FALSE(itself);
  EXPECT_THAT(itself.error().message, HasSubstr(R"("a" needs "a")"));
}

TEST_F(TaskGraph, WhatCanNeverBeginIsRefused) {
  Start(Topology::kStar);
  const auto failed = Make("fails", Priority::kMedium, "", {}, 1);
  ASSERT_EQ(ClaimFor(Spawn()), failed);
  Say(failed, Report::kFailed);
  const std::string id = TaskId(failed);
  const std::string_view needs[] = {id};
  const auto made = Orchestrate(*database_, swarm_, {.title = "x", .body = "", .required = "", .dependencies = needs},
                                {}, Orchestration::kParallel, now_);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("could never begin"));
}

TEST_F(TaskGraph, WhatHasSucceededBlocksNothingAndIsStillNeeded) {
  Start(Topology::kStar);
  const auto done = Make("done");
  ASSERT_EQ(ClaimFor(Spawn()), done);
  Say(done, Report::kSucceeded);
  const std::string id = TaskId(done);
  EXPECT_EQ(StateOf(Make("alone", Priority::kMedium, "", {id})), TaskState::kReady);
  const std::string_view needs[] = {id};
  const TaskRequest parts[] = {Part("a"), Part("b", needs)};
  const auto made = Orchestrate(*database_, swarm_, {.title = "x", .body = "", .required = "", .dependencies = needs},
                                parts, Orchestration::kSequential, now_);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->parts[0].state, TaskState::kReady);
  EXPECT_EQ(Dependencies(*database_, made->parts[0].number), std::vector{done});
  EXPECT_EQ(Dependencies(*database_, made->parts[1].number), (std::vector{done, made->parts[0].number}));
  EXPECT_EQ(made->parts[1].blockers, 1);
}

TEST_F(TaskGraph, AdaptiveSaysWhatItChoseAndWhy) {
  Start(Topology::kStar);
  Spawn();
  const auto alone = Try({Part("a"), Part("b")}, Orchestration::kAdaptive);
  ASSERT_TRUE(alone);
  EXPECT_EQ(alone->chosen, Orchestration::kSequential);
  EXPECT_THAT(alone->because, HasSubstr("1 agent is alive"));
  Spawn();
  const auto two = Try({Part("a"), Part("b")}, Orchestration::kAdaptive);
  ASSERT_TRUE(two);
  EXPECT_EQ(two->chosen, Orchestration::kParallel);
  EXPECT_THAT(two->because, HasSubstr("too little was measured"));
}

TEST_F(TaskGraph, DealingOutGoesByCapabilityAndMeasuredSpeed) {
  Start(Topology::kStar);
  const auto fast = Spawn();
  const auto slow = Spawn();
  const auto measure = [&](std::int64_t agent, std::int64_t ms) {
    const auto task = Make("measured");
    ASSERT_EQ(ClaimFor(agent), task);
    Pass(ms);
    Say(task, Report::kSucceeded);
  };
  measure(fast, 1000);
  measure(slow, 5000);
  const auto capable = Spawn("coder", {"rust"});
  std::vector<TaskRequest> requests(4, Part("t"));
  requests.push_back({.title = "r", .body = "", .required = "rust", .dependencies = {}});
  requests.push_back({.title = "n", .body = "", .required = "cobol", .dependencies = {}});
  const auto dealt = DealOut(*database_, swarm_, requests, now_);
  ASSERT_TRUE(dealt) << dealt.error().message;
  int to_fast = 0;
  for (std::size_t i = 0; i < 4; ++i) to_fast += (*dealt)[i].agent == fast ? 1 : 0;
  EXPECT_EQ(to_fast, 3);
  EXPECT_EQ((*dealt)[4].agent, capable);
  EXPECT_EQ((*dealt)[5].agent, 0);
  EXPECT_THAT((*dealt)[5].because, HasSubstr("cobol"));
  EXPECT_EQ(ClaimFor(slow), 0) << "what was assigned to another is that one's";
}

}  // namespace
}  // namespace skep::swarm
