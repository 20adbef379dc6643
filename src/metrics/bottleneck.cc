#include "metrics/bottleneck.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "metrics/windows.h"

namespace skep::metrics {
namespace {

/// Events of a replay in one slice: some 10 ms.
constexpr std::int64_t kSlice = 10'000;
/// Contended paths that are tried, the most waited for.
constexpr std::int64_t kMostPaths = 2;
/// What reading and each replay take of the time, for the progress that is told.
constexpr double kReading = 0.2;

struct Kind {
  Component component;
  Metric metric;
};
/// By Cause.
constexpr std::array<Kind, Names(Cause{}).size()> kKinds = {{
    {Component::kAgents, Metric::kLatency},
    {Component::kTasks, Metric::kQueue},
    {Component::kSwarm, Metric::kQueue},
    {Component::kAgents, Metric::kQueue},
    {Component::kStore, Metric::kLatency},
    {Component::kStore, Metric::kQueue},
    {Component::kStore, Metric::kLatency},
    {Component::kTransport, Metric::kNetwork},
    {Component::kTasks, Metric::kErrors},
    {Component::kSwarm, Metric::kQueue},
    {Component::kAgents, Metric::kQueue},
    {Component::kAgents, Metric::kQueue},
    {Component::kAgents, Metric::kQueue},
    {Component::kTransport, Metric::kCpu},
    {Component::kMemory, Metric::kMemory},
    {Component::kStore, Metric::kMemory},
}};

}  // namespace

Component ComponentOf(Cause cause) { return kKinds[static_cast<std::size_t>(cause)].component; }
Metric MetricOf(Cause cause) { return kKinds[static_cast<std::size_t>(cause)].metric; }

std::string BottleneckReport::Summary() const {
  const auto percent = [&](double seconds) { return run_s > 0 ? 100 * seconds / run_s : 0; };
  if (!binding.empty()) {
    const Finding& first = binding.front();
    std::string text = first.evidence;
    if (first.saved_s) {
      text += fmt::format(" Without it the run of {:.1f} s would have been {:.1f} s ({:.0f} %) shorter.", run_s,
                          *first.saved_s, percent(*first.saved_s));
    }
    return text;
  }
  if (tasks < kFewestTasks) {
    return fmt::format("No data: {} of its tasks have ended, and it takes {} to tell.", tasks, kFewestTasks);
  }
  // Work for more agents is there in every swarm that is busy: it is no fault, but it is what to know.
  const bool few = twice_saves_s && *twice_saves_s >= kBinds * run_s;
  std::string text = few ? "Nothing binds but how many agents there are:" : "Nothing binds:";
  if (others.empty() || !others.front().saved_s) {
    text += " nothing that was measured takes any time worth speaking of.";
  } else {
    text += fmt::format(
        " no single cause would make the run of {:.1f} s shorter by {:.0f} % (the greatest, {}{}{}: "
        "{:.0f} %).",
        run_s, 100 * kBinds, Names(Cause{})[static_cast<std::size_t>(others.front().cause)],
        others.front().subject.empty() ? "" : " ", others.front().subject, percent(*others.front().saved_s));
  }
  if (utilisation) {
    text += fmt::format(" {} agents worked {:.0f} % of their time", agents, 100 * *utilisation);
    if (twice_saves_s) text += fmt::format("; twice as many would save {:.0f} %", percent(*twice_saves_s));
    text += ".";
  }
  return text;
}

BottleneckAnalysis::BottleneckAnalysis(Request request)
    : request_(std::move(request)), reader_(request_.swarm, request_.most_tasks) {}

bool BottleneckAnalysis::Wanted(Cause cause) const {
  const auto& metrics = request_.metrics;
  return (request_.component == Component::kAll || request_.component == ComponentOf(cause)) &&
         (metrics.empty() || std::ranges::find(metrics, MetricOf(cause)) != metrics.end());
}

double BottleneckAnalysis::done() const {
  if (!read_) return kReading * reader_.done();
  if (replay_ == nullptr) return tried_ == 0 ? kReading : 1;
  const auto all = static_cast<double>(tried_ == 0 ? kMostPaths + 5 : std::ssize(trials_) + 1);
  return kReading + (1 - kReading) * (static_cast<double>(tried_) + replay_->done()) / all;
}

std::string BottleneckAnalysis::doing() const {
  if (!read_) return "reading what the swarm has done";
  if (tried_ == 0) return "playing it again";
  const Trial& trial = trials_[std::min(tried_, trials_.size()) - 1];
  return fmt::format("playing it without {}", Names(Cause{})[static_cast<std::size_t>(trial.finding.cause)]);
}

bool BottleneckAnalysis::Step(store::Database& database) {
  if (!read_) {
    read_ = !reader_.Read(database);
    return !database.error();
  }
  if (replay_ == nullptr) {
    Measure(database);
    if (database.error()) return false;
    if (report_.tasks < kFewestTasks) {
      Rank();
      return false;
    }
    Scenario with_chains = was_;
    with_chains.chains = true;
    replay_ = std::make_unique<Replay>(reader_.graph(), std::move(with_chains));
    return true;
  }
  if (replay_->Play(kSlice)) return true;
  if (tried_ == 0) {
    Propose(replay_->result());
  } else {
    Conclude(trials_[tried_ - 1], replay_->result());
  }
  if (tried_ == trials_.size()) {
    Rank();
    replay_ = nullptr;
    return false;
  }
  replay_ = std::make_unique<Replay>(reader_.graph(), trials_[tried_++].scenario);
  return true;
}

void BottleneckAnalysis::Measure(store::Database& database) {
  const WorkGraph& graph = reader_.graph();
  report_.tasks = static_cast<std::size_t>(
      std::ranges::count_if(graph.tasks, [](const WorkGraph::Task& task) { return task.pieces > 0; }));
  report_.agents = static_cast<std::size_t>(std::ranges::count_if(graph.agents, &WorkGraph::Agent::works));
  report_.unfinished = graph.unfinished;
  report_.from_ms = graph.from_ms();
  report_.to_ms = graph.to_ms();
  report_.run_s = static_cast<double>(graph.busy_ms()) / 1000;
  pace_ = MeasurePace(graph);
  was_.slowness = pace_.slowness;
  // One window more: what was done last is written down when its window is over.
  const std::int64_t to_ms = report_.to_ms + limits::kWindowMs;
  std::vector<Window> windows = ReadPeriod(database, report_.from_ms, to_ms, request_.now_ms);
  if (to_ms >= request_.now_ms) AddLive(request_.live, windows);
  calls_ = MeasureCalls(windows);
  paths_ = ReadContention(database, report_.from_ms, to_ms, request_.now_ms, kMostPaths);
  if (calls_) was_.between_us = std::min(static_cast<std::int64_t>(calls_->all_us()), pace_.between_ms * 1000);
  if (!calls_) {
    report_.missing.push_back(
        "store: no data, nothing was recorded of its operations in this time (skep serve records them)");
  } else if (!calls_->loop_us) {
    report_.missing.push_back("transport: no data, the loop's delay was not recorded in this time");
  }
  if (graph.left_out > 0) {
    report_.missing.push_back(
        fmt::format("tasks that ended before: only the newest {} are looked at", request_.most_tasks));
  }
  if (graph.shortened > 0) {
    report_.missing.push_back(fmt::format("earlier attempts of {} tasks: there are too many to read", graph.shortened));
  }
  ReadMachine(database);
  ReadWaiting(database);
}

void BottleneckAnalysis::Try(Finding finding, Scenario scenario, double less_s) {
  if (!Wanted(finding.cause)) return;
  const double least_s = there_ > 0 ? (worked_s_ - less_s) / there_ : 0;
  if (report_.replayed_s - least_s < kWorthTrying * report_.run_s) return;
  trials_.push_back({std::move(finding), std::move(scenario)});
}

void BottleneckAnalysis::TryShare(Finding finding, Scenario scenario, double share) {
  if (share >= kWorthTrying) Try(std::move(finding), std::move(scenario), share * worked_s_);
}

void BottleneckAnalysis::Conclude(Trial& trial, const Replayed& without) {
  const double saved_s = std::max(report_.replayed_s - without.open_s, 0.0);
  if (trial.only_tells) {
    report_.twice_saves_s = saved_s;
    return;
  }
  trial.finding.saved_s = saved_s;
  found_.push_back(std::move(trial.finding));
}

void BottleneckAnalysis::Rank() {
  std::ranges::stable_sort(found_, [](const Finding& a, const Finding& b) {
    // What waits for somebody who does not come waits for ever; the machine's state has no seconds.
    const auto rank = [](const Finding& finding) {
      if (finding.cause == Cause::kNobodyCapable) return 0;
      // More agents help against everything.
      return finding.cause == Cause::kTooFewAgents ? 2 : finding.saved_s ? 1 : 3;
    };
    return std::pair(rank(a), -a.saved_s.value_or(0)) < std::pair(rank(b), -b.saved_s.value_or(0));
  });
  for (Finding& finding : found_) {
    const bool binds = !finding.saved_s || *finding.saved_s >= kBinds * report_.run_s;
    (binds ? report_.binding : report_.others).push_back(std::move(finding));
  }
  found_.clear();
}

}  // namespace skep::metrics
