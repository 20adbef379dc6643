#include "metrics/requirements.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "metrics/duration_text.h"
#include "metrics/requests.h"

namespace skep::metrics {
namespace {

/// Calls from which a 95th percentile is one.
constexpr std::uint64_t kEnough = 20;

/// What measures a requirement when use has not shown it, on a server of its own.
struct MeasuredBy {
  std::string_view requirement;
  std::string_view how;
};
constexpr MeasuredBy kMeasuredBy[] = {
    {"message processing", "skep test load measures the round trip, in which it is contained"},
    {"correlation look-up", "skep benchmark run --suite correlation measures it"},
    {"sustained rate", "skep test load asks for it"},
    {"burst rate", "skep test load asks for it"},
    {"connections", "skep-load --connections 1000 --pattern closed:100 asks for them, of a server on a socket"},
    {"memory", "skep profile memory measures it"},
    {"agent operations", "skep benchmark run --suite agents measures them"},
    {"task operations", "skep benchmark run --suite tasks measures them"},
    {"coordination operations", "skep benchmark run --suite swarm measures them"},
};

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

/// A rate that was reached shows that it can be; one that was not may not have been asked for.
Requirement Rate(const Evidence& evidence, std::string_view name, std::string_view wanted, std::string_view figure,
                 double least, std::string_view over) {
  Requirement one{.name = name, .wanted = wanted};
  const auto reached = Most(evidence, figure);
  if (reached && *reached >= least) {
    one.met = Met::kMet;
    one.measured = fmt::format("{:.0f}/s in one process, over {}", *reached, over);
  } else {
    one.why = reached ? fmt::format("no more than {:.0f}/s were asked for in one process, over {}", *reached, over)
                      : "nothing was measured";
  }
  return one;
}

Requirement Memory(const Evidence& evidence) {
  Requirement one{.name = "memory", .wanted = "at most 35 MB for a process at rest"};
  // It is looked at while it works: when it used least then, it used no less at rest.
  std::optional<double> least;
  for (const auto& [process, samples] : evidence.processes) {
    const auto found = samples.find("process:resident_bytes");
    if (found != samples.end()) least = std::max(least.value_or(found->second.least), found->second.least);
  }
  if (!least) {
    one.why = "no process has been looked at";
  } else if (*least > 35e6) {
    one.why = fmt::format("at work it was {:.1f} MB at least; it is not looked at when at rest", *least / 1e6);
  } else {
    one.met = Met::kMet;
    one.measured = fmt::format("{:.1f} MB at least and {:.1f} MB at most while at work, {} processes", *least / 1e6,
                               *Most(evidence, "process:resident_bytes") / 1e6, CountProcesses(evidence.processes));
  }
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

std::vector<Requirement> CheckRequirements(const Evidence& evidence) {
  constexpr std::uint64_t kMs = 1'000'000;
  const RequestTotals requests = TotalOf(evidence.windows);
  std::vector<Requirement> all;
  all.push_back(
      Slow("message processing", "p95 at most 1 ms", requests.values, kMs, "requests, durable writes included"));
  all.push_back(Slow("correlation look-up", "p95 at most 100 us", Sum(evidence, {"correlation:find"}), kMs / 10,
                     "answers of clients to questions"));
  all.push_back({.name = "round trip",
                 .wanted = "p95 at most 5 ms",
                 .why = "a server does not see when its answers arrive: skep perf quick and skep test load do"});
  all.push_back(Slow("negotiation", "p95 at most 100 ms",
                     Sum(evidence, {"method:initialize", "method:server/discover"}), 100 * kMs, "negotiations"));
  const auto add_rate = [&](std::string_view name, std::string_view wanted, std::string_view figure, double least) {
    all.push_back(Rate(evidence, name, wanted, figure, least, "the busiest minute"));
  };
  add_rate("sustained rate", "10,000 requests/s", "rate:requests_minute", 10'000);
  all.push_back(Rate(evidence, "burst rate", "50,000 requests/s", "rate:requests", 50'000, "the busiest 10 s"));
  all.push_back(Connections(evidence));
  all.push_back(Memory(evidence));
  add_rate("agent operations", "855/s", "rate:agents_minute", 855);
  add_rate("task operations", "833/s", "rate:tasks_minute", 833);
  add_rate("coordination operations", "476/s", "rate:coordination_minute", 476);
  for (Requirement& one : all) {
    if (!one.why) continue;
    const auto by = std::ranges::find(kMeasuredBy, one.name, &MeasuredBy::requirement);
    if (by != std::end(kMeasuredBy)) *one.why += fmt::format("; {}", by->how);
  }
  return all;
}

}  // namespace skep::metrics
