#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "metrics/page_parts.h"
#include "metrics/plot.h"

namespace skep::metrics {
namespace {

constexpr double kNsPerMs = 1e6;
constexpr std::string_view kNotMeasured =
    "nothing was measured in this period: no server was used, or its configuration "
    "says metrics.enabled = false.";

TimePlot Over(const History& history, std::string_view id, std::string_view label) {
  return {.id = id, .label = label, .from_ms = history.from_ms, .to_ms = history.to_ms, .window_ms = history.window_ms};
}

/// A plot with its key if it needs one, and its figures; or why there is none.
std::string Show(const TimePlot& plot, std::string_view heading, std::string_view note, std::string_view why) {
  if (plot.empty()) return Figure(heading, "", Empty(why));
  std::string body;
  if (plot.bars && plot.series.size() > 1) {
    body += "<div class=\"key\">";
    for (const Series& series : plot.series) {
      body += fmt::format(R"(<span><svg viewBox="0 0 14 10"><rect class="{}" width="14" height="10"/></svg>{}</span>)",
                          series.mark, series.name);
    }
    body += "</div>";
  }
  return Figure(heading, note, body + Draw(plot) + Tabulate(plot));
}

std::string Windows(const TimePlot& plot) {
  const std::size_t count = plot.starts.size();
  return fmt::format("{} window{} of {}", count, count == 1 ? "" : "s", LengthText(plot.window_ms));
}

/// Of all windows together.
std::string Sum(const TimePlot& plot) {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : plot.counts) sum += count;
  return CountText(sum);
}

std::optional<double> Percentile(const Window& window, double percent) {
  const auto value = window.values.Percentile(percent);
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

/// A line of an operation: what `value` takes from each window.
struct OperationLine {
  std::string_view operation;
  std::string_view name;
  std::string_view mark;
  std::function<std::optional<double>(const Window&)> value;
};

/// Several operations over the windows of all of them. The first one is counted.
void AddLines(const History& history, std::span<const OperationLine> lines, TimePlot& plot) {
  const auto windows = [&](std::string_view operation) -> std::span<const Window> {
    const auto found = history.operations.find(operation);
    return found == history.operations.end() ? std::span<const Window>() : found->second;
  };
  std::set<std::int64_t> starts;
  for (const OperationLine& line : lines) {
    for (const Window& window : windows(line.operation)) starts.insert(window.start_ms);
  }
  plot.starts.assign(starts.begin(), starts.end());
  plot.counts.assign(plot.starts.size(), 0);
  const auto place = [&](const Window& window) {
    return static_cast<std::size_t>(std::ranges::lower_bound(plot.starts, window.start_ms) - plot.starts.begin());
  };
  for (const Window& window : windows(lines[0].operation)) plot.counts[place(window)] = window.values.count();
  for (const OperationLine& line : lines) {
    Series series{line.name, line.mark, std::vector<std::optional<double>>(plot.starts.size())};
    bool any = false;
    for (const Window& window : windows(line.operation)) {
      series.values[place(window)] = line.value(window);
      any = true;
    }
    if (any) plot.series.push_back(std::move(series));
  }
}

std::optional<double> P95(const Window& window) { return Percentile(window, 95); }

Spread SpreadOf(std::string name, const Distribution& values, double ns) {
  const auto at = [&](double percent) { return ns * static_cast<double>(*values.Percentile(percent)); };
  return {.name = std::move(name),
          .count = values.count(),
          .p5 = at(5),
          .p25 = at(25),
          .p50 = at(50),
          .p75 = at(75),
          .p95 = at(95),
          .most = ns * static_cast<double>(values.most())};
}

/// With its figures beside it, as it has few rows.
std::string Show(const SpreadPlot& plot, std::string_view counted) {
  std::string body = Draw(plot);
  body += fmt::format("<div class=\"wide\"><table><tr><th></th><th>{}</th><th>p50</th><th>p95</th><th>max</th></tr>\n",
                      counted);
  for (const Spread& row : plot.rows) {
    fmt::format_to(std::back_inserter(body), "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                   Escape(row.name), CountText(row.count), ValueText(row.p50, Unit::kNs), ValueText(row.p95, Unit::kNs),
                   ValueText(row.most, Unit::kNs));
  }
  return body + "</table></div>";
}

constexpr std::string_view kSpreadNote = "dot: p50; thick: p25 to p75; thin: p5 to p95; tick: the longest; log scale";

std::string Waits(const PageContents& contents) {
  static constexpr std::pair<std::string_view, std::string_view> kWaits[] = {{"wait:task", "for a task"},
                                                                             {"wait:message", "for a message"},
                                                                             {"wait:lease", "for a lease"},
                                                                             {"wait:task_end", "for a result"},
                                                                             {"wait:client", "for the client"}};
  SpreadPlot plot{.id = "plot-waits", .label = "How long calls waited, by what they waited for", .rows = {}};
  std::uint64_t count = 0;
  for (const auto& [operation, name] : kWaits) {
    for (const OperationReport& one : contents.report.operations) {
      if (one.now.operation != operation || one.now.values.count() == 0) continue;
      plot.rows.push_back(SpreadOf(std::string(name), one.now.values, 1));
      count += one.now.values.count();
    }
  }
  if (plot.rows.empty()) {
    return Figure("Waits of calls", "",
                  Empty(contents.report.measured_ms == 0 ? kNotMeasured : "No call has waited for anything."));
  }
  return Figure("Waits of calls",
                fmt::format("{} calls that waited, in the whole period; {}", CountText(count), kSpreadNote),
                Show(plot, "calls"));
}

}  // namespace

std::string RequestSection(const PageContents& contents) {
  const History& history = contents.history;
  TimePlot latency = Over(history, "plot-latency", "Latency of requests by time");
  latency.logarithmic = true;
  latency.unit = Unit::kNs;
  latency.counted = "requests";
  latency.series = {{"p50", "q1", {}}, {"p95", "q2", {}}, {"p99", "q3", {}}};
  TimePlot rate = Over(history, "plot-throughput", "Requests per second by time");
  rate.bars = true;
  rate.unit = Unit::kPerSecond;
  rate.counted = "requests";
  rate.series = {{"requests", "c1", {}}};
  TimePlot failed = Over(history, "plot-errors", "Requests that failed by time");
  failed.bars = true;
  failed.counted = "requests";
  failed.series = {{"failed", "bad", {}}};
  std::uint64_t errors = 0;
  for (const Window& window : history.requests) {
    const std::uint64_t of_window = window.values.count();
    const double per_s = 1000.0 / static_cast<double>(history.window_ms);
    for (TimePlot* const plot : {&latency, &rate, &failed}) {
      plot->starts.push_back(window.start_ms);
      plot->counts.push_back(of_window);
    }
    for (const auto& [line, percent] : {std::pair{0, 50.0}, std::pair{1, 95.0}, std::pair{2, 99.0}}) {
      latency.series[static_cast<std::size_t>(line)].values.push_back(Percentile(window, percent));
    }
    rate.series[0].values.push_back(static_cast<double>(of_window) * per_s);
    failed.series[0].values.push_back(static_cast<double>(window.errors));
    errors += window.errors;
  }
  const std::string count = Sum(rate);
  const std::string_view why = contents.report.measured_ms == 0 ? kNotMeasured : "No request was made.";
  const std::string note = fmt::format("{} requests in {}", count, Windows(latency));
  return Show(latency, "Latency of requests", note + "; each window’s percentiles; log scale", why) +
         Show(rate, "Requests per second", note, why) +
         (errors == 0 && !history.requests.empty()
              ? Figure("Failed requests", "", Empty(fmt::format("None of the {} requests has failed.", count)))
              : Show(failed, "Failed requests", fmt::format("{} of {}; in each window", CountText(errors), note),
                     why)) +
         Waits(contents);
}

std::string StoreSection(const PageContents& contents) {
  TimePlot times = Over(contents.history, "plot-store", "How long the store took by time");
  times.logarithmic = true;
  times.unit = Unit::kNs;
  times.counted = "commits";
  const OperationLine lines[] = {
      {"store:commit", "commit", "c1", P95}, {"store:queue", "queue", "c2", P95}, {"store:lock", "lock", "c3", P95}};
  AddLines(contents.history, lines, times);
  TimePlot sizes = Over(contents.history, "plot-groups", "Writes committed together by time");
  sizes.unit = Unit::kCount;
  sizes.counted = "groups";
  const OperationLine groups[] = {
      {"store:group", "mean", "q2", [](const Window& window) { return window.values.mean(); }},
      {"store:group", "most", "q3",
       [](const Window& window) { return std::optional(static_cast<double>(window.values.most())); }}};
  AddLines(contents.history, groups, sizes);
  const std::string_view why = contents.report.measured_ms == 0 ? kNotMeasured : "Nothing was written.";
  return Show(times, "Steps of a write, p95",
              fmt::format("{} commits in {}; commit: with its fsync; queue: of a write, until it is begun; lock: for "
                          "other processes; log scale",
                          Sum(times), Windows(times)),
              why) +
         Show(sizes, "Writes committed together",
              fmt::format("{} groups in {}; how many writes each had", Sum(sizes), Windows(sizes)), why);
}

std::string ProcessSection(const PageContents& contents) {
  TimePlot memory = Over(contents.history, "plot-memory", "Memory of the servers by time");
  memory.unit = Unit::kBytes;
  memory.counted = "looks";
  memory.series = {{"all", "q2", {}}, {"largest", "q3", {}}};
  TimePlot cores = Over(contents.history, "plot-cpu", "Processor use of the servers by time");
  cores.unit = Unit::kCores;
  cores.counted = "looks";
  cores.series = {{"servers", "q2", {}}};
  TimePlot load = Over(contents.history, "plot-load", "Load average of the machine by time");
  load.unit = Unit::kCores;
  load.counted = "looks";
  load.series = {{"load", "q2", {}}};
  for (const ProcessWindow& window : contents.history.processes) {
    for (TimePlot* const plot : {&memory, &cores, &load}) {
      plot->starts.push_back(window.start_ms);
      plot->counts.push_back(window.looks);
    }
    memory.series[0].values.push_back(window.resident_most ? std::optional(window.resident_bytes) : std::nullopt);
    memory.series[1].values.push_back(window.resident_most);
    cores.series[0].values.push_back(window.cores);
    load.series[0].values.push_back(window.load);
  }
  TimePlot delay = Over(contents.history, "plot-loop", "How late timers rang by time");
  delay.logarithmic = true;
  delay.unit = Unit::kNs;
  delay.counted = "looks";
  const OperationLine lines[] = {{"loop:delay", "p95", "q2", P95},
                                 {"loop:delay", "max", "q3", [](const Window& window) {
                                    return std::optional(static_cast<double>(window.values.most()));
                                  }}};
  AddLines(contents.history, lines, delay);
  const std::string_view why =
      contents.report.measured_ms == 0
          ? kNotMeasured
          : "No data: no server was at work for as long as it takes to look twice, some seconds.";
  const std::int64_t processes = contents.report.processes;
  const std::string of = fmt::format("{} process{}", processes, processes == 1 ? "" : "es");
  return Show(memory, "Memory",
              fmt::format("{}, {} looks in {}; all: the sum of their means; largest: at any look", of, Sum(memory),
                          Windows(memory)),
              why) +
         Show(cores, "Processor",
              fmt::format("{}, {} looks in {}; cores that they keep busy together", of, Sum(cores), Windows(cores)),
              why) +
         Show(load, "Load of the machine",
              fmt::format("{} looks in {}; load average of a minute, of all that runs there", Sum(load), Windows(load)),
              why) +
         Show(delay, "Delay of the event loop",
              fmt::format("{} looks in {}; how late a timer rang; log scale", Sum(delay), Windows(delay)), why);
}

std::string TaskSection(const PageContents& contents) {
  TimePlot ended = Over(contents.history, "plot-tasks", "Tasks that ended by time");
  ended.bars = true;
  ended.unit = Unit::kCount;
  ended.counted = "tasks";
  ended.series = {{"failed", "bad", {}}, {"cancelled", "dim", {}}, {"succeeded", "c1", {}}};
  for (const EndedWindow& window : contents.history.ended) {
    ended.starts.push_back(window.start_ms);
    ended.counts.push_back(window.succeeded + window.failed + window.cancelled);
    ended.series[0].values.push_back(static_cast<double>(window.failed));
    ended.series[1].values.push_back(static_cast<double>(window.cancelled));
    ended.series[2].values.push_back(static_cast<double>(window.succeeded));
  }
  std::erase_if(ended.series, [](const Series& series) {
    return std::ranges::none_of(series.values, [](const auto& value) { return *value > 0; });
  });
  const std::string_view none = "No task has ended in this period.";
  std::string html = Show(ended, "Tasks that ended", fmt::format("{} tasks in {}", Sum(ended), Windows(ended)), none);
  const TaskFigures& all = contents.report.tasks.all;
  SpreadPlot times{.id = "plot-times", .label = "How long tasks took", .finest = kNsPerMs, .rows = {}};
  for (const auto& [name, values] : {std::pair{"lead time", &all.lead}, std::pair{"in the queue", &all.queue},
                                     std::pair{"being worked on", &all.work}}) {
    if (values->count() > 0) times.rows.push_back(SpreadOf(name, *values, kNsPerMs));
  }
  if (times.rows.empty())
    return html + Figure("How long tasks took", "", Empty("No data: no agent has ended a task in this period."));
  std::string note =
      fmt::format("lead time: from made to succeeded; queue and work: of the last attempt; {}", kSpreadNote);
  if (contents.report.tasks.since_ms != 0) {
    note += fmt::format("; of the newest {} tasks only",
                        CountText(static_cast<std::uint64_t>(contents.report.tasks.looked_at)));
  }
  return html + Figure("How long tasks took", note, Show(times, "tasks"));
}

}  // namespace skep::metrics
