#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>

#include "metrics/page_parts.h"
#include "metrics/plot.h"

namespace skep::metrics {
namespace {

constexpr double kNsPerMs = 1e6;
constexpr std::string_view kNothing = "–";

std::string Percentile(const Distribution& values, double percent, double ns, Unit unit = Unit::kNs) {
  const auto value = values.Percentile(percent);
  return value ? ValueText(ns * static_cast<double>(*value), unit) : std::string(kNothing);
}

/// One row: cells that are HTML already.
void AddRow(std::string& to, std::initializer_list<std::string_view> cells) {
  to += "<tr>";
  for (const std::string_view cell : cells) fmt::format_to(std::back_inserter(to), "<td>{}</td>", cell);
  to += "</tr>\n";
}

std::string Change(std::uint64_t now, std::uint64_t before) {
  if (before == 0) return std::string(kNothing);
  return fmt::format("{:+.0f} %", 100 * (static_cast<double>(now) / static_cast<double>(before) - 1));
}

std::string VerdictText(Verdict verdict) {
  std::string text(Names(verdict)[static_cast<std::size_t>(verdict)]);
  std::ranges::replace(text, '_', ' ');
  return text;
}

void AddGroup(std::string& to, const TaskGroup& group, const std::map<std::string, std::string>& names) {
  const TaskFigures& figures = group.figures;
  const auto name = names.find(group.name);
  const std::string id = group.name.empty() ? "(none)" : Escape(group.name);
  AddRow(to, {name == names.end() ? id : fmt::format("<bdi>{}</bdi> {}", Escape(name->second), id),
              CountText(static_cast<std::uint64_t>(figures.succeeded)),
              CountText(static_cast<std::uint64_t>(figures.failed)), Percentile(figures.work, 50, kNsPerMs),
              Percentile(figures.work, 95, kNsPerMs), Percentile(figures.queue, 95, kNsPerMs),
              ValueText(kNsPerMs * static_cast<double>(figures.work.total()), Unit::kNs),
              figures.speed_up() ? fmt::format("{:.2f}", *figures.speed_up()) : kNothing,
              figures.span_ms == 0 ? std::string(kNothing)
                                   : fmt::format("{:.0f} %", 100 * static_cast<double>(figures.busy_ms) /
                                                                 static_cast<double>(figures.span_ms))});
}

}  // namespace

std::string OperationSection(const PageContents& contents) {
  std::vector<const OperationReport*> operations;
  for (const OperationReport& one : contents.report.operations) operations.push_back(&one);
  if (operations.empty()) {
    return Figure("", "", Empty("No data: nothing was measured in this period."), true);
  }
  const auto is_time = [](const OperationReport* one) { return one->now.operation != "store:group"; };
  std::ranges::stable_sort(operations, std::greater(), [&](const OperationReport* one) {
    return std::pair(is_time(one), one->now.values.total());
  });
  std::string table =
      "<div class=\"wide\"><table><tr><th>operation</th><th>count</th><th>before</th><th>failed</th><th>p50</th>"
      "<th>p95</th><th>before</th><th>p99</th><th>max</th><th>together</th></tr>\n";
  for (const OperationReport* const one : operations) {
    const Distribution& values = one->now.values;
    // A group's size is no time.
    const Unit unit = is_time(one) ? Unit::kNs : Unit::kCount;
    AddRow(table, {Escape(one->now.operation), CountText(values.count()), Change(values.count(), one->before_count),
                   CountText(one->now.errors), Percentile(values, 50, 1, unit), Percentile(values, 95, 1, unit),
                   one->before_p95 && one->before_count > 0
                       ? Change(values.Percentile(95).value_or(0), std::max<std::uint64_t>(*one->before_p95, 1))
                       : kNothing,
                   Percentile(values, 99, 1, unit), ValueText(static_cast<double>(values.most()), unit),
                   ValueText(static_cast<double>(values.total()), unit)});
  }
  return Figure("",
                fmt::format("{} kinds, those that took the most time first; before: change since the period before, of "
                            "the same length; store:group counts writes, all others are times",
                            operations.size()),
                table + "</table></div>", true);
}

std::string GroupTable(std::span<const Kind> kinds, const std::map<std::string, std::string>& names) {
  std::string table = "<div class=\"wide\"><table>\n";
  for (const Kind& kind : kinds) {
    fmt::format_to(std::back_inserter(table),
                   "<tr><th>{}</th><th>succeeded</th><th>failed</th><th>work p50</th><th>work p95</th>"
                   "<th>queue p95</th><th>work together</th><th>at once</th><th>busy</th></tr>\n",
                   kind.heading);
    for (std::size_t i = 0; i < std::min(kind.groups->size(), kListedAgents); ++i) {
      AddGroup(table, (*kind.groups)[i], names);
    }
  }
  return table + "</table></div>";
}

std::string RequirementSection(const PageContents& contents) {
  std::string table =
      "<div class=\"wide\"><table><tr><th>requirement</th><th class=\"words\">wanted</th><th class=\"words\"></th>"
      "<th class=\"words\">measured</th></tr>\n";
  for (const Requirement& one : contents.report.requirements) {
    static constexpr std::array<std::string_view, 3> kShown = {"<td class=\"words\">✓ met</td>",
                                                               "<td class=\"words bad\">✗ not met</td>",
                                                               "<td class=\"words no\">no data</td>"};
    fmt::format_to(std::back_inserter(table),
                   "<tr><td>{}</td><td class=\"words\">{}</td>{}<td class=\"words\">{}</td></tr>\n", Escape(one.name),
                   Escape(one.wanted), kShown[static_cast<std::size_t>(one.met)],
                   Escape(one.measured ? *one.measured : one.why.value_or("")));
  }
  return Figure("", "What is asked of skep, against what was measured in this period", table + "</table></div>", true);
}

std::string BaselineSection(const PageContents& contents) {
  const auto& comparisons = contents.report.comparisons;
  if (comparisons.empty()) {
    return Figure(
        "", "",
        Empty(fmt::format("No data: there is no baseline yet: it takes {} minutes with 20 calls of an operation.",
                          kFewestMinutes)),
        true);
  }
  std::string table =
      "<div class=\"wide\"><table><tr><th>operation</th><th>verdict</th><th>now</th><th>minutes</th><th>baseline</th>"
      "<th>minutes</th><th>set (UTC)</th></tr>\n";
  for (const Comparison& one : comparisons) {
    const auto text = [](const std::optional<double>& ns) {
      return ns ? ValueText(*ns, Unit::kNs) : std::string(kNothing);
    };
    const std::string verdict = VerdictText(one.verdict);
    AddRow(table, {Escape(one.operation), one.verdict == Verdict::kWorse ? "✗ " + verdict : verdict, text(one.p95_ns),
                   fmt::format("{}", one.minutes), text(one.baseline_p95_ns), fmt::format("{}", one.baseline_minutes),
                   MomentText(one.baseline_ms)});
  }
  return Figure("",
                "Medians of the minutes’ p95, the last hour against the baseline; worse and improved: beyond chance "
                "(p &lt; 0.01) and by a tenth or more",
                table + "</table></div>", true);
}

std::string AlertSection(const PageContents& contents) {
  const auto& alerts = contents.report.alerts;
  if (alerts.empty()) return Figure("", "", Empty("No alert was raised or open in this period."), true);
  std::string table =
      "<div class=\"wide\"><table><tr><th>raised (UTC)</th><th>until</th><th class=\"words\">what</th></tr>\n";
  for (const Alert& one : alerts) {
    fmt::format_to(std::back_inserter(table), "<tr><td>{}</td><td{}</td><td class=\"words\">{}</td></tr>\n",
                   MomentText(one.raised_ms),
                   IsOpen(one, contents.report.to_ms) ? std::string(" class=\"bad\">open")
                   : one.cleared_ms != 0              ? ">" + MomentText(one.cleared_ms)
                   : one.measured_ms != 0             ? ">open when last measured, " + MomentText(one.measured_ms)
                                                      : std::string(">open when last measured"),
                   Escape(one.message));
  }
  return Figure("", fmt::format("{} of this period, the open ones first", alerts.size()), table + "</table></div>",
                true);
}

}  // namespace skep::metrics
