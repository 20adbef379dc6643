#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/time_text.h"
#include "base/version.h"
#include "load/report.h"

namespace skep::load {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json Of(const Histogram& latency) {
  Json json = {{"count", latency.Count()}, {"mean", OrNull(latency.Mean())}, {"min", OrNull(latency.Min())}};
  for (const double percent : {50.0, 90.0, 95.0, 99.0, 99.9}) {
    json[Name({Figure::Kind::kPercentile, percent})] = OrNull(latency.Percentile(percent));
  }
  json["max"] = OrNull(latency.Max());
  return json;
}

Json Of(const Target& target) {
  return {{"name", NameOf(target)}, {"command", target.command}, {"socket", target.socket}};
}

Json Of(const Plan& plan) {
  return {{"pattern", Text(plan.pattern)},
          {"mix", Text(plan.mix)},
          {"valueBytes", plan.mix.value_bytes},
          {"keys", plan.mix.keys},
          {"connections", plan.connections},
          {"durationSeconds", plan.duration_s},
          {"warmUpSeconds", plan.warm_up_s},
          {"graceSeconds", plan.grace_s},
          {"mostRequests", plan.most_requests},
          {"mostInFlight", plan.pattern.closed() ? Json() : Json(plan.most_in_flight)},
          {"core", OrNull(plan.core)},
          {"seed", plan.seed}};
}

Json Of(const Machine& machine) {
  return {{"processor", machine.processor},
          {"cores", machine.cores},
          {"onlineCores", machine.online_cores},
          {"memoryBytes", OrNull(machine.memory_bytes)},
          {"kernel", machine.kernel},
          {"load", OrNull(machine.load)}};
}

Json Of(const Interval& interval) {
  return {{"fromSeconds", interval.from_s},
          {"seconds", interval.seconds},
          {"due", interval.due},
          {"sent", interval.sent},
          {"answered", interval.answered},
          {"errors", interval.errors},
          {"p50Ns", OrNull(interval.p50_ns)},
          {"p99Ns", OrNull(interval.p99_ns)},
          {"maxNs", OrNull(interval.max_ns)},
          {"serverCores", OrNull(interval.cores)},
          {"serverResidentBytes", OrNull(interval.resident_bytes)}};
}

Json Of(const Outcome& outcome) {
  Json operations = Json::object();
  for (const auto& [name, latency] : outcome.by_operation) operations[name] = Of(latency);
  Json intervals = Json::array();
  for (const Interval& interval : outcome.intervals) intervals.push_back(Of(interval));
  char began[kTimeTextSize];
  return {{"began", outcome.began_ms == 0 ? Json() : Json(FormatTime(outcome.began_ms, began))},
          {"seconds", outcome.seconds},
          {"sendingSeconds", outcome.sending_s},
          {"due", outcome.due},
          {"sent", outcome.sent},
          {"answered", outcome.answered},
          {"offeredPerSecond", OrNull(outcome.offered_rate())},
          {"answeredPerSecond", OrNull(outcome.rate())},
          {"errors", Json(outcome.errors)},
          {"firstErrors", Json(outcome.first_errors)},
          {"latencyNs", Of(outcome.latency)},
          {"serviceNs", Of(outcome.service)},
          {"operations", std::move(operations)},
          {"serverCpuSeconds", OrNull(outcome.server_cpu_s)},
          {"serverCpuNsPerAnswer", OrNull(outcome.cpu_ns_per_answer())},
          {"serverResidentBytes", OrNull(outcome.peak_resident_bytes)},
          {"serverProcesses", outcome.processes},
          {"ownCpuSeconds", outcome.own_cpu_s},
          {"interrupted", outcome.interrupted},
          {"brokenOff", outcome.broken_off.empty() ? Json() : Json(outcome.broken_off)},
          {"intervals", std::move(intervals)}};
}

Json Of(const Judgement& judgement) {
  return {{"expected", Text(judgement.expectation)},
          {"verdict", Name(judgement.verdict)},
          {"value", OrNull(judgement.value)}};
}

Json Of(const std::optional<Range>& range) { return range ? Json::array({range->low, range->high}) : Json(); }

}  // namespace

nlohmann::ordered_json ReportJson(const Report& report) {
  Json judgements = Json::array();
  for (const Judgement& judgement : report.judgements) judgements.push_back(Of(judgement));
  return {{"skepLoad", Version()},         {"server", Of(report.target)},   {"plan", Of(report.plan)},
          {"machine", Of(report.machine)}, {"outcome", Of(report.outcome)}, {"expectations", std::move(judgements)}};
}

nlohmann::ordered_json VersusJson(std::span<const Contender> contenders) {
  Json servers = Json::array();
  for (const Contender& contender : contenders) {
    Json server = Of(contender.target);
    server["rounds"] = Json::array();
    for (const Outcome& outcome : contender.rounds) server["rounds"].push_back(Of(outcome));
    servers.push_back(std::move(server));
  }
  Json figures = Json::object();
  for (const Compared& compared : Compare(contenders)) {
    Json all = Json::array();
    for (const Compared::One& one : compared.contenders) {
      all.push_back({{"median", OrNull(one.median)},
                     {"interval", Of(one.range)},
                     {"ratio", one.ratio ? Json(one.ratio->value) : Json()},
                     {"ratioInterval", one.ratio ? Of(one.ratio->range) : Json()}});
    }
    figures[Name(compared.figure)] = std::move(all);
  }
  return {{"servers", std::move(servers)}, {"figures", std::move(figures)}};
}

}  // namespace skep::load
