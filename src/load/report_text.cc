#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/printable.h"
#include "load/report.h"
#include "load/words.h"
#include "metrics/scale.h"

namespace skep::load {
namespace {

using metrics::CountText;
using metrics::Unit;

constexpr std::string_view kNoData = "no data";
constexpr std::array<double, 5> kPercents = {50, 90, 95, 99, 99.9};
constexpr std::size_t kNameWidth = 18;

auto To(std::string& text) { return std::back_inserter(text); }

void AddRow(std::string& text, std::string_view name, const Histogram& latency) {
  fmt::format_to(To(text), "{:<{}}{:>14}", Printable(name), kNameWidth, CountText(latency.Count()));
  const auto add = [&](const std::optional<std::uint64_t>& value) {
    fmt::format_to(To(text), "{:>11}",
                   value ? metrics::ValueText(static_cast<double>(*value), Unit::kNs) : std::string(kNoData));
  };
  for (const double percent : kPercents) add(latency.Percentile(percent));
  add(latency.Max());
  text += '\n';
}

std::string Latencies(const Outcome& outcome) {
  std::string text = fmt::format("{:<{}}{:>14}", "latency", kNameWidth, "answers");
  for (const double percent : kPercents) fmt::format_to(To(text), "{:>11}", fmt::format("p{}", percent));
  fmt::format_to(To(text), "{:>11}\n", "max");
  for (const auto& [name, latency] : outcome.by_operation) AddRow(text, name, latency);
  if (outcome.by_operation.size() > 1) AddRow(text, "all", outcome.latency);
  return text;
}

/// Of an open pattern, how late requests left: a latency is at least that.
std::string Lateness(const Report& report) {
  const Histogram& late = report.outcome.lateness;
  if (report.plan.pattern.closed() || late.Count() == 0) return {};
  const auto of = [](const Histogram& values, double percent) {
    return static_cast<double>(values.Percentile(percent).value_or(0));
  };
  std::string text =
      fmt::format("sent late  by p50 {}, p95 {}, p99 {}, at most {}\n", metrics::ValueText(of(late, 50), Unit::kNs),
                  metrics::ValueText(of(late, 95), Unit::kNs), metrics::ValueText(of(late, 99), Unit::kNs),
                  metrics::ValueText(of(late, 100), Unit::kNs));
  if (of(late, 95) > of(report.outcome.latency, 95) / 2) {
    text +=
        "           most of the latency is that: skep-load or this machine was late, or the server took no more "
        "input\n";
  }
  return text;
}

std::string Rates(const Report& report) {
  const Outcome& outcome = report.outcome;
  const auto rate = outcome.rate();
  std::string text = fmt::format("answered   {} in {:.3f} s", CountText(outcome.answered), outcome.seconds);
  if (rate) fmt::format_to(To(text), ", {}", metrics::ValueText(*rate, metrics::Unit::kPerSecond));
  if (const auto offered = outcome.offered_rate(); offered && !report.plan.pattern.closed()) {
    fmt::format_to(To(text), "; {} were due, {}", CountText(outcome.due),
                   metrics::ValueText(*offered, metrics::Unit::kPerSecond));
  }
  return text + "\n";
}

std::string Errors(const Outcome& outcome) {
  std::string text = fmt::format("errors     {} of {}", CountText(outcome.error_count()), CountText(outcome.due));
  for (std::string_view before = ": "; const auto& [kind, count] : outcome.errors) {
    fmt::format_to(To(text), "{}{} {}", std::exchange(before, ", "), CountText(count), kind);
  }
  text += '\n';
  for (const auto& [kind, said] : outcome.first_errors) {
    fmt::format_to(To(text), "           the first {}: {}\n", kind, Printable(said));
  }
  if (!outcome.broken_off.empty()) fmt::format_to(To(text), "           {}\n", Printable(outcome.broken_off));
  return text;
}

std::string Used(const Outcome& outcome) {
  std::string text = "server     ";
  if (const auto cpu_ns = outcome.cpu_ns_per_answer()) {
    fmt::format_to(To(text), "{} CPU for each answer, {:.2f} cores; ", metrics::ValueText(*cpu_ns, Unit::kNs),
                   *outcome.server_cpu_s / outcome.seconds);
  } else if (outcome.server_cpu_s && outcome.seconds > 0) {
    fmt::format_to(To(text), "{:.2f} cores; ", *outcome.server_cpu_s / outcome.seconds);
  } else {
    text += "no data of its CPU; ";
  }
  if (outcome.peak_resident_bytes) {
    fmt::format_to(To(text), "RSS {} at most{}\n", metrics::ValueText(*outcome.peak_resident_bytes, Unit::kBytes),
                   outcome.processes > 1 ? fmt::format(", of {} processes", CountText(outcome.processes)) : "");
  } else {
    text += "none of its memory\n";
  }
  if (outcome.answered > 0) {
    fmt::format_to(To(text), "skep-load  {} CPU for each answer\n",
                   metrics::ValueText(outcome.own_cpu_s * 1e9 / static_cast<double>(outcome.answered), Unit::kNs));
  }
  return text;
}

std::string CellOf(const Figure& figure, const Compared::One& one) {
  std::string text = one.median ? ValueText(figure, *one.median) : std::string(kNoData);
  if (!one.ratio) return text;
  fmt::format_to(To(text), "  × {:.2f}", one.ratio->value);
  if (one.ratio->range) fmt::format_to(To(text), " ({:.2f} to {:.2f})", one.ratio->range->low, one.ratio->range->high);
  return text;
}

/// "A" … "Z", "AA", "AB" …
std::string Letters(std::size_t nth) {
  std::string letters;
  for (std::size_t left = nth + 1; left > 0; left = (left - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('A' + (left - 1) % 26));
  }
  return letters;
}

void AddTrimmed(std::string& text, std::string_view row) {
  text += row.substr(0, row.find_last_not_of(' ') + 1);
  text += '\n';
}

}  // namespace

std::string NameOf(const Target& target) {
  if (!target.name.empty()) return target.name;
  return target.command.empty() ? target.socket : JoinWords(target.command);
}

std::string Text(const Plan& plan) {
  std::string text = fmt::format("{}, {}, {} connection{}, {} s", Text(plan.pattern), Text(plan.mix), plan.connections,
                                 plan.connections == 1 ? "" : "s", plan.duration_s);
  if (plan.warm_up_s > 0) fmt::format_to(To(text), " after {} s of warm-up", plan.warm_up_s);
  if (plan.most_requests > 0) fmt::format_to(To(text), ", at most {} requests", CountText(plan.most_requests));
  fmt::format_to(To(text), ", seed {}", plan.seed);
  return text;
}

std::string ReportText(const Report& report) {
  const Outcome& outcome = report.outcome;
  std::string text = fmt::format("{}\n{}\n{}\n\n", Printable(NameOf(report.target)), Printable(Text(report.plan)),
                                 Text(report.machine));
  text += Latencies(outcome) + "\n" + Rates(report) + Lateness(report) + Errors(outcome) + Used(outcome);
  if (outcome.interrupted) text += "interrupted: this is what was measured until then\n";
  for (const Judgement& judgement : report.judgements) {
    fmt::format_to(To(text), "expected   {}\n", Text(judgement));
  }
  return text;
}

std::string VersusText(std::span<const Contender> contenders) {
  constexpr std::size_t kFigureWidth = 8;
  constexpr std::size_t kCellWidth = 34;
  std::string text;
  std::size_t most_rounds = 0;
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    const Contender& contender = contenders[i];
    most_rounds = std::max(most_rounds, contender.rounds.size());
    fmt::format_to(To(text), "{}  {}, {} round{}\n", Letters(i), Printable(NameOf(contender.target)),
                   contender.rounds.size(), contender.rounds.size() == 1 ? "" : "s");
    for (const std::size_t round : BrokenOff(contender)) {
      fmt::format_to(To(text), "   round {}: {}\n", round + 1, Printable(contender.rounds[round].broken_off));
    }
  }
  text += '\n';
  std::string head(kFigureWidth, ' ');
  for (std::size_t i = 0; i < contenders.size(); ++i) fmt::format_to(To(head), "{:<{}}", Letters(i), kCellWidth);
  AddTrimmed(text, head);
  for (const Compared& compared : Compare(contenders)) {
    std::string row = fmt::format("{:<{}}", Name(compared.figure), kFigureWidth);
    for (const Compared::One& one : compared.contenders) {
      fmt::format_to(To(row), "{:<{}}", CellOf(compared.figure, one), kCellWidth);
    }
    AddTrimmed(text, row);
  }
  text += "medians over the rounds; × is the ratio to A";
  return text + (most_rounds < kLeastValues ? fmt::format("; its interval needs at least {} rounds\n", kLeastValues)
                                            : std::string(", with its 95 % interval\n"));
}

}  // namespace skep::load
