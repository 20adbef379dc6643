#include "metrics/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/id.h"
#include "base/limits.h"
#include "metrics/metrics_fixture.h"
#include "metrics/page_parts.h"
#include "swarm/agent.h"
#include "swarm/claim.h"
#include "swarm/task_graph.h"
#include "swarm/task_update.h"

namespace skep::metrics {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kPlots[] = {"plot-latency", "plot-throughput", "plot-errors", "plot-waits",  "plot-tasks",
                                       "plot-times",   "plot-agents",     "plot-store",  "plot-groups", "plot-memory",
                                       "plot-cpu",     "plot-load",       "plot-loop"};

class Pages : public MetricsFixture {
 protected:
  swarm::Swarm MakeSwarm(std::string_view name) {
    return *swarm::CreateSwarm(
        *database_, {.topology = swarm::Topology::kStar, .max_agents = 9, .name = name, .objective = ""}, now_.wall_ms);
  }
  /// An agent of that name does tasks of that title, one after the other and each for a second.
  void Work(swarm::Swarm& swarm, std::string_view agent, std::string_view title, int tasks) {
    const auto spawned = *swarm::SpawnAgent(
        *database_, swarm, {.type = "coder", .name = agent, .capabilities = {}, .parent = ""}, now_.wall_ms);
    swarm = *swarm::FindSwarm(*database_, swarm.id());
    for (int i = 0; i < tasks; ++i) {
      ASSERT_TRUE(swarm::Orchestrate(*database_, swarm, {.title = title, .body = ""}, {},
                                     swarm::Orchestration::kParallel, now_));
      const auto who = *swarm::FindAgent(*database_, swarm, spawned.id());
      const auto task = *swarm::ClaimTask(*database_, swarm, who, std::nullopt, now_)->task;
      now_.wall_ms += 1000;
      now_.boot_ms += 1000;
      ASSERT_TRUE(swarm::UpdateTask(
          *database_, {.task = task.number, .epoch = task.epoch, .report = swarm::Report::kSucceeded}, now_));
    }
  }
  /// A window with something of all that is plotted.
  void Measure() {
    const std::vector<Recorded> recorded = {Of("tool:memory_usage.store", {100'000, 2'000'000}, 1),
                                            Of("store:commit", {900'000}),
                                            Of("store:queue", {90'000}),
                                            Of("store:lock", {9'000}),
                                            Of("store:group", {3}),
                                            Of("loop:delay", {50'000}),
                                            Of("wait:task", {1'000'000'000})};
    AddToWindows(*database_, recorded, now_.wall_ms);
    Samples samples;
    samples["process:resident_bytes"].Add(10e6);
    samples["process:cpu_cores"].Add(0.25);
    samples["machine:load"].Add(1.5);
    AddSamples(*database_, {.pid = 1, .started_ms = 5}, samples, now_.wall_ms);
  }
  PageContents Read(const std::optional<swarm::Swarm>& swarm = std::nullopt) {
    return ReadPage(*database_, "/home/ada/shop", {.length_ms = kDayMs, .swarm = swarm}, now_.wall_ms + 1);
  }

  Moment now_{.wall_ms = kHour0 + 10'000, .boot_ms = 1'000'000};
};

TEST_F(Pages, ShowEachPlotAndTheSummary) {
  swarm::Swarm swarm = MakeSwarm("bees");
  Measure();
  Work(swarm, "ada", "design", 3);
  const std::string page = WritePage(Read());
  for (const std::string_view plot : kPlots) {
    EXPECT_THAT(page, HasSubstr("<svg id=\"" + std::string(plot) + "\"")) << plot;
  }
  for (const std::string_view line : {"Period", "Requests", "Most time", "Store", "Waits", "Tasks", "In parallel",
                                      "Processes", "Requirements", "Baseline"}) {
    EXPECT_THAT(page, HasSubstr("<dt>" + std::string(line) + "</dt>"));
  }
  EXPECT_THAT(page, AllOf(HasSubstr("2 requests in 1 window of 10 s"), HasSubstr("<td>tk_000001</td>"),
                          HasSubstr("tool:memory_usage.store"), HasSubstr("swarm bees (sw_000001)")));
  EXPECT_THAT(page, AllOf(Not(HasSubstr("nan")), Not(HasSubstr("inf ")), Not(HasSubstr("http"))));
}

TEST_F(Pages, WithoutDataSayWhy) {
  const std::string page = WritePage(Read());
  EXPECT_THAT(page, AllOf(HasSubstr("No data: nothing was measured in this period"),
                          HasSubstr("No task has ended in this period"),
                          HasSubstr("No agent has claimed a task in this period"),
                          HasSubstr("No data: there is no baseline yet"), HasSubstr("No alert was raised")));
  EXPECT_THAT(page, Not(HasSubstr("<svg")));
}

TEST_F(Pages, WhatUsersWroteStaysText) {
  swarm::Swarm swarm = MakeSwarm("<b>");
  Work(swarm, "\"><img src=x>", "<script>alert('x')</script>", 1);
  const std::string page = WritePage(Read(swarm));
  EXPECT_THAT(page, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("<img")), Not(HasSubstr("<b>"))));
  EXPECT_THAT(page, AllOf(HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"),
                          HasSubstr("&quot;&gt;&lt;img src=x&gt;"), HasSubstr("&lt;b&gt; (sw_000001)")));
}

TEST_F(Pages, OfSeveralSwarmsHaveTheCriticalPathOfTheOneWithTheMostTasks) {
  swarm::Swarm small = MakeSwarm("small");
  swarm::Swarm large = MakeSwarm("large");
  Work(small, "ada", "one", 1);
  Work(large, "bob", "many", 2);
  const PageContents contents = Read();
  EXPECT_EQ(contents.path_swarm, "large (sw_000002)");
  EXPECT_FALSE(contents.report.critical_path) << "the report is of all swarms";
  EXPECT_EQ(contents.report.tasks.all.succeeded, 3);
  EXPECT_EQ(Read(small).path_swarm, "small (sw_000001)");
  EXPECT_EQ(Read(small).report.tasks.all.succeeded, 1);
}

TEST_F(Pages, AreBoundedWhateverTheProjectIs) {
  PageContents contents{.project = "/p"};
  contents.history = {.from_ms = kHour0, .to_ms = kHour0 + kPlotWindows * 10'000, .window_ms = 10'000};
  const std::string hostile(limits::kMaxTitle, '"');
  for (std::int64_t i = 0; i < kPlotWindows; ++i) {
    Window window{.start_ms = kHour0 + i * 10'000, .operation = "tool:a"};
    for (std::uint64_t value = 1; value < 1'000'000'000; value *= 3) window.values.Add(value);
    contents.history.requests.push_back(window);
    for (const auto* const name : {"store:commit", "store:queue", "store:lock", "store:group", "loop:delay"}) {
      contents.history.operations[name].push_back(window);
    }
    contents.history.processes.push_back({.start_ms = window.start_ms,
                                          .looks = 100,
                                          .resident_bytes = 12'345'678,
                                          .resident_most = 12'345'678,
                                          .cores = 0.123,
                                          .load = 2.5});
    contents.history.ended.push_back({window.start_ms, 100, 100, 100});
  }
  for (std::size_t i = 0; i < limits::kMaxOperations; ++i) {
    Window window{.operation = "tool:" + std::string(100, 'x') + std::to_string(i)};
    window.values.Add(1'234'567);
    contents.report.operations.push_back({.now = window});
  }
  CriticalPath path{.chain_ms = 1, .tasks = 40'000};
  for (std::int64_t i = 0; i < 40'000; ++i) {
    path.steps.push_back({.task = i, .begin_ms = kHour0 + i, .end_ms = kHour0 + i, .work_ms = 1});
    contents.titles[i] = hostile;
  }
  contents.path = path;
  for (std::size_t i = 0; i < kListedClaims; ++i) {
    contents.claims.claims.push_back({.agent = static_cast<std::int64_t>(i % 50),
                                      .agent_name = std::string(limits::kMaxName, '"'),
                                      .task = static_cast<std::int64_t>(i),
                                      .title = hostile,
                                      .begin_ms = kHour0 + static_cast<std::int64_t>(i),
                                      .end_ms = kHour0 + static_cast<std::int64_t>(i) + 5});
  }
  for (int i = 0; i < 20; ++i) contents.report.alerts.push_back({.message = hostile});
  const std::string page = WritePage(contents);
  EXPECT_LT(page.size(), 2U * 1000 * 1000);
  EXPECT_THAT(page, HasSubstr("at most the 40 agents"));
}

TEST(ListedSteps, AreThoseWithTheMostWorkInTheirOrder) {
  CriticalPath path;
  for (std::int64_t i = 0; i < 150; ++i) {
    path.steps.push_back({.task = i, .end_ms = i, .work_ms = i == 3 ? 1000 : i});
  }
  const auto steps = ListedSteps(path);
  ASSERT_EQ(steps.size(), kListedSteps);
  EXPECT_EQ(steps[0].task, 3);
  EXPECT_EQ(steps[1].task, 51);
  EXPECT_EQ(steps.back().task, 149);
}

TEST_F(Pages, ATimelineBeginsAfterALongRest) {
  swarm::Swarm swarm = MakeSwarm("bees");
  Work(swarm, "early", "morning", 1);
  now_.wall_ms += 10 * kHourMs;
  now_.boot_ms += 10 * kHourMs;
  Work(swarm, "late", "evening", 2);
  const std::string page = AgentSection(Read(swarm));
  EXPECT_THAT(page, AllOf(HasSubstr("2 claims in 2.00 s"), HasSubstr("before that nobody worked for 10.0 h")));
}

}  // namespace
}  // namespace skep::metrics
