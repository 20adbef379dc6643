#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/id.h"
#include "metrics/page_parts.h"
#include "metrics/plot.h"

namespace skep::metrics {
namespace {

constexpr double kNsPerMs = 1e6;

std::string MsValue(std::int64_t ms) {
  return ms == 0 ? "0 ms" : ValueText(static_cast<double>(ms) * kNsPerMs, Unit::kNs);
}

std::string_view MarkOf(ClaimEnd end) {
  switch (end) {
    case ClaimEnd::kSucceeded:
      return "c1";
    case ClaimEnd::kFailed:
    case ClaimEnd::kTimedOut:
      return "bad";
    case ClaimEnd::kReleased:
    case ClaimEnd::kAbandoned:
      return "lost";
    case ClaimEnd::kCancelled:
      return "dim";
    case ClaimEnd::kOpen:
      break;
  }
  return "open";
}

/// The part of the claims that a timeline shows.
struct Stretch {
  std::vector<Claim> claims;  ///< By their beginnings.
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;
  std::int64_t idle_ms = 0;  ///< What was before it is left out, because nobody worked for so long; 0: nothing is.
};

/// The newest claims, back to where nobody worked for longer than all that came after: what lies before would leave
/// them no room.
Stretch NewestStretch(const std::vector<Claim>& claims) {
  constexpr std::int64_t kShortest = 60'000;
  Stretch stretch;
  if (claims.empty()) return stretch;
  std::vector<std::int64_t> ends;  // The latest end of a claim and of those before it.
  for (const Claim& claim : claims) ends.push_back(std::max(claim.end_ms, ends.empty() ? 0 : ends.back()));
  stretch.to_ms = ends.back();
  std::size_t first = claims.size() - 1;
  for (; first > 0; --first) {
    const std::int64_t idle_ms = claims[first].begin_ms - ends[first - 1];
    if (idle_ms <= std::max(kShortest, stretch.to_ms - claims[first].begin_ms)) continue;
    stretch.idle_ms = idle_ms;
    break;
  }
  stretch.claims.assign(claims.begin() + static_cast<std::ptrdiff_t>(first), claims.end());
  stretch.from_ms = stretch.claims.front().begin_ms;
  return stretch;
}

struct Worker {
  std::int64_t agent = 0;
  std::string name;
  std::int64_t worked_ms = 0;  ///< In which it had at least one task.
  std::int64_t until_ms = 0;   ///< The latest end of them.
};

/// Those with the most work, by age.
std::vector<Worker> WorkersOf(const std::vector<Claim>& claims) {
  std::map<std::int64_t, Worker> by_agent;
  for (const Claim& claim : claims) {
    Worker& worker = by_agent[claim.agent];
    worker.agent = claim.agent;
    worker.name = claim.agent_name;
    worker.worked_ms += std::max<std::int64_t>(claim.end_ms - std::max(claim.begin_ms, worker.until_ms), 0);
    worker.until_ms = std::max(worker.until_ms, claim.end_ms);
  }
  std::vector<Worker> workers;
  for (auto& [agent, worker] : by_agent) workers.push_back(std::move(worker));
  std::ranges::stable_sort(workers, std::greater(), &Worker::worked_ms);
  if (workers.size() > kListedAgents) workers.resize(kListedAgents);
  std::ranges::sort(workers, {}, &Worker::agent);
  return workers;
}

std::string KeyOf(const std::set<ClaimEnd>& ends, bool chain) {
  std::string key = "<div class=\"key\">";
  const auto add = [&](std::string_view shape, std::string_view name) {
    fmt::format_to(std::back_inserter(key), R"(<span><svg viewBox="0 0 14 10">{}</svg>{}</span>)", shape, name);
  };
  for (const ClaimEnd end : ends) {
    add(fmt::format(R"(<rect class="{}" x="1" y="1" width="12" height="8"/>)", MarkOf(end)),
        Names(end)[static_cast<std::size_t>(end)]);
  }
  if (chain) add(R"(<path class="chain" d="M0 5H14"/>)", "critical path");
  return key + "</div>";
}

std::string ClaimTable(const Stretch& stretch) {
  std::string table =
      "<details><summary>Figures</summary><div class=\"wide\"><table><tr><th>from (UTC)</th><th>length</th>"
      "<th class=\"words\">agent</th><th class=\"words\">task</th><th class=\"words\">title</th><th>end</th></tr>\n";
  for (const Claim& claim : stretch.claims) {
    fmt::format_to(std::back_inserter(table),
                   "<tr><td>{}</td><td>{}</td><td class=\"words\">{}</td><td class=\"words\">{}</td>"
                   "<td class=\"words\"><bdi>{}</bdi></td><td>{}</td></tr>\n",
                   MomentText(claim.begin_ms), MsValue(claim.end_ms - claim.begin_ms), Escape(claim.agent_name),
                   FormatId("tk", claim.task), EscapeShort(claim.title, kListedTitle),
                   Names(claim.end)[static_cast<std::size_t>(claim.end)]);
  }
  return table + "</table></div></details>";
}

std::string TimelineFigure(const PageContents& contents) {
  constexpr std::string_view kHeading = "Who worked when";
  const Stretch stretch = NewestStretch(contents.claims.claims);
  if (stretch.claims.empty()) {
    return Figure(kHeading, "", Empty("No agent has claimed a task in this period."), true);
  }
  std::set<std::int64_t> on_path;
  if (contents.path) {
    for (const CriticalPath::Step& step : contents.path->steps) on_path.insert(step.task);
  }
  const std::vector<Worker> workers = WorkersOf(stretch.claims);
  const double span_ms = static_cast<double>(std::max<std::int64_t>(stretch.to_ms - stretch.from_ms, 1));
  Gantt gantt{.id = "plot-agents",
              .label = "Each agent’s claims of tasks by time",
              .from_ms = stretch.from_ms,
              .to_ms = stretch.to_ms};
  for (const Worker& worker : workers) {
    gantt.rows.push_back({.name = worker.name.empty() ? FormatId("ag", worker.agent) : worker.name,
                          .note = fmt::format("{:.0f} %", 100 * static_cast<double>(worker.worked_ms) / span_ms)});
  }
  std::set<ClaimEnd> ends;
  bool any_marked = false;
  for (const Claim& claim : stretch.claims) {
    const auto row = std::ranges::lower_bound(workers, claim.agent, {}, &Worker::agent);
    if (row == workers.end() || row->agent != claim.agent) continue;
    const bool marked = on_path.contains(claim.task);
    any_marked |= marked;
    ends.insert(claim.end);
    gantt.bars.push_back(
        {.row = static_cast<std::size_t>(row - workers.begin()),
         .begin_ms = claim.begin_ms,
         .end_ms = claim.end_ms,
         .mark = MarkOf(claim.end),
         .marked = marked,
         .title = fmt::format("{} {}, {} from {}, {}", FormatId("tk", claim.task),
                              claim.title.substr(0, 2 * kListedTitle), MsValue(claim.end_ms - claim.begin_ms),
                              MomentText(claim.begin_ms), Names(claim.end)[static_cast<std::size_t>(claim.end)])});
  }
  std::string note = fmt::format(
      "{} claims in {}, from {} UTC; at the right: share of that time in which the agent had "
      "a task",
      stretch.claims.size(), MsValue(stretch.to_ms - stretch.from_ms), MomentText(stretch.from_ms));
  if (stretch.idle_ms > 0) {
    note +=
        fmt::format("; before that nobody worked for {}, and what was earlier is left out", MsValue(stretch.idle_ms));
  } else if (contents.claims.more) {
    note += fmt::format("; older claims than the newest {} are left out", contents.claims.claims.size());
  }
  if (workers.size() == kListedAgents) note += fmt::format("; at most the {} agents with the most work", kListedAgents);
  return Figure(kHeading, note,
                KeyOf(ends, any_marked) + "<div class=\"wide\">" + Draw(gantt) + "</div>" + ClaimTable(stretch), true);
}

}  // namespace

std::string AgentSection(const PageContents& contents) {
  const TaskReport& tasks = contents.report.tasks;
  std::string html = TimelineFigure(contents);
  if (tasks.agents.empty()) return html;
  std::string note = "Tasks that ended in this period, by the agent that ended them";
  if (tasks.agents.size() > kListedAgents)
    note += fmt::format("; the {} with the most work of {}", kListedAgents, tasks.agents.size());
  html += Figure("Agents", note, GroupTable({{{"agent", &tasks.agents}}}, contents.agent_names), true);
  const Kind kinds[] = {
      {"type of agent", &tasks.types}, {"capability", &tasks.capabilities}, {"topology", &tasks.topologies}};
  return html + Figure("The same by kind", "Of agents, of what tasks take, and of swarms", GroupTable(kinds, {}), true);
}

std::vector<CriticalPath::Step> ListedSteps(const CriticalPath& path) {
  std::vector<CriticalPath::Step> steps = path.steps;
  if (steps.size() <= kListedSteps) return steps;
  std::ranges::stable_sort(steps, std::greater(), &CriticalPath::Step::work_ms);
  steps.resize(kListedSteps);
  std::ranges::stable_sort(steps, {}, &CriticalPath::Step::end_ms);
  return steps;
}

std::string PathSection(const PageContents& contents) {
  if (!contents.path || contents.path->steps.empty()) {
    return Figure("", "", Empty("No data: no agent has ended a task in this period, so there is no chain."), true);
  }
  const CriticalPath& path = *contents.path;
  const std::vector<CriticalPath::Step> steps = ListedSteps(path);
  std::string note = fmt::format(
      "The longest chain of tasks that needed one another: {} of work in {} task{} of swarm {}, whenever that was; no "
      "number of agents makes the whole shorter. There was something to do for {}",
      MsValue(path.chain_ms), path.tasks, path.tasks == 1 ? "" : "s", Escape(contents.path_swarm),
      MsValue(path.actual_ms));
  if (steps.size() < path.steps.size()) note += fmt::format("; listed: the {} with the most work", steps.size());
  std::string table =
      "<div class=\"wide\"><table id=\"critical-path\"><tr><th>task</th><th class=\"words\">title</th>"
      "<th>first claimed (UTC)</th><th>work</th><th>share</th><th>after the one before</th></tr>\n";
  std::int64_t before_ms = 0;
  std::size_t place = 0;
  for (const CriticalPath::Step& step : steps) {
    // What lies between two of them is said only of neighbours.
    while (path.steps[place].task != step.task) before_ms = path.steps[place++].end_ms;
    const auto title = contents.titles.find(step.task);
    fmt::format_to(
        std::back_inserter(table),
        "<tr><td>{}</td><td class=\"words\"><bdi>{}</bdi></td><td>{}</td><td>{}</td><td>{:.0f} %</td>"
        "<td>{}</td></tr>\n",
        FormatId("tk", step.task), title == contents.titles.end() ? "" : EscapeShort(title->second, kListedTitle),
        MomentText(step.begin_ms), MsValue(step.work_ms),
        100 * static_cast<double>(step.work_ms) / static_cast<double>(std::max<std::int64_t>(path.chain_ms, 1)),
        before_ms == 0 ? "–" : MsValue(std::max<std::int64_t>(step.begin_ms - before_ms, 0)));
    before_ms = step.end_ms;
    ++place;
  }
  return Figure("", note, table + "</table></div>", true);
}

}  // namespace skep::metrics
