#include "cli/benchmark_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

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
    text += fmt::format(
        "load average before: {:.2f}{}\n", *around.machine.load,
        *around.machine.load > 0.5 * static_cast<double>(around.machine.cores) ? ": other work ran beside" : "");
  }
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

std::string RowByRow(std::span<const Row* const> rows, const Style& style) {
  Table table(true);
  const bool floors = std::ranges::any_of(rows, [](const Row* row) { return !row->floor.name.empty(); });
  table.Add(floors ? std::vector<std::string>{"what", "median", "95 %", "n", "to its floor", "floor", ""}
                   : std::vector<std::string>{"what", "median", "95 %", "n"});
  for (const Row* row : rows) {
    std::vector<std::string> cells = {row->figure.name, MedianText(*row), bench::IntervalText(*row),
                                      row->samples > 0 ? fmt::format("{}", row->samples) : ""};
    if (floors) {
      cells.push_back(RatioText(*row));
      cells.push_back(row->floor.median ? ValueText(*row->floor.median, row->figure.unit) : "");
      cells.push_back(row->floor.name);
    }
    table.Add(std::move(cells));
  }
  return table.Render(style);
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
  const std::string& floor = rows.front()->floor.name;
  return table.Render(style) + (floor.empty() ? "" : fmt::format("  × to its floor: {}\n", floor));
}

std::string ChangeText(const bench::Difference& row) {
  switch (row.verdict) {
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
    const std::string beside = row.ratio ? fmt::format("{} {}", RatioText(row), row.floor.name) : row.figure.note;
    table.Add({fmt::format("{}: {}", row.suite, row.figure.name), MedianText(row), beside});
  }
  return table.Render(style) + (report.interrupted ? "interrupted\n" : "");
}

std::string TextOf(const bench::Comparison& comparison, const Style& style) {
  std::string text;
  for (const std::string& caution : comparison.caution) text += fmt::format("caution: {}\n", caution);
  Table table(true);
  table.Add({"suite", "what", "before", "after", "ratio", ""});
  for (const bench::Difference& row : comparison.rows) {
    const bench::Figure& figure = row.after.figure;
    table.Add({row.before.suite.empty() ? row.after.suite : row.before.suite,
               figure.subject.empty() ? figure.name : fmt::format("{}: {}", figure.subject, figure.name),
               row.before.median ? ValueText(*row.before.median, figure.unit) : "",
               row.after.median ? ValueText(*row.after.median, figure.unit) : "",
               row.ratio ? fmt::format("× {}", ValueText(*row.ratio)) : "", ChangeText(row)});
  }
  text += table.Render(style);
  using bench::Verdict;
  return text + fmt::format("{} worse, {} better, {} without a difference of 10 % that shows, {} without data\n",
                            comparison.Count(Verdict::kWorse), comparison.Count(Verdict::kBetter),
                            comparison.Count(Verdict::kNoDifference), comparison.Count(Verdict::kNoData));
}

}  // namespace skep::cli
