#pragma once

#include <utility>
#include <vector>

#include "load/report.h"

namespace skep::load {

/// What a short run may have given.
inline Report SampleReport() {
  Report report{
      .target = {.name = "bees & <co>", .command = {"bees", "--serve"}},
      .plan = {.pattern = {.shape = Pattern::Shape::kConstant, .from_per_s = 2000, .to_per_s = 2000},
               .mix = {.parts = {{.kind = Mix::Kind::kPing, .weight = 3}, {.kind = Mix::Kind::kStore}}},
               .connections = 4,
               .duration_s = 2},
      .machine = {
          .processor = "Abacus", .cores = 2, .online_cores = 4, .memory_bytes = 24'000'000'000, .kernel = "Linux 6.1"}};
  Outcome& outcome = report.outcome;
  outcome = {.seconds = 2.5,
             .sending_s = 2,
             .due = 4000,
             .sent = 3990,
             .answered = 3980,
             .server_cpu_s = 0.398,
             .peak_resident_bytes = 12e6,
             .own_cpu_s = 0.001,
             .began_ms = 1'700'049'600'000};
  outcome.errors = {{"tool error", 5}, {"unanswered", 20}};
  outcome.first_errors = {{"tool error", "the hive is <full>\n"}};
  outcome.processes = 4;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    outcome.by_operation["ping"].Record(1000 * i);
    outcome.by_operation["store"].Record(100'000 * i);
  }
  for (const auto& [name, latency] : outcome.by_operation) outcome.latency.Merge(latency);
  outcome.service.Merge(outcome.latency);
  outcome.intervals = {{.from_s = 0,
                        .seconds = 1,
                        .due = 2000,
                        .sent = 2000,
                        .answered = 1990,
                        .errors = 1,
                        .p50_ns = 1e5,
                        .p99_ns = 9e6,
                        .max_ns = 1e7,
                        .cores = 0.2,
                        .resident_bytes = 11e6},
                       {.from_s = 1.0002,
                        .seconds = 1.5,
                        .due = 2000,
                        .sent = 1990,
                        .answered = 1990,
                        .errors = 24,
                        .resident_bytes = 12e6}};
  for (const char* const text : {"p95<1ms", "errors<1%", "rss<50MB"}) {
    report.judgements.push_back(Judge(ParseExpectation(text).value_or(Expectation()), {&outcome, 1}));
  }
  return report;
}

/// Two servers, two rounds each.
inline std::vector<Contender> SampleContenders() {
  const Report report = SampleReport();
  Outcome slower = report.outcome;
  slower.latency.Merge(report.outcome.by_operation.at("store"));
  return {{report.target, {report.outcome, report.outcome}}, {{.name = "wasps"}, {slower, slower}}};
}

}  // namespace skep::load
