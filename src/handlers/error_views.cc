#include "handlers/error_views.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "handlers/rounded.h"

namespace skep::handlers {
namespace {

using metrics::Trend;

/// Names beneath each group: more say little.
constexpr std::size_t kNames = 3;
/// Tasks that are named of those that failed in the same way.
constexpr std::size_t kTasks = 5;

double Ms(double ns) { return Rounded(ns / 1e6); }
double Ms(std::int64_t ns) { return Ms(static_cast<double>(ns)); }
/// REQUIRES: count > 0.
double MeanMs(std::int64_t total_ns, std::int64_t count) {
  return Ms(static_cast<double>(total_ns) / static_cast<double>(count));
}

/// "inbox", or where there are several "inbox 3, task_claim 1".
std::string Joined(const std::vector<metrics::NamedCount>& counts) {
  if (counts.size() == 1) return counts.front().name;
  std::string text;
  for (std::size_t i = 0; i < std::min(counts.size(), kNames); ++i) {
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", counts[i].name, counts[i].count);
  }
  if (counts.size() > kNames) text += fmt::format(" and {} others", counts.size() - kNames);
  return text;
}

std::optional<std::vector<BeforeView>> View(const std::vector<metrics::Predecessor>& preceding) {
  if (preceding.empty()) return std::nullopt;
  std::vector<BeforeView> views;
  for (const metrics::Predecessor& one : preceding) {
    if (views.size() == kNames) break;
    views.push_back({.name = one.name, .count = one.count, .anything = one.anything});
  }
  return views;
}

/// Of a probability, which may be as little as 1e-30.
double TwoDigits(double value) {
  const std::string text = fmt::format("{:.1e}", value);
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void Fill(const metrics::Change& change, ErrorGroupView& to) {
  to.later = change.later;
  if (change.trend == Trend::kTooFew) return;
  to.trend = change.trend;
  if (change.trend != Trend::kSteady && change.chance) to.chance = TwoDigits(*change.chance);
}

/// What differs from that, if it does.
template <class T>
std::optional<T> Unless(const T& same, T value) {
  return value == same ? std::nullopt : std::optional(std::move(value));
}

std::optional<Timestamp> LaterThan(std::int64_t first_ms, std::int64_t last_ms) {
  return last_ms == first_ms ? std::nullopt : std::optional(Timestamp{last_ms});
}

}  // namespace

ErrorGroupView View(const metrics::ErrorGroup& group) {
  ErrorGroupView view{.signature = group.signature,
                      .count = group.count,
                      .first_seen = Timestamp{group.first_ms},
                      .last_seen = LaterThan(group.first_ms, group.last_ms),
                      .max_ms = Ms(group.most_ns),
                      .example = Unless(group.signature, group.message)};
  view.mean_ms = Unless(*view.max_ms, MeanMs(group.total_ns, group.count));
  Fill(group.change, view);
  if (group.signature == metrics::ErrorTally::kOthers) return view;
  view.operation = Joined(group.operations);
  view.code = Joined(group.codes);
  view.preceded_by = View(group.preceding);
  return view;
}

std::optional<std::vector<SlowView>> SlowestOf(const std::vector<metrics::ErrorGroup>& groups) {
  const auto slowest = std::ranges::max_element(groups, {}, &metrics::ErrorGroup::most_ns);
  if (slowest == groups.end() || slowest == groups.begin()) return std::nullopt;
  return std::vector<SlowView>{{.what = slowest->signature, .max_ms = Ms(slowest->most_ns)}};
}

std::optional<FailedTasksView> View(const metrics::AttemptReport& report, std::int64_t limit) {
  if (report.attempts == 0) return std::nullopt;
  FailedTasksView view{.attempts = report.attempts, .kinds = std::ssize(report.groups)};
  for (const metrics::AttemptGroup& group : report.groups) {
    if (std::ssize(view.groups) == limit) break;
    FailedView& failed = view.groups.emplace_back(FailedView{.signature = group.signature,
                                                             .count = group.count,
                                                             .agents = Joined(group.agents),
                                                             .tasks_in_all = std::ssize(group.tasks),
                                                             .first_seen = {group.first_ms},
                                                             .last_seen = LaterThan(group.first_ms, group.last_ms)});
    for (std::size_t i = 0; i < std::min(group.tasks.size(), kTasks); ++i) failed.tasks.push_back(group.tasks[i].name);
    if (!group.message.empty()) failed.example = Unless(group.signature, group.message);
  }
  if (report.more) {
    view.note = fmt::format("the newest {} attempts; older ones are not looked at", metrics::kMaxFailedAttempts);
  }
  return view;
}

ErrorGroupView View(const metrics::LogGroup& group) {
  ErrorGroupView view{.signature = group.signature,
                      .count = group.count,
                      .severity = group.severity,
                      .first_line = group.first_line,
                      .last_line = Unless(group.first_line, group.last_line),
                      .example = Unless(group.signature, group.message),
                      .preceded_by = View(group.preceding)};
  Fill(group.change, view);
  if (group.first_ms) {
    view.first_seen = Timestamp{*group.first_ms};
    view.last_seen = LaterThan(*group.first_ms, *group.last_ms);
  }
  if (group.timed > 0) {
    view.timed = Unless(group.count, group.timed);
    view.max_ms = Ms(group.most_ns);
    view.mean_ms = Unless(*view.max_ms, MeanMs(group.total_ns, group.timed));
  }
  return view;
}

std::vector<SlowView> View(const std::vector<metrics::SlowLine>& slowest) {
  std::vector<SlowView> views;
  for (const metrics::SlowLine& slow : slowest) {
    views.push_back({.what = slow.message, .max_ms = Ms(slow.took_ns), .line = slow.line});
  }
  return views;
}

}  // namespace skep::handlers
