#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/printable.h"
#include "base/version.h"
#include "load/report.h"
#include "metrics/page_parts.h"
#include "metrics/page_style.h"
#include "metrics/plot.h"
#include "metrics/scale.h"

namespace skep::load {
namespace {

using metrics::CountText;
using metrics::Escape;
using metrics::Series;
using metrics::TimePlot;
using metrics::Unit;

constexpr std::int64_t kIntervalMs = 1000;
constexpr std::string_view kNoData = "no data";

auto To(std::string& text) { return std::back_inserter(text); }

std::string OrNoData(const std::optional<double>& value, Unit unit) {
  return value ? metrics::ValueText(*value, unit) : std::string(kNoData);
}

// --- By time ---

/// What a line takes from each second.
struct Line {
  std::string_view name;
  std::string_view mark;
  std::function<std::optional<double>(const Interval&)> value;
};

TimePlot Over(const Report& report, std::string_view id, std::string_view label, Unit unit,
              const std::vector<Line>& lines) {
  TimePlot plot{.id = id,
                .label = label,
                .unit = unit,
                .from_ms = report.outcome.began_ms,
                .to_ms = report.outcome.began_ms + kIntervalMs,
                .window_ms = kIntervalMs,
                .counted = "answers"};
  for (const Line& line : lines) plot.series.push_back({line.name, line.mark, {}});
  for (const Interval& interval : report.outcome.intervals) {
    // Seconds begin a little late, as whoever counts them is woken late.
    plot.starts.push_back(report.outcome.began_ms + std::llround(interval.from_s) * kIntervalMs);
    plot.counts.push_back(interval.answered);
    plot.to_ms = plot.starts.back() + kIntervalMs;
    for (std::size_t i = 0; i < lines.size(); ++i) plot.series[i].values.push_back(lines[i].value(interval));
  }
  return plot;
}

std::string Show(const TimePlot& plot, std::string_view heading, std::string_view note) {
  if (plot.empty()) return metrics::Figure(heading, "", metrics::Empty("No data."));
  return metrics::Figure(heading, note, Draw(plot) + Tabulate(plot));
}

std::optional<double> PerSecond(std::uint64_t count, const Interval& interval) {
  return static_cast<double>(count) / interval.seconds;
}

std::string Throughput(const Report& report, const std::string& id) {
  std::vector<Line> lines = {
      {"due", "c2", [](const Interval& one) { return PerSecond(one.due, one); }},
      {"sent", "c3", [](const Interval& one) { return PerSecond(one.sent, one); }},
      {"answered", "c1", [](const Interval& one) { return PerSecond(one.answered, one); }},
  };
  if (report.plan.pattern.closed()) lines.erase(lines.begin());
  const TimePlot plot = Over(report, id, "Requests per second by time", Unit::kPerSecond, lines);
  return Show(plot, "Throughput", "requests per second, in each second; due: what the pattern asked for");
}

std::string Latency(const Report& report, const std::string& id) {
  TimePlot plot = Over(report, id, "Latency by time", Unit::kNs,
                       {{"p50", "q1", [](const Interval& one) { return one.p50_ns; }},
                        {"p99", "q2", [](const Interval& one) { return one.p99_ns; }},
                        {"max", "q3", [](const Interval& one) { return one.max_ns; }}});
  plot.logarithmic = true;
  return Show(plot, "Latency",
              report.plan.pattern.closed() ? "each second’s percentiles, from when a request was sent; log scale"
                                           : "each second’s percentiles, from when a request was due; log scale");
}

std::string Failures(const Report& report, const std::string& id) {
  if (report.outcome.error_count() == 0) {
    return metrics::Figure("Errors", "",
                           metrics::Empty(fmt::format("None, of {} requests.", CountText(report.outcome.due))));
  }
  TimePlot plot =
      Over(report, id, "Errors by time", Unit::kCount,
           {{"errors", "bad", [](const Interval& one) { return std::optional(static_cast<double>(one.errors)); }}});
  plot.bars = true;
  return Show(plot, "Errors", "in each second; those unanswered at the end are the last one’s");
}

std::string Processor(const Report& report, const std::string& id) {
  return Show(Over(report, id, "Processor use of the server by time", Unit::kCores,
                   {{"server", "q2", [](const Interval& one) { return one.cores; }}}),
              "Processor", "cores that the server’s processes keep busy together");
}

std::string Memory(const Report& report, const std::string& id) {
  return Show(Over(report, id, "Memory of the server by time", Unit::kBytes,
                   {{"server", "q2", [](const Interval& one) { return one.resident_bytes; }}}),
              "Memory", "resident, of all the server’s processes together, at each second’s end");
}

// --- By operation ---

std::string Operations(const Report& report, const std::string& id) {
  metrics::SpreadPlot plot{.id = id, .label = "Latency by operation", .rows = {}};
  std::string table =
      "<div class=\"wide\"><table><tr><th></th><th>answers</th><th>p50</th><th>p90</th><th>p99</th><th>p99.9</th>"
      "<th>max</th></tr>\n";
  for (const auto& [name, latency] : report.outcome.by_operation) {
    fmt::format_to(To(table), "<tr><td>{}</td><td>{}</td>", Escape(name), CountText(latency.Count()));
    const auto at = [&latency](double percent) {
      const auto value = latency.Percentile(percent);
      return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
    };
    for (const double percent : {50.0, 90.0, 99.0, 99.9, 100.0}) {
      fmt::format_to(To(table), "<td>{}</td>", OrNoData(at(percent), Unit::kNs));
    }
    table += "</tr>\n";
    if (latency.Count() == 0) continue;
    plot.rows.push_back({.name = name,
                         .count = latency.Count(),
                         .p5 = *at(5),
                         .p25 = *at(25),
                         .p50 = *at(50),
                         .p75 = *at(75),
                         .p95 = *at(95),
                         .most = *at(100)});
  }
  table += "</table></div>";
  return metrics::Figure("Latency by operation",
                         "dot: p50; thick: p25 to p75; thin: p5 to p95; tick: the longest; log scale",
                         (plot.rows.empty() ? metrics::Empty("No data.") : Draw(plot)) + table);
}

// --- What was done, and how it went ---

void AddTerm(std::string& html, std::string_view term, std::string_view text) {
  fmt::format_to(To(html), "<dt>{}</dt><dd>{}</dd>\n", term, Escape(text));
}

std::string ErrorText(const Outcome& outcome) {
  std::string text = fmt::format("{} of {}", CountText(outcome.error_count()), CountText(outcome.due));
  for (std::string_view before = ": "; const auto& [kind, count] : outcome.errors) {
    fmt::format_to(To(text), "{}{} {}", std::exchange(before, ", "), CountText(count), kind);
  }
  return text;
}

std::string Summary(const Report& report) {
  const Outcome& outcome = report.outcome;
  std::string html = "<dl>\n";
  AddTerm(html, "Plan", Text(report.plan));
  AddTerm(html, "Machine", Text(report.machine));
  AddTerm(html, "Began", metrics::MomentText(report.outcome.began_ms) + " UTC");
  std::string rate = fmt::format("{} in {:.3f} s, {}", CountText(outcome.answered), outcome.seconds,
                                 OrNoData(outcome.rate(), Unit::kPerSecond));
  if (!report.plan.pattern.closed()) {
    fmt::format_to(To(rate), "; {} were due, {}", CountText(outcome.due),
                   OrNoData(outcome.offered_rate(), Unit::kPerSecond));
  }
  AddTerm(html, "Answered", rate);
  AddTerm(html, "Errors", ErrorText(outcome));
  for (const auto& [kind, said] : outcome.first_errors) {
    AddTerm(html, "First", fmt::format("{}: {}", kind, Printable(said)));
  }
  AddTerm(html, "Server",
          fmt::format("{} CPU for each answer, RSS {} at most{}", OrNoData(outcome.cpu_ns_per_answer(), Unit::kNs),
                      OrNoData(outcome.peak_resident_bytes, Unit::kBytes),
                      outcome.processes > 1 ? fmt::format(", of {} processes", CountText(outcome.processes)) : ""));
  for (const Judgement& judgement : report.judgements) {
    const std::string text = Escape(Text(judgement));
    const bool met = judgement.verdict == Judgement::Verdict::kMet;
    fmt::format_to(To(html), "<dt>Expected</dt><dd>{}</dd>\n",
                   met ? text : fmt::format("<span class=\"bad\">{}</span>", text));
  }
  if (outcome.interrupted) AddTerm(html, "Interrupted", "this is what was measured until then");
  if (!outcome.broken_off.empty()) AddTerm(html, "Ended", outcome.broken_off);
  return html + "</dl>\n";
}

std::string Section(const Report& report, std::size_t number) {
  const auto id = [number](std::string_view name) { return fmt::format("plot-{}-{}", name, number); };
  return fmt::format("<section>\n<h2>{}</h2>\n{}<div class=\"pair\">\n", Escape(NameOf(report.target)),
                     Summary(report)) +
         Throughput(report, id("throughput")) + Latency(report, id("latency")) + Operations(report, id("operations")) +
         Failures(report, id("errors")) + Processor(report, id("cpu")) + Memory(report, id("memory")) +
         "</div>\n</section>\n";
}

std::string Comparison(std::span<const Contender> contenders) {
  std::string html = fmt::format(
      "<section>\n<h2>Side by side</h2>\n<div class=\"wide\"><table><caption>Medians of {} rounds in turn; × is the "
      "ratio to the first server, with its 95 % interval. What is below is each one’s last "
      "round.</caption>\n<tr><th></th>",
      contenders[0].rounds.size());
  for (const Contender& contender : contenders)
    fmt::format_to(To(html), "<th>{}</th>", Escape(NameOf(contender.target)));
  html += "</tr>\n";
  for (const Compared& compared : Compare(contenders)) {
    fmt::format_to(To(html), "<tr><td>{}</td>", Name(compared.figure));
    for (const Compared::One& one : compared.contenders) {
      std::string cell = one.median ? ValueText(compared.figure, *one.median) : std::string(kNoData);
      if (one.ratio) fmt::format_to(To(cell), "<br/>× {:.2f}", one.ratio->value);
      if (one.ratio && one.ratio->range) {
        fmt::format_to(To(cell), " ({:.2f} to {:.2f})", one.ratio->range->low, one.ratio->range->high);
      }
      fmt::format_to(To(html), "<td>{}</td>", cell);
    }
    html += "</tr>\n";
  }
  html += "</table></div>\n";
  for (const Contender& contender : contenders) {
    for (const std::size_t round : BrokenOff(contender)) {
      fmt::format_to(To(html), "<p class=\"bad\">{}, round {}: {}</p>\n", Escape(NameOf(contender.target)), round + 1,
                     Escape(contender.rounds[round].broken_off));
    }
  }
  return html + "</section>\n";
}

}  // namespace

std::string ReportPage(std::span<const Report> reports, std::span<const Contender> contenders) {
  const std::string title = "Load on " + NameOf(reports[0].target);
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"/>"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>"
      "<meta name=\"generator\" content=\"skep-load {}\"/><title>{}</title>\n<style>{}dl + .pair {{ margin-top: 28px; "
      "}}</style></head>\n<body>\n",
      Version(), Escape(title), metrics::kPageStyle);
  fmt::format_to(To(html), "<header><h1><bdi>{}</bdi></h1>\n<p class=\"sub\">{}</p></header>\n<main>\n", Escape(title),
                 Escape(Text(reports[0].plan)));
  if (contenders.size() > 1) html += Comparison(contenders);
  for (std::size_t i = 0; i < reports.size(); ++i) html += Section(reports[i], i + 1);
  fmt::format_to(To(html), "</main>\n<footer>skep-load {}. Times on plots are UTC.</footer>\n</body>\n</html>\n",
                 Version());
  return html;
}

}  // namespace skep::load
