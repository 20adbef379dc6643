// What may hold a swarm up: which causes are tried, and what was measured of each.
#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "base/id.h"
#include "base/printable.h"
#include "metrics/alerts.h"
#include "metrics/bottleneck.h"
#include "metrics/samples.h"
#include "swarm/routing.h"

namespace skep::metrics {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kNextRequired{
    "SELECT requires FROM tasks WHERE swarm = ?1 AND state = 'ready' AND not_before_ms = 0 AND requires > ?2 "
    "ORDER BY requires LIMIT 1"};
constexpr Sql kWaiting{
    "SELECT count(*) FROM (SELECT 1 FROM tasks WHERE swarm = ?1 AND requires = ?2 AND state = 'ready' "
    "AND not_before_ms = 0 LIMIT ?3)"};

/// Slow agents, and starved capabilities, that are tried.
constexpr std::size_t kMostTried = 2;
/// Different capabilities of ready tasks that are looked at, and tasks that are counted of each.
constexpr int kMostRequired = 64;
constexpr std::int64_t kMostWaiting = 10'000;
/// Agents that work this share of their time are busy: more of them would help.
constexpr double kBusy = 0.7;
/// Work comes over time when its arrivals are spread over this share of the run…
constexpr double kSpread = 0.5;
/// …and faster than it is done when what comes last waits so many times as long as what comes first.
constexpr double kGrows = 2;
/// A disk with less is about to be full: a busy project's log alone takes a third.
constexpr double kLittleSpace = 100e6;

std::string Agent(const WorkGraph::Agent& agent) {
  return fmt::format("{} ({})", Printable(agent.name), FormatId("ag", agent.number));
}

double Seconds(std::int64_t us) { return static_cast<double>(us) / 1e6; }

/// The last attempt's wait, as it was: from when it became ready to its claim. Nothing when it never waited.
std::optional<double> WaitedS(const WorkGraph& graph, const WorkGraph::Task& task) {
  if (task.pieces == 0 || task.ready_ms == 0) return std::nullopt;
  const WorkGraph::Piece& last = graph.pieces[task.first_piece + task.pieces - 1];
  return static_cast<double>(std::max<std::int64_t>(last.begin_ms - task.ready_ms, 0)) / 1000;
}

}  // namespace

void BottleneckAnalysis::Propose(const Replayed& was) {
  report_.replayed_s = was.open_s;
  worked_s_ = was.worked_s;
  there_ = was.open_s > 0 ? was.there_s / was.open_s : 0;
  if (was.there_s > 0) report_.utilisation = std::min(was.worked_s / was.there_s, 1.0);
  const WorkGraph& graph = reader_.graph();
  if (!graph.dependants.empty() && was.chain.size() > 1) {
    Scenario without = was_;
    without.dependencies = false;
    Try({.cause = Cause::kDependencyChain,
         .subject = swarm::TaskId(graph.tasks[was.chain.back()].number),
         .evidence =
             fmt::format("A chain of {} tasks, each of which needs the one before it, takes {:.1f} s of work one "
                         "after the other, from {} to {}.",
                         was.chain.size(), was.chain_s, swarm::TaskId(graph.tasks[was.chain.front()].number),
                         swarm::TaskId(graph.tasks[was.chain.back()].number)),
         .advice = "Take out dependencies that are not needed, cut the longest tasks of the chain, and give them a "
                   "high priority."},
        without, 0);
  }
  if (graph.wiring == swarm::Topology::kHierarchical || graph.wiring == swarm::Topology::kRing) {
    Scenario without = was_;
    without.routed = false;
    Try({.cause = Cause::kWrongQueue,
         .subject = std::string(Names(swarm::Topology{})[static_cast<std::size_t>(graph.wiring)]),
         .evidence =
             fmt::format("Work lay with those whom the {} topology gives it to, while others who are capable of "
                         "it were idle.",
                         Names(swarm::Topology{})[static_cast<std::size_t>(graph.wiring)]),
         .advice = "Use a star or mesh topology (swarm_init), or make the teams equally strong (agent_spawn with "
                   "parent)."},
        without, 0);
  }
  ProposeAgents(was);
  ProposeCapabilities();
  ProposeLeases();
  ProposeCalls();
  ProposeRetries();
  const double idle_s = report_.run_s - was.open_s;
  if (idle_s > 0 && Wanted(Cause::kUnclaimedWork)) {
    found_.push_back({.cause = Cause::kUnclaimedWork,
                      .saved_s = idle_s,
                      .evidence = fmt::format("Agents who were there left ready work unclaimed: the run took {:.1f} s, "
                                              "and {:.1f} s when they claim at once.",
                                              report_.run_s, was.open_s),
                      .advice = "Let agents wait with task_claim wait=60 rather than ask now and then."});
  }
}

void BottleneckAnalysis::ProposeAgents(const Replayed& was) {
  const WorkGraph& graph = reader_.graph();
  const std::vector<std::uint32_t> slow = pace_.Slow();
  for (const std::uint32_t agent : std::span(slow).first(std::min(slow.size(), kMostTried))) {
    Scenario without = was_;
    without.as_usual = agent;
    double took_s = 0;
    for (std::uint32_t i = 0; i < graph.agents[agent].pieces; ++i) {
      const WorkGraph::Piece& piece = graph.pieces[graph.by_agent[graph.agents[agent].first_piece + i]];
      took_s += static_cast<double>(piece.end_ms - piece.begin_ms) / 1000;
    }
    Try({.cause = Cause::kSlowAgent,
         .subject = graph.agents[agent].name,
         .evidence =
             fmt::format("{} takes {:.1f} times as long as the median agent for comparable work (over {} pieces "
                         "of it).",
                         Agent(graph.agents[agent]), pace_.slowness[agent], pace_.pieces[agent]),
         .advice = fmt::format("Find out what slows {} down, or replace it: agent_spawn another, and let it retire "
                               "(swarm_scale).",
                               graph.agents[agent].name)},
        without, took_s * (1 - 1 / pace_.slowness[agent]));
  }

  if (!report_.utilisation || *report_.utilisation < kBusy) return;
  Scenario twice = was_;
  twice.copies = 2;
  // In the order in which they came.
  const std::size_t third = graph.tasks.size() / 3;
  double first_s = 0;
  double last_s = 0;
  for (std::size_t i = 0; i < third; ++i) {
    first_s += Seconds(was.waited_us[i]) / static_cast<double>(third);
    last_s += Seconds(was.waited_us[was.waited_us.size() - 1 - i]) / static_cast<double>(third);
  }
  const double arrive_s = static_cast<double>(graph.tasks.back().made_ms - report_.from_ms) / 1000;
  const bool grows = arrive_s >= kSpread * report_.run_s && last_s >= kGrows * first_s &&
                     last_s * static_cast<double>(graph.tasks.size()) >= worked_s_;
  if (!grows) {
    trials_.push_back({{.cause = Cause::kTooFewAgents}, twice, true});
    return;
  }
  Try({.cause = Cause::kTooFewAgents,
       .evidence =
           fmt::format("Work comes faster than {} agents do it, who work {:.0f} % of their time: the first third "
                       "of {} tasks waited {:.1f} s each, the last third {:.1f} s.",
                       report_.agents, 100 * *report_.utilisation, report_.tasks, first_s, last_s),
       .advice = "More agents: swarm_scale, agent_spawn."},
      twice, worked_s_ / 2);
}

void BottleneckAnalysis::ProposeCapabilities() {
  const WorkGraph& graph = reader_.graph();
  struct Wait {
    std::uint32_t capability = 0;
    double sum_s = 0;
    std::int64_t tasks = 0;
  };
  std::vector<Wait> waits(graph.capabilities.size());
  for (const WorkGraph::Task& task : graph.tasks) {
    const auto waited = WaitedS(graph, task);
    if (!waited) continue;
    waits[task.capability].capability = task.capability;
    waits[task.capability].sum_s += *waited;
    ++waits[task.capability].tasks;
  }
  const Wait any = waits.front();
  std::erase_if(waits, [](const Wait& wait) { return wait.capability == 0; });
  std::ranges::sort(waits, [](const Wait& a, const Wait& b) { return a.sum_s > b.sum_s; });
  for (const Wait& wait : std::span(waits).first(std::min(waits.size(), kMostTried))) {
    const auto capable = std::ranges::count_if(graph.agents, [&](const WorkGraph::Agent& agent) {
      return agent.works && std::ranges::find(agent.capabilities, wait.capability) != agent.capabilities.end();
    });
    // What it takes to be starved: that others are served sooner.
    const double each_s = wait.sum_s / static_cast<double>(wait.tasks);
    const double others_s = any.tasks > 0 ? any.sum_s / static_cast<double>(any.tasks) : 0;
    if (capable == static_cast<std::int64_t>(report_.agents) || each_s <= others_s) continue;
    Scenario without = was_;
    without.for_all = wait.capability;
    const std::string name(Printable(graph.capabilities[wait.capability]));
    std::string evidence = fmt::format(
        "{} of {} tasks take the capability \"{}\", which {} of {} agents who worked have: "
        "they waited {:.1f} s each",
        wait.tasks, report_.tasks, name, capable, report_.agents, each_s);
    if (any.tasks > 0) {
      evidence += fmt::format(", those that take none {:.1f} s", others_s);
    }
    Try({.cause = Cause::kStarvedCapability,
         .subject = name,
         .evidence = evidence + ".",
         .advice = fmt::format("agent_spawn with capabilities=[\"{}\"], until there are enough.", name)},
        without, 0);
  }
}

void BottleneckAnalysis::ProposeLeases() {
  double work_s = 0;
  for (const WorkGraph::Piece& piece : reader_.graph().pieces) {
    work_s += static_cast<double>(piece.end_ms - piece.begin_ms) / 1000;
  }
  for (const auto& [path, figures] : paths_) {
    const double waited_s = static_cast<double>(figures.waited_ms) / 1000;
    // It is not recorded whose work it was that waited: all takes as much less as all waited together.
    const double share = work_s > 0 ? std::min(waited_s / work_s, 0.99) : 0;
    Scenario without = was_;
    without.work = 1 - share;
    TryShare(
        {.cause = Cause::kHotLease,
         .subject = path,
         .evidence = fmt::format("Calls waited {} times, {:.1f} s together, for a lease on {} (and were denied it {} "
                                 "times): {:.0f} % of the time that agents spent on tasks.",
                                 figures.waits, waited_s, Printable(path), figures.denials, 100 * share),
         .advice = "Lease less than that (single files, not globs), hold it only while editing, or split the file."},
        without, share);
  }
}

void BottleneckAnalysis::ProposeCalls() {
  if (!calls_) return;
  const double pieces = static_cast<double>(reader_.graph().pieces.size());
  // A piece of work takes two calls at least, its claim and its report. What they wait falls between pieces as far as
  // there is any time between them, else within the time that was measured of the piece. And whoever makes tasks one
  // after the other waits for each call.
  const auto without = [&](double us) {
    Scenario scenario = was_;
    scenario.sooner_us = static_cast<std::int64_t>(us);
    scenario.between_us = std::max<std::int64_t>(was_.between_us - scenario.sooner_us, 0);
    scenario.less_us = 2 * scenario.sooner_us - (was_.between_us - scenario.between_us);
    return scenario;
  };
  const auto share = [&](double us) { return worked_s_ > 0 ? 2 * us / 1e6 * pieces / worked_s_ : 0; };
  const CallCosts& calls = *calls_;
  TryShare(
      {.cause = Cause::kSlowDisk,
       .evidence = fmt::format("A commit takes {:.1f} ms (mean of {}), and calls wait {:.1f} ms for the store (mean of "
                               "{}), of which commits are the cause of {:.1f} ms.",
                               calls.commit_us / 1000, calls.groups, calls.queue_us / 1000, calls.calls,
                               (calls.disk_us - calls.commit_us) / 1000),
       .advice = "Put the project's data on a faster, local disk (SKEP_HOME)."},
      without(calls.disk_us), share(calls.disk_us));
  TryShare(
      {.cause = Cause::kOversizedBatch,
       .evidence = fmt::format("{} of {} groups of operations held the store for up to {:.1f} s, {:.0f} % of the time "
                               "that it was busy (the largest group: {} operations); a call waits {:.1f} ms for that "
                               "(mean of {}).",
                               calls.long_groups, calls.groups, static_cast<double>(calls.most_run_us) / 1e6,
                               100 * calls.busy_share_long, calls.most_group, calls.long_us / 1000, calls.calls),
       .advice = "Cut large calls (load_balance, task_orchestrate, batches of memory_usage) into smaller ones."},
      without(calls.long_us), share(calls.long_us));
  TryShare(
      {.cause = Cause::kSlowStore,
       .evidence = fmt::format("A group of operations takes {:.1f} ms without its commit (mean of {}), and calls wait "
                               "{:.1f} ms for it (mean of {}).",
                               calls.run_us / 1000, calls.groups, calls.work_us / 1000, calls.calls),
       .advice = "performance_report shows which operations take long."},
      without(calls.work_us), share(calls.work_us));
  if (!calls.loop_us) return;
  TryShare({.cause = Cause::kSlowLoop,
            .evidence = fmt::format("The thread that all calls go through is {:.1f} ms late (mean of {} looks).",
                                    *calls.loop_us / 1000, calls.loop_looks),
            .advice = "performance_report shows which calls take long; run fewer things on this machine."},
           without(*calls.loop_us), share(*calls.loop_us));
}

void BottleneckAnalysis::ProposeRetries() {
  std::int64_t wasted_ms = 0;
  std::int64_t wasted = 0;
  const auto& pieces = reader_.graph().pieces;
  for (const WorkGraph::Piece& piece : pieces) {
    if (!piece.wasted) continue;
    ++wasted;
    wasted_ms += piece.end_ms - piece.begin_ms;
  }
  Scenario without = was_;
  without.retries = false;
  const double wasted_s = static_cast<double>(wasted_ms) / 1000;
  Try({.cause = Cause::kRetries,
       .evidence =
           fmt::format("{} of {} attempts came to nothing (failed, given back, timed out or abandoned): {:.1f} s "
                       "of work.",
                       wasted, pieces.size(), wasted_s),
       .advice = "error_analysis and the tasks' notes (task_status with taskId) say why."},
      without, wasted_s);
}

/// Work that waits now, and for which nobody is there.
void BottleneckAnalysis::ReadWaiting(Database& database) {
  if (!Wanted(Cause::kNobodyCapable)) return;
  std::string required;
  for (int looked = 0; looked < kMostRequired; ++looked) {
    {
      Cursor row = database.Query(kNextRequired, request_.swarm.number, required);
      if (!row.Next()) return;
      required = row.Text(0);
    }
    if (swarm::AnyoneIsCapable(database, request_.swarm, required)) continue;
    std::int64_t tasks = 0;
    if (Cursor row = database.Query(kWaiting, request_.swarm.number, required, kMostWaiting); row.Next()) {
      tasks = row.Int(0);
    }
    found_.push_back(
        {.cause = Cause::kNobodyCapable,
         .subject = required,
         .evidence = fmt::format("{}{} tasks are ready and take the capability \"{}\", which no agent alive "
                                 "has: they wait until one comes.",
                                 tasks, tasks == kMostWaiting ? " or more" : "", Printable(required)),
         .advice = fmt::format("agent_spawn with capabilities=[\"{}\"].", Printable(required))});
  }
}

/// What the machine was like, which cannot be played otherwise.
void BottleneckAnalysis::ReadMachine(Database& database) {
  const auto processes = SamplesOfPeriod(database, report_.from_ms, report_.to_ms + limits::kWindowMs, request_.now_ms);
  if (processes.empty()) report_.missing.push_back("cpu, memory and disk space: no data, nothing was sampled then");
  const auto cores = std::max(std::thread::hardware_concurrency(), 1U);
  Sample load;
  Sample space;
  for (const auto& [process, samples] : processes) {
    if (const auto found = samples.find("machine:load"); found != samples.end()) load.Merge(found->second);
    if (const auto found = samples.find("store:free_bytes"); found != samples.end()) space.Merge(found->second);
  }
  const double most = AlertThresholds().load_per_core * cores;
  if (load.count > 0 && load.mean() > most && Wanted(Cause::kCpu)) {
    found_.push_back(
        {.cause = Cause::kCpu,
         .evidence = fmt::format("The machine's load was {:.1f} (mean of {} looks, {} cores): more than {:.1f}.",
                                 load.mean(), load.count, cores, most),
         .advice = "Run fewer agents on this machine at once."});
  }
  if (space.count > 0 && space.least < kLittleSpace && Wanted(Cause::kDiskSpace)) {
    found_.push_back({.cause = Cause::kDiskSpace,
                      .evidence = fmt::format("The disk had only {:.0f} MB left (the least of {} looks).",
                                              space.least / 1e6, space.count),
                      .advice = "Make room where the project's data are: writes are refused when there is none."});
  }
  if (!Wanted(Cause::kMemory)) return;
  constexpr std::int64_t kAlerts = 16;
  for (const Alert& alert : ListAlerts(database, request_.now_ms, kAlerts)) {
    if (alert.name != "memory_growth" || alert.cleared_ms != 0) continue;
    found_.push_back(
        {.cause = Cause::kMemory, .evidence = alert.message, .advice = "Restart that process when it is idle."});
  }
}

}  // namespace skep::metrics
