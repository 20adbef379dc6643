#include "cli/benchmark_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/beside.h"
#include "bench/value_text.h"
#include "metrics/scale.h"

namespace skep::cli {
namespace {

using bench::Row;
using bench::ValueText;

std::string AroundText(const bench::Report& report) {
  const bench::Surroundings& around = report.around;
  std::vector<std::string> facts;
  facts.push_back(fmt::format("{}, {} {}", around.machine.processor, around.machine.cores,
                              around.machine.cores == 1 ? "core" : "cores"));
  if (around.machine.memory_bytes) {
    facts.push_back(metrics::ValueText(static_cast<double>(*around.machine.memory_bytes), metrics::Unit::kBytes));
  }
  facts.push_back(fmt::format("{} ({})", around.filesystem, around.directory));
  facts.push_back(around.machine.kernel);
  facts.push_back(around.compiler);
  std::string text = fmt::format("skep {}, build {}, {}, {:.0f} s, seed {}\n{}\n", around.version, around.build,
                                 around.date, report.seconds, report.seed, fmt::join(facts, " · "));
  if (around.machine.load) {
    text += fmt::format("load average before: {:.2f}\n", *around.machine.load);
  }
  if (report.others_cores) text += bench::BesideText(*report.others_cores, around.machine.online_cores) + "\n";
  if (report.interrupted) text += "interrupted: this is what was measured by then\n";
  return text;
}

std::string MedianText(const Row& row) { return row.median ? ValueText(*row.median, row.figure.unit) : "no data"; }

/// Notes, each once, after what it is a note on, unless that is all of them.
std::string NotesOf(std::span<const Row* const> rows) {
  std::string text;
  std::vector<std::string_view> said;
  for (const Row* row : rows) {
    const std::string& note = row->figure.note;
    if (note.empty() || std::ranges::find(said, note) != said.end()) continue;
    said.push_back(note);
    std::vector<std::string_view> on;
    bool all = rows.size() > 1;
    for (const Row* other : rows) {
      const std::string_view name = other->figure.subject.empty() ? other->figure.name : other->figure.subject;
      if (other->figure.note != note) {
        all = false;
      } else if (std::ranges::find(on, name) == on.end()) {
        on.push_back(name);
      }
    }
    text += all ? fmt::format("  {}\n", note) : fmt::format("  {}: {}\n", fmt::join(on, ", "), note);
  }
  return text;
}

/// Why some rows have no interval, if the time was too short for one; what is counted once never has.
std::string TooFewText(std::span<const Row* const> rows) {
  const bool some = std::ranges::any_of(
      rows, [](const Row* row) { return row->median && !row->once && row->samples < bench::kLeastForInterval; });
  if (!some) return {};
  return fmt::format("  without an interval: fewer than {} repetitions; a longer --duration has more\n",
                     bench::kLeastForInterval);
}

std::string RowByRow(std::span<const Row* const> rows, const Style& style) {
  Table table(true);
  const bool floors = std::ranges::any_of(rows, [](const Row* row) { return !row->floor.name.empty(); });
  const bool required = std::ranges::any_of(rows, [](const Row* row) { return row->figure.required.has_value(); });
  std::vector<std::string> heading = {"what", "median", "95 %", "n"};
  if (required) heading.emplace_back("required");
  if (floors) heading.insert(heading.end(), {"to its floor", "floor", ""});
  table.Add(std::move(heading));
  for (const Row* row : rows) {
    std::vector<std::string> cells = {row->figure.name, MedianText(*row), bench::IntervalText(*row),
                                      row->samples > 0 ? fmt::format("{}", row->samples) : ""};
    if (required) cells.push_back(bench::RequiredText(*row));
    if (floors) {
      cells.push_back(bench::RatioIntervalText(*row));
      cells.push_back(row->floor.median ? ValueText(*row->floor.median, row->figure.unit) : "");
      cells.push_back(row->floor.name);
    }
    table.Add(std::move(cells));
  }
  return table.Render(style) + TooFewText(rows);
}

/// What is required of a figure, and how many of the subjects meet it; empty when nothing is.
std::string RequiredLine(const std::string& name, std::span<const Row* const> rows) {
  std::string bound;
  int judged = 0;
  int met = 0;
  for (const Row* row : rows) {
    if (row->figure.name != name || !row->figure.required) continue;
    bound = bench::BoundText(*row);
    const auto meets = bench::Met(*row);
    judged += meets ? 1 : 0;
    met += meets.value_or(false) ? 1 : 0;
  }
  return bound.empty() ? "" : fmt::format("  {} {}: met by {} of {}\n", name, bound, met, judged);
}

/// A line for each subject, a column for each figure, with its ratio to the floor, whose name stands below.
std::string SideBySide(std::span<const Row* const> rows, const Style& style) {
  std::vector<std::string> subjects;
  std::vector<std::string> names;
  const auto add = [](std::vector<std::string>& to, const std::string& one) {
    if (std::ranges::find(to, one) == to.end()) to.push_back(one);
  };
  for (const Row* row : rows) {
    add(subjects, row->figure.subject);
    add(names, row->figure.name);
  }
  Table table(true);
  std::vector<std::string> heading = {""};
  heading.insert(heading.end(), names.begin(), names.end());
  table.Add(std::move(heading));
  for (const std::string& subject : subjects) {
    std::vector<std::string> cells = {subject};
    for (const std::string& name : names) {
      const auto found = std::ranges::find_if(
          rows, [&](const Row* row) { return row->figure.subject == subject && row->figure.name == name; });
      std::string cell = found == rows.end() ? "" : MedianText(**found);
      if (found != rows.end() && (*found)->median && (*found)->ratio) cell += "  " + RatioText(**found);
      cells.push_back(std::move(cell));
    }
    table.Add(std::move(cells));
  }
  std::string text = table.Render(style) + TooFewText(rows);
  for (const std::string& name : names) text += RequiredLine(name, rows);
  const std::string& floor = rows.front()->floor.name;
  return text + (floor.empty() ? "" : fmt::format("  × to its floor: {}\n", floor));
}

std::string_view VerdictText(bench::Verdict verdict) {
  switch (verdict) {
    case bench::Verdict::kNoDifference:
      return "no difference shown";
    case bench::Verdict::kBetter:
      return "better";
    case bench::Verdict::kWorse:
      return "worse";
    case bench::Verdict::kNoData:
      return "no data to tell by";
  }
  return {};
}

/// What one run has of a row: the ratio or the figure, by which it is judged, with its interval.
std::string SideText(const Row& row, bench::Basis basis) {
  if (basis == bench::Basis::kRatio) return bench::RatioIntervalText(row);
  if (!row.median) return {};
  const std::string interval = bench::IntervalText(row);
  return ValueText(*row.median, row.figure.unit) + (interval.empty() ? "" : fmt::format(" ({})", interval));
}

/// "3 worse (2 by the ratio, 1 by the figure)".
std::string CountText(const bench::Comparison& comparison, bench::Verdict verdict) {
  const std::int64_t all = comparison.Count(verdict);
  const std::int64_t ratios = comparison.Count(verdict, bench::Basis::kRatio);
  return fmt::format("{} {}{}", all, VerdictText(verdict),
                     all == 0 ? "" : fmt::format(" ({} by the ratio, {} by the figure)", ratios, all - ratios));
}

}  // namespace

std::string TextOf(const bench::Report& report, const Style& style) {
  std::string text = AroundText(report);
  std::vector<std::string_view> suites;
  for (const Row& row : report.rows) {
    if (std::ranges::find(suites, row.suite) == suites.end()) suites.push_back(row.suite);
  }
  for (const std::string_view suite : suites) {
    std::vector<const Row*> plain;
    std::vector<const Row*> compared;
    for (const Row& row : report.rows) {
      if (row.suite == suite) (row.figure.subject.empty() ? plain : compared).push_back(&row);
    }
    text += fmt::format("\n{}\n", Bold(suite, style));
    if (!plain.empty()) text += RowByRow(plain, style) + NotesOf(plain);
    if (!compared.empty()) text += SideBySide(compared, style) + NotesOf(compared);
  }
  return text;
}

std::string LinesOf(const bench::Report& report, const Style& style) {
  Table table;
  for (const Row& row : report.rows) {
    const std::string beside =
        row.ratio ? fmt::format("{} {}", bench::RatioText(row), row.floor.name) : row.figure.note;
    table.Add({fmt::format("{}: {}", row.suite, row.figure.name), MedianText(row), bench::RequiredText(row), beside});
  }
  std::string text = table.Render(style);
  const std::int64_t cores = report.around.machine.online_cores;
  if (report.others_cores && bench::Disturbs(*report.others_cores, cores)) {
    text += bench::BesideText(*report.others_cores, cores) + "\n";
  }
  return text + (report.interrupted ? "interrupted\n" : "");
}

std::string TextOf(const bench::Comparison& comparison, const Style& style) {
  std::string text;
  for (const std::string& caution : comparison.caution) text += fmt::format("caution: {}\n", caution);
  Table table(true);
  table.Add({"suite", "what", "judged by", "before", "after", "change", ""});
  for (const bench::Difference& row : comparison.rows) {
    const bench::Figure& figure = row.after.figure;
    std::string verdict(VerdictText(row.verdict));
    if (!row.why.empty()) verdict += ": " + row.why;
    table.Add({row.before.suite.empty() ? row.after.suite : row.before.suite,
               figure.subject.empty() ? figure.name : fmt::format("{}: {}", figure.subject, figure.name),
               row.change ? std::string(Names(row.basis)[static_cast<std::size_t>(row.basis)]) : "",
               SideText(row.before, row.basis), SideText(row.after, row.basis),
               row.change ? fmt::format("× {}", ValueText(*row.change)) : "", std::move(verdict)});
  }
  text += table.Render(style);
  using bench::Verdict;
  text +=
      "ratio: to the floor that was measured in turn with it, which a busy machine slows down too; figure: without "
      "one\n";
  return text + fmt::format("{}, {}, {} without a difference of {:.0f} % beyond the intervals, {} without data\n",
                            CountText(comparison, Verdict::kWorse), CountText(comparison, Verdict::kBetter),
                            comparison.Count(Verdict::kNoDifference), 100 * bench::kWorth,
                            comparison.Count(Verdict::kNoData));
}

}  // namespace skep::cli
