#include "metrics/page.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>
#include <utility>

#include "base/id.h"
#include "base/version.h"
#include "metrics/page_parts.h"
#include "metrics/page_style.h"
#include "metrics/plot.h"
#include "metrics/report_text.h"

namespace skep::metrics {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kSwarms{
    "SELECT swarm, count(*) FROM tasks WHERE finished_ms > 0 AND finished_ms >= ?1 AND finished_ms < ?2 "
    "GROUP BY swarm ORDER BY 2 DESC, 1 DESC LIMIT 2"};
constexpr Sql kTitle{"SELECT title FROM tasks WHERE id = ?1"};
constexpr Sql kName{"SELECT name FROM agents WHERE id = ?1"};

std::string FullName(const swarm::Swarm& swarm) { return fmt::format("{} ({})", swarm.name, swarm.id()); }

/// The swarm in which the most tasks have ended, and whether it is the only one in which any has.
std::optional<swarm::Swarm> Busiest(Database& database, std::int64_t from_ms, std::int64_t to_ms, bool& only) {
  std::int64_t number = 0;
  {
    Cursor row = database.Query(kSwarms, from_ms, to_ms);
    if (!row.Next()) return std::nullopt;
    number = row.Int(0);
    only = !row.Next();
  }
  auto found = swarm::FindSwarm(database, FormatId("sw", number));
  return found ? std::optional(*std::move(found)) : std::nullopt;
}

/// "10 us" is written so for terminals of any kind.
std::string WithMicro(std::string_view text) {
  std::string out(text);
  for (std::size_t at = 0; (at = out.find(" us", at)) != std::string::npos; ++at) {
    const bool figure = at > 0 && out[at - 1] >= '0' && out[at - 1] <= '9';
    const bool ends = at + 3 == out.size() || std::string_view(" ,;.)").contains(out[at + 3]);
    if (figure && ends) out.replace(at, 3, " µs");
  }
  return out;
}

/// The ten lines: each begins with what it is about.
std::string Summary(const Report& report) {
  std::string html = "<dl>\n";
  const std::string text = SummaryOf(report);
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    fmt::format_to(std::back_inserter(html), "<dt>{}</dt><dd>{}</dd>\n", Escape(line.substr(0, colon)),
                   Escape(WithMicro(line.substr(colon + 2))));
  }
  return html + "</dl>\n";
}

struct Part {
  std::string_view id;
  std::string_view name;
  std::string (*write)(const PageContents&);
};
constexpr Part kParts[] = {
    {"requests", "Requests", RequestSection},
    {"tasks", "Tasks", TaskSection},
    {"agents", "Agents", AgentSection},
    {"path", "Critical path", PathSection},
    {"store", "Store", StoreSection},
    {"processes", "Processes", ProcessSection},
    {"operations", "Operations", OperationSection},
    {"requirements", "Requirements", RequirementSection},
    {"baseline", "Baseline", BaselineSection},
    {"alerts", "Alerts", AlertSection},
};

}  // namespace

std::string Figure(std::string_view heading, std::string_view note, std::string_view body, bool wide) {
  return fmt::format("<figure{}>{}{}{}</figure>\n", wide ? " class=\"all\"" : "",
                     heading.empty() ? "" : fmt::format("<h3>{}</h3>", heading),
                     note.empty() ? "" : fmt::format("<p class=\"note\">{}.</p>", note), body);
}

std::string Empty(std::string_view why) { return fmt::format("<p class=\"empty\">{}</p>", why); }

PageContents ReadPage(Database& database, std::string project, ReportRequest request, std::int64_t now_ms) {
  const std::int64_t from_ms = now_ms - request.length_ms;
  PageContents contents{.project = std::move(project)};
  std::optional<swarm::Swarm> path_of = request.swarm;
  if (request.swarm) {
    contents.swarm = FullName(*request.swarm);
  } else {
    bool only = false;
    path_of = Busiest(database, from_ms, now_ms, only);
    // Its tasks are all there are.
    if (only) request.swarm = path_of;
  }
  request.critical_path = true;
  contents.report = MakeReport(database, request, {}, now_ms);
  contents.history = ReadHistory(database, request.swarm, from_ms, now_ms, now_ms);
  contents.claims = ReadClaims(database, request.swarm, from_ms, now_ms, kListedClaims);
  if (path_of) {
    contents.path_swarm = FullName(*path_of);
    contents.path = request.swarm ? contents.report.critical_path : FindCriticalPath(database, *path_of);
  }
  if (contents.path) {
    for (const CriticalPath::Step& step : ListedSteps(*contents.path)) {
      if (Cursor row = database.Query(kTitle, step.task); row.Next()) contents.titles[step.task] = row.Text(0);
    }
  }
  for (const TaskGroup& agent : contents.report.tasks.agents) {
    if (contents.agent_names.size() == kListedAgents) break;
    Cursor row = database.Query(kName, ParseId("ag", agent.name).value_or(0));
    if (row.Next()) contents.agent_names[agent.name] = row.Text(0);
  }
  return contents;
}

std::string WritePage(const PageContents& contents) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"/>"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>"
      "<meta name=\"generator\" content=\"skep {}\"/><title>skep: {}</title>\n<style>{}</style></head>\n<body>\n",
      Version(), Escape(contents.project), kPageStyle);
  fmt::format_to(
      std::back_inserter(html), "<header><h1><bdi>{}</bdi></h1>\n<p class=\"sub\">{}</p>\n", Escape(contents.project),
      contents.swarm.empty() ? "All swarms of the project." : "Tasks of swarm " + Escape(contents.swarm) + ".");
  html += "<nav>";
  for (const Part& part : kParts)
    fmt::format_to(std::back_inserter(html), "<a href=\"#{}\">{}</a>\n", part.id, part.name);
  html += "</nav></header>\n<section id=\"summary\"><h2>Summary</h2>\n" + Summary(contents.report) + "</section>\n";
  for (const Part& part : kParts) {
    fmt::format_to(std::back_inserter(html),
                   "<section id=\"{}\"><h2>{}</h2>\n<div class=\"pair\">\n{}</div></section>\n", part.id, part.name,
                   part.write(contents));
  }
  fmt::format_to(std::back_inserter(html),
                 "<footer>skep {}. Times are UTC. Every figure was measured; percentiles are exact to 3 %, and where "
                 "nothing was measured nothing is shown.</footer>\n</body>\n</html>\n",
                 Version());
  return html;
}

}  // namespace skep::metrics
