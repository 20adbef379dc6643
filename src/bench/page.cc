#include "bench/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/beside.h"
#include "bench/plot.h"
#include "bench/value_text.h"
#include "metrics/page_style.h"
#include "metrics/plot.h"
#include "metrics/scale.h"

namespace skep::bench {
namespace {

using metrics::Escape;

/// What a property of the rows has for values, in the order in which they come.
std::vector<std::string> Distinct(std::span<const Row* const> rows, auto&& of) {
  std::vector<std::string> values;
  for (const Row* row : rows) {
    if (std::ranges::find(values, of(*row)) == values.end()) values.push_back(of(*row));
  }
  return values;
}

std::vector<const Row*> Only(std::span<const Row* const> rows, auto&& wanted) {
  std::vector<const Row*> some;
  for (const Row* row : rows) {
    if (wanted(*row)) some.push_back(row);
  }
  return some;
}

std::string Facts(const Report& report) {
  const Surroundings& around = report.around;
  std::string html = "<dl>";
  const auto add = [&](std::string_view name, std::string_view value) {
    html += fmt::format("<dt>{}</dt><dd>{}</dd>", name, value.empty() ? "not known" : Escape(value));
  };
  add("skep", fmt::format("{}, build {}", around.version, around.build));
  add("Processor", fmt::format("{}, {} cores", around.machine.processor, around.machine.cores));
  if (around.machine.memory_bytes) {
    add("Memory", metrics::ValueText(static_cast<double>(*around.machine.memory_bytes), metrics::Unit::kBytes));
  }
  add("Disk", fmt::format("{}, {}", around.filesystem, around.directory));
  add("Kernel", around.machine.kernel);
  add("Compiler", around.compiler);
  if (around.machine.load) add("Load before", fmt::format("{:.2f}", *around.machine.load));
  if (report.others_cores) add("Other work", BesideText(*report.others_cores, around.machine.online_cores));
  add("Run", fmt::format("{}, {:.0f} s, seed {}{}", around.date, report.seconds, report.seed,
                         report.interrupted ? "; interrupted: what was measured by then" : ""));
  return html + "</dl>";
}

std::string TableOf(std::span<const Row* const> rows) {
  std::string html =
      R"(<div class="wide"><table><tr><th>What</th><th>Median</th><th>95 %</th><th>n</th><th>Required</th>)"
      R"(<th>To its floor</th><th>Floor</th><th class="words">Beside</th></tr>)";
  for (const Row* row : rows) {
    const std::string& subject = row->figure.subject;
    html += fmt::format("<tr><td>{}{}{}</td>", Escape(subject), subject.empty() ? "" : ": ", Escape(row->figure.name));
    html += row->median ? fmt::format("<td>{}</td>", Escape(ValueText(*row->median, row->figure.unit)))
                        : "<td class=\"no\">no data</td>";
    html += fmt::format("<td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>", IntervalText(*row), row->samples,
                        Escape(RequiredText(*row)), RatioIntervalText(*row),
                        row->floor.median ? Escape(ValueText(*row->floor.median, row->figure.unit)) : "");
    html += fmt::format(R"(<td class="words">{}</td></tr>)", Escape(row->floor.name));
  }
  return html + "</table></div>";
}

std::string Notes(std::span<const Row* const> rows) {
  std::string html;
  std::vector<std::string> said;
  for (const Row* row : rows) {
    const std::string& of = row->figure.subject.empty() ? row->figure.name : row->figure.subject;
    std::string note = fmt::format(R"(<p class="note">{}: {}</p>)", Escape(of), Escape(row->figure.note));
    if (row->figure.note.empty() || std::ranges::find(said, note) != said.end()) continue;
    html += note;
    said.push_back(std::move(note));
  }
  return html;
}

std::string SuiteSection(const std::string& suite, std::span<const Row* const> rows) {
  std::string html = fmt::format("<h2>{}</h2>", Escape(suite));
  for (const std::string& unit : Distinct(rows, [](const Row& row) { return row.figure.unit; })) {
    const auto some = Only(rows, [&](const Row& row) { return row.figure.unit == unit; });
    const std::string plot = DrawRows(some, fmt::format("{}, in {}", suite, unit));
    if (plot.empty()) continue;
    html += fmt::format(R"(<figure class="all"><h3>{}</h3>{}</figure>)",
                        Escape(unit.starts_with('/') ? "per second" : unit), plot);
  }
  return html + TableOf(rows) + Notes(rows);
}

}  // namespace

std::string WritePage(const Report& report) {
  std::vector<const Row*> rows;
  for (const Row& row : report.rows) rows.push_back(&row);
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/><title>skep benchmark: {0}</title>"
      "<style>{1}</style></head><body><h1>skep benchmark: {0}</h1>"
      "<p class=\"note\">Medians with their 95 % intervals (bootstrap); a dark stroke is the floor, which was measured "
      "in turn with it: on a busy machine only the ratio to it says much.</p>{2}",
      Escape(report.what), metrics::kPageStyle, Facts(report));
  for (const std::string& suite : Distinct(rows, [](const Row& row) { return row.suite; })) {
    html += SuiteSection(suite, Only(rows, [&](const Row& row) { return row.suite == suite; }));
  }
  return html + "</body></html>\n";
}

}  // namespace skep::bench
