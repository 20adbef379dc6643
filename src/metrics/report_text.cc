#include "metrics/report_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time_text.h"
#include "metrics/duration_text.h"

namespace skep::metrics {
namespace {

/// Rows of a table: the first of many.
constexpr std::size_t kMaxRows = 40;

/// To the minute: "2026-11-21 18:05".
std::string TimeText(std::int64_t ms) {
  char text[kTimeTextSize];
  std::string time(FormatTime(ms, text).substr(0, 16));
  time[10] = ' ';
  return time;
}

std::string Percentiles(const Distribution& values, std::uint64_t unit_ns) {
  if (values.count() == 0) return "no data";
  return fmt::format("p50 {}, p95 {}, p99 {}, max {}", NsText(*values.Percentile(50) * unit_ns),
                     NsText(*values.Percentile(95) * unit_ns), NsText(*values.Percentile(99) * unit_ns),
                     NsText(values.most() * unit_ns));
}

std::string Percent(std::uint64_t part, std::uint64_t whole) {
  return fmt::format("{:.2g} %", 100 * static_cast<double>(part) / static_cast<double>(whole));
}

/// "+12 %" against what was before.
std::string Change(double now, double before) {
  if (before <= 0) return "none before";
  return fmt::format("{:+.0f} %", 100 * (now / before - 1));
}

const Distribution* Find(const Report& report, std::string_view operation) {
  for (const OperationReport& one : report.operations) {
    if (one.now.operation == operation) return &one.now.values;
  }
  return nullptr;
}

/// "12 of p95 1.2 ms": how often, and how long.
std::string Figure(const Report& report, std::string_view operation, std::string_view noun) {
  const Distribution* const values = Find(report, operation);
  if (values == nullptr) return fmt::format("no {}", noun);
  return fmt::format("{} {} (p95 {})", values->count(), noun, NsText(*values->Percentile(95)));
}

/// What the columns of groups of tasks are.
constexpr std::string_view kOfGroups =
    "  ok, failed: tasks that ended so, each counted for who worked on it last. attempts failed: all that failed or\n"
    "  timed out in the period, also of tasks that went on. work, queue, busy: of the last attempts at tasks that "
    "ended;\n"
    "  busy is the share of the time from the first claim to the last end in which one was worked on.\n";

std::string PeriodLine(const Report& report) {
  const std::string period = fmt::format("{} to {} UTC", TimeText(report.from_ms), TimeText(report.to_ms));
  if (report.measured_ms == 0) return fmt::format("Period: {}. Nothing was measured in it.", period);
  std::string line =
      fmt::format("Period: {}, measured by {} process{}", period, report.processes, report.processes == 1 ? "" : "es");
  // A window begins before what is in it.
  if (report.measured_ms > report.from_ms + kHourMs) {
    line += fmt::format("; nothing before {}", TimeText(report.measured_ms));
  }
  return line + ".";
}

std::string RequestLine(const Report& report) {
  const RequestTotals& now = report.requests;
  const std::uint64_t count = now.values.count();
  if (count == 0) return "Requests: none.";
  const std::uint64_t before = report.requests_before.values.count();
  std::string line = fmt::format("Requests: {} ({}), {} failed ({}).", count, Percentiles(now.values, 1), now.errors,
                                 Percent(now.errors, count));
  if (before == 0) return line + " None in the period before.";
  return line + fmt::format(" Before: {} ({}), p95 {}.", before,
                            Change(static_cast<double>(count), static_cast<double>(before)),
                            NsText(*report.requests_before.values.Percentile(95)));
}

std::string SlowestLine(const Report& report) {
  std::vector<const OperationReport*> requests;
  for (const OperationReport& one : report.operations) {
    if (IsRequest(one.now.operation)) requests.push_back(&one);
  }
  std::ranges::sort(requests, std::greater(), [](const OperationReport* one) { return one->now.values.total(); });
  if (requests.empty()) return "Most time: no data.";
  std::string line = "Most time:";
  for (std::size_t i = 0; i < std::min<std::size_t>(requests.size(), 3); ++i) {
    const Window& window = requests[i]->now;
    line += fmt::format("{} {} ({} in {} calls, p95 {})", i == 0 ? "" : ",", window.operation,
                        NsText(window.values.total()), window.values.count(), NsText(*window.values.Percentile(95)));
  }
  return line + ".";
}

std::string StoreLine(const Report& report) {
  const Distribution* const group = Find(report, "store:group");
  if (group == nullptr) return "Store: no writes.";
  return fmt::format("Store: {}, {:.1f} operations in a group, {}, {}.", Figure(report, "store:commit", "commits"),
                     *group->mean(), Figure(report, "store:queue", "queued writes"),
                     Figure(report, "store:lock", "waits for other processes"));
}

std::string WaitLine(const Report& report) {
  std::string line;
  for (const auto& [operation, noun] :
       {std::pair{"wait:task", "for tasks"}, std::pair{"wait:message", "for messages"},
        std::pair{"wait:lease", "for leases"}, std::pair{"wait:task_end", "for results"},
        std::pair{"wait:client", "for clients' answers"}}) {
    const Distribution* const values = Find(report, operation);
    if (values == nullptr) continue;
    line += fmt::format("{} {} {} (p50 {})", line.empty() ? "" : ",", values->count(), noun,
                        NsText(*values->Percentile(50)));
  }
  return line.empty() ? "Waits: none." : "Waits:" + line + ".";
}

std::string TaskLine(const Report& report) {
  const TaskReport& tasks = report.tasks;
  const TaskFigures& all = tasks.all;
  if (all.ended() == 0) return "Tasks: none ended.";
  std::string line = fmt::format(
      "Tasks: {} succeeded, {} failed, {} cancelled, {} needed another attempt ({}{} failed)", all.succeeded,
      all.failed, all.cancelled, all.retried, tasks.more_failed_attempts ? "at least " : "", all.failed_attempts);
  if (all.lead.count() > 0) {
    line +=
        fmt::format("; lead time p50 {}, p95 {}", MsText(*all.lead.Percentile(50)), MsText(*all.lead.Percentile(95)));
  }
  if (all.queue.count() > 0) {
    line += fmt::format("; waited for an agent p50 {}, p95 {}", MsText(*all.queue.Percentile(50)),
                        MsText(*all.queue.Percentile(95)));
  }
  line += fmt::format(". Before: {}{} succeeded, {} failed.", report.tasks_before.more ? "at least " : "",
                      report.tasks_before.succeeded, report.tasks_before.failed);
  if (tasks.since_ms != 0) line += fmt::format(" Only the newest {} were looked at.", tasks.looked_at);
  return line;
}

std::string ParallelLine(const Report& report) {
  const TaskFigures& all = report.tasks.all;
  const auto speed_up = all.speed_up();
  if (!speed_up) return "In parallel: no data, since no agent has ended a task.";
  const auto worked =
      std::ranges::count_if(report.tasks.agents, [](const TaskGroup& agent) { return agent.figures.work.count() > 0; });
  std::string line =
      fmt::format("In parallel: {} of work by {} agents in {}, so {:.2f} at a time", MsText(all.work.total()), worked,
                  MsText(static_cast<std::uint64_t>(all.busy_ms)), *speed_up);
  if (report.critical_path && report.critical_path->chain_ms > 0) {
    line += fmt::format("; the longest chain is {} in {} tasks, of {} that it took",
                        MsText(static_cast<std::uint64_t>(report.critical_path->chain_ms)), report.critical_path->tasks,
                        MsText(static_cast<std::uint64_t>(report.critical_path->actual_ms)));
  }
  return line + ".";
}

std::string ProcessLine(const Report& report) {
  if (report.samples.empty()) return "Processes: no data.";
  double memory = 0;
  double cores = 0;
  double load = 0;
  bool any_cores = false;
  for (const auto& [process, samples] : report.samples) {
    const auto most = [&, &of = samples](std::string_view name) {
      const auto found = of.find(name);
      return found == of.end() ? 0 : found->second.most;
    };
    memory = std::max(memory, most("process:resident_bytes"));
    cores = std::max(cores, most("process:cpu_cores"));
    any_cores |= samples.contains("process:cpu_cores");
    load = std::max(load, most("machine:load"));
  }
  std::string line = fmt::format("Processes: at most {:.1f} MB of memory", memory / 1e6);
  if (any_cores) line += fmt::format(" and {:.2f} cores each", cores);
  line += fmt::format(", machine's load at most {:.1f}", load);
  if (const Distribution* const delay = Find(report, "loop:delay")) {
    line += fmt::format(", loop late by p95 {} ({} looks)", NsText(*delay->Percentile(95)), delay->count());
  }
  return line + ".";
}

std::string RequirementLine(const Report& report) {
  std::array<int, 3> counts{};
  std::string missed;
  for (const Requirement& one : report.requirements) {
    ++counts[static_cast<std::size_t>(one.met)];
    if (one.met == Met::kNotMet)
      missed += fmt::format("{} {} ({})", missed.empty() ? ":" : ",", one.name, *one.measured);
  }
  return fmt::format("Requirements: {} met, {} not met{}; no data for {}.", counts[0], counts[1], missed, counts[2]);
}

/// "open", "open when last measured at …", "until …".
std::string StateOf(const Alert& alert, std::int64_t now_ms) {
  if (alert.cleared_ms != 0) return "until " + TimeText(alert.cleared_ms);
  if (IsOpen(alert, now_ms)) return "open";
  if (alert.measured_ms == 0) return "open when last measured, hours ago";
  return fmt::format("open when last measured at {}", TimeText(alert.measured_ms));
}

/// Which are open; and which were when the last process that measured stopped, if nobody has since.
std::string AlertText(const Report& report) {
  std::vector<const Alert*> open;
  std::vector<const Alert*> left;
  for (const Alert& alert : report.alerts) {
    if (alert.cleared_ms == 0) (IsOpen(alert, report.to_ms) ? open : left).push_back(&alert);
  }
  std::string text = open.empty() ? "No alert is open."
                                  : fmt::format("{} alert{} open: {}.", open.size(), open.size() == 1 ? " is" : "s are",
                                                open.front()->message);
  if (!left.empty()) {
    text += fmt::format(" {} {} {}: {}.", left.size(), left.size() == 1 ? "was" : "were",
                        StateOf(*left.front(), report.to_ms), left.front()->message);
  }
  return text;
}

std::string ComparisonLine(const Report& report) {
  std::string changed;
  int same = 0;
  int few = 0;
  for (const Comparison& one : report.comparisons) {
    if (one.verdict == Verdict::kSame) ++same;
    if (one.verdict == Verdict::kTooFew) ++few;
    if (one.verdict == Verdict::kWorse || one.verdict == Verdict::kImproved) {
      changed += fmt::format(" {} {} ({}),", one.operation, Names(one.verdict)[static_cast<std::size_t>(one.verdict)],
                             Change(*one.p95_ns, *one.baseline_p95_ns));
    }
  }
  std::string line;
  if (report.comparisons.empty()) {
    line =
        fmt::format("Baseline: none yet (it takes an hour of the clock with {} minutes of 20 calls of an operation).",
                    kFewestMinutes);
  } else {
    line = fmt::format("Baseline:{} {} operations the same, {} with too few minutes to say.", changed, same, few);
  }
  return line + " " + AlertText(report);
}

template <class Row, class Print>
void Table(std::string& to, std::string_view title, const std::vector<Row>& rows, Print print) {
  if (rows.empty()) return;
  to += fmt::format("\n{}\n", title);
  for (std::size_t i = 0; i < std::min(rows.size(), kMaxRows); ++i) {
    to += "  ";
    print(rows[i]);
    to += '\n';
  }
  if (rows.size() > kMaxRows) to += fmt::format("  and {} more\n", rows.size() - kMaxRows);
}

/// "ada (ag_000001)", or what else the group is called.
std::string LabelOf(const TaskGroup& group) {
  if (group.name.empty()) return "(none)";
  return group.called.empty() ? group.name : fmt::format("{} ({})", group.called, group.name);
}

void AddGroups(std::string& to, std::string_view title, const std::vector<TaskGroup>& groups) {
  Table(to, title, groups, [&](const TaskGroup& group) {
    const TaskFigures& figures = group.figures;
    fmt::format_to(std::back_inserter(to), "{:<26} {:>6} {:>6} {:>15}  {:>8}  {:>10} {:>10} {:>10} {:>7}",
                   LabelOf(group), figures.succeeded, figures.failed, figures.failed_attempts,
                   figures.speed_up() ? fmt::format("{:.2f}", *figures.speed_up()) : "-",
                   figures.work.count() == 0 ? "-" : MsText(*figures.work.Percentile(50)),
                   figures.work.count() == 0 ? "-" : MsText(*figures.work.Percentile(95)),
                   figures.queue.count() == 0 ? "-" : MsText(*figures.queue.Percentile(95)),
                   figures.span_ms == 0 ? "-"
                                        : fmt::format("{:.0f} %", 100 * static_cast<double>(figures.busy_ms) /
                                                                      static_cast<double>(figures.span_ms)));
  });
}

}  // namespace

std::string SummaryOf(const Report& report) {
  std::string text;
  for (const auto line : {PeriodLine, RequestLine, SlowestLine, StoreLine, WaitLine, TaskLine, ParallelLine,
                          ProcessLine, RequirementLine, ComparisonLine}) {
    text += line(report);
    text += '\n';
  }
  return text;
}

std::string DetailsOf(const Report& report) {
  std::string text = SummaryOf(report);
  Table(text,
        fmt::format("{:<32} {:>9} {:>7} {:>10} {:>10} {:>10} {:>10} {:>9}", "Operations", "count", "failed", "p50",
                    "p95", "p99", "max", "count +/-"),
        report.operations, [&](const OperationReport& one) {
          const Distribution& values = one.now.values;
          // A group's size is no time.
          const auto show = [&](std::uint64_t value) {
            return one.now.operation == "store:group" ? fmt::format("{}", value) : NsText(value);
          };
          fmt::format_to(std::back_inserter(text), "{:<30} {:>9} {:>7} {:>10} {:>10} {:>10} {:>10} {:>9}",
                         one.now.operation, values.count(), one.now.errors, show(*values.Percentile(50)),
                         show(*values.Percentile(95)), show(*values.Percentile(99)), show(values.most()),
                         one.before_count == 0
                             ? "-"
                             : Change(static_cast<double>(values.count()), static_cast<double>(one.before_count)));
        });
  const auto head = [](std::string_view what) {
    return fmt::format("{:<28} {:>6} {:>6} {:>15}  {:>8}  {:>10} {:>10} {:>10} {:>7}", what, "ok", "failed",
                       "attempts failed", "at once", "work p50", "work p95", "queue p95", "busy");
  };
  AddGroups(text, head("Agents"), report.tasks.agents);
  AddGroups(text, head("Types"), report.tasks.types);
  AddGroups(text, head("Capabilities"), report.tasks.capabilities);
  AddGroups(text, head("Topologies"), report.tasks.topologies);
  if (!report.tasks.topologies.empty()) text += kOfGroups;
  Table(text, "Requirements", report.requirements, [&](const Requirement& one) {
    fmt::format_to(std::back_inserter(text), "{:<24} {:<42} {:<8} {}", one.name, one.wanted,
                   Names(one.met)[static_cast<std::size_t>(one.met)], one.measured ? *one.measured : *one.why);
  });
  Table(text, "Against the baseline (median of the minutes' p95)", report.comparisons, [&](const Comparison& one) {
    fmt::format_to(std::back_inserter(text), "{:<30} {:<9} {} in {} minutes, {} in {} minutes of {}", one.operation,
                   Names(one.verdict)[static_cast<std::size_t>(one.verdict)],
                   one.p95_ns ? NsText(static_cast<std::uint64_t>(*one.p95_ns)) : "nothing", one.minutes,
                   NsText(static_cast<std::uint64_t>(*one.baseline_p95_ns)), one.baseline_minutes,
                   TimeText(one.baseline_ms));
  });
  Table(text, "Alerts", report.alerts, [&](const Alert& one) {
    fmt::format_to(std::back_inserter(text), "{} {}: {}", TimeText(one.raised_ms), StateOf(one, report.to_ms),
                   one.message);
  });
  return text;
}

}  // namespace skep::metrics
