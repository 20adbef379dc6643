#include "metrics/requirements.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "metrics/duration_text.h"
#include "metrics/requests.h"

namespace skep::metrics {
namespace {

constexpr store::Sql kPeaks{
    "SELECT max(requests), max(agents), max(tasks), max(coordination) FROM (SELECT "
    "sum(CASE WHEN operation >= 'method:' AND operation < 'method;' OR operation >= 'tool:' AND operation < 'tool;' "
    "OR operation = 'unknown' THEN count ELSE 0 END) AS requests, "
    "sum(CASE WHEN operation >= 'tool:agent_' AND operation < 'tool:agent`' THEN count ELSE 0 END) AS agents, "
    "sum(CASE WHEN operation >= 'tool:task_' AND operation < 'tool:task`' THEN count ELSE 0 END) AS tasks, "
    "sum(CASE WHEN operation IN ('tool:message_send', 'tool:inbox', 'tool:lease_acquire', 'tool:lease_release', "
    "'tool:lease_check') THEN count ELSE 0 END) AS coordination "
    "FROM metric_windows WHERE seconds = ?1 AND start_ms >= ?2 AND start_ms < ?3 GROUP BY start_ms)"};

/// Calls from which a 95th percentile is one.
constexpr std::uint64_t kEnough = 20;

Requirement Slow(std::string_view name, std::string_view wanted, const Distribution& values, std::uint64_t most_ns,
                 std::string_view of) {
  Requirement one{.name = name, .wanted = wanted};
  if (values.count() < kEnough) {
    one.why = fmt::format("{} {}, of which {} at least are wanted", values.count(), of, kEnough);
    return one;
  }
  const std::uint64_t p95 = *values.Percentile(95);
  one.met = p95 <= most_ns ? Met::kMet : Met::kNotMet;
  one.measured = fmt::format("p95 {} of {} {}", NsText(p95), values.count(), of);
  return one;
}

/// A rate that was reached shows that it can be; one that was not may not have been asked for.
Requirement Rate(std::string_view name, std::string_view wanted, double reached, double least, std::string_view over) {
  Requirement one{.name = name, .wanted = wanted};
  if (reached >= least) {
    one.met = Met::kMet;
    one.measured = fmt::format("{:.0f}/s over {}", reached, over);
  } else {
    one.why = fmt::format("no more than {:.0f}/s were asked for, over {}", reached, over);
  }
  return one;
}

Distribution Sum(const Evidence& evidence, std::initializer_list<std::string_view> operations) {
  Distribution sum;
  for (const Window& window : evidence.windows) {
    if (std::ranges::find(operations, window.operation) != operations.end()) sum.Merge(window.values);
  }
  return sum;
}

/// The most that a figure was in any process.
std::optional<double> Most(const Evidence& evidence, std::string_view name) {
  std::optional<double> most;
  for (const auto& [process, samples] : evidence.processes) {
    const auto found = samples.find(name);
    if (found != samples.end()) most = std::max(most.value_or(found->second.most), found->second.most);
  }
  return most;
}

Requirement Memory(const Evidence& evidence) {
  Requirement one{.name = "memory", .wanted = "at most 35 MB for a process at rest"};
  // At rest it was when it used least.
  std::optional<double> rest;
  for (const auto& [process, samples] : evidence.processes) {
    const auto found = samples.find("process:resident_bytes");
    if (found != samples.end()) rest = std::max(rest.value_or(found->second.least), found->second.least);
  }
  if (!rest) {
    one.why = "no process has been looked at";
    return one;
  }
  one.met = *rest <= 35e6 ? Met::kMet : Met::kNotMet;
  one.measured = fmt::format("{:.1f} MB; {:.1f} MB at most while at work, {} processes", *rest / 1e6,
                             *Most(evidence, "process:resident_bytes") / 1e6, evidence.processes.size());
  return one;
}

Requirement Connections(const Evidence& evidence) {
  Requirement one{.name = "connections", .wanted = "1,000 connections with 100 calls in flight each"};
  const double sessions = Most(evidence, "sessions:open").value_or(0);
  const double calls = Most(evidence, "calls:in_flight").value_or(0);
  if (sessions >= 1000 && calls >= 100'000) {
    one.met = Met::kMet;
    one.measured = fmt::format("{:.0f} sessions, {:.0f} calls in flight", sessions, calls);
  } else {
    one.why = fmt::format("there were {:.0f} sessions and {:.0f} calls in flight at most", sessions, calls);
  }
  return one;
}

}  // namespace

Peaks ReadPeaks(store::Database& database, std::int64_t seconds, std::int64_t from_ms, std::int64_t to_ms) {
  store::Cursor row = database.Query(kPeaks, seconds, WindowStart(from_ms, seconds), to_ms);
  if (!row.Next()) return {};
  return {.requests = row.Int(0), .agents = row.Int(1), .tasks = row.Int(2), .coordination = row.Int(3)};
}

std::vector<Requirement> CheckRequirements(const Evidence& evidence) {
  constexpr std::uint64_t kMs = 1'000'000;
  const RequestTotals requests = TotalOf(evidence.windows);
  const auto in_minute = [&](std::string_view name, std::string_view wanted, std::int64_t count, double least) {
    return Rate(name, wanted, static_cast<double>(count) / 60, least, "the busiest minute");
  };
  std::vector<Requirement> all;
  all.push_back(Slow("message processing", "p95 at most 1 ms", requests.values, kMs, "requests"));
  all.push_back(Slow("correlation look-up", "p95 at most 100 us", Sum(evidence, {"correlation:find"}), kMs / 10,
                     "answers of clients to questions"));
  all.push_back({.name = "round trip",
                 .wanted = "p95 at most 5 ms",
                 .why = "a server does not see when its answers arrive: skep perf quick measures it"});
  all.push_back(Slow("negotiation", "p95 at most 100 ms",
                     Sum(evidence, {"method:initialize", "method:server/discover"}), 100 * kMs, "negotiations"));
  all.push_back(in_minute("sustained rate", "10,000 requests/s", evidence.minute.requests, 10'000));
  all.push_back(Rate("burst rate", "50,000 requests/s", static_cast<double>(evidence.ten_seconds.requests) / 10, 50'000,
                     "the busiest 10 s"));
  all.push_back(Connections(evidence));
  all.push_back(Memory(evidence));
  all.push_back(in_minute("agent operations", "855/s", evidence.minute.agents, 855));
  all.push_back(in_minute("task operations", "833/s", evidence.minute.tasks, 833));
  all.push_back(in_minute("coordination operations", "476/s", evidence.minute.coordination, 476));
  return all;
}

}  // namespace skep::metrics
