#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "handlers/log_text.h"
#include "handlers/period.h"
#include "handlers/rounded.h"
#include "metrics/collector.h"
#include "metrics/error_report.h"
#include "metrics/log_analysis.h"
#include "skep/tool.h"
#include "store/transaction.h"

namespace skep::handlers {
namespace {

using metrics::Severity;
using metrics::Trend;

/// Names beneath each group: more say little.
constexpr std::size_t kNames = 3;
/// The slowest groups.
constexpr std::size_t kSlowest = 3;

struct Args {
  Timeframe timeframe = Timeframe::kDay;
  std::optional<std::vector<std::string_view>> logs;
  std::int64_t limit = 20;

  static constexpr Field kFields[] = {
      Opt<&Args::timeframe>("timeframe", "Of the server's own errors"),
      Opt<&Args::logs>("logs", "Lines of another log, text or JSON objects, the oldest first",
                       {1, limits::kMaxLogLines}),
      Opt<&Args::limit>("limit", "Groups", {1, 200}),
  };
};

struct NamedView {
  std::string name;
  std::int64_t count = 0;
  double share = 0;

  static constexpr Field kFields[] = {
      Req<&NamedView::name>("name"),
      Req<&NamedView::count>("count"),
      Req<&NamedView::share>("share"),
  };
};

struct Group {
  std::string signature;
  std::int64_t count = 0;
  Trend trend = Trend::kTooFew;
  std::int64_t earlier = 0;
  std::int64_t later = 0;
  std::optional<double> chance;
  std::optional<Severity> severity;
  std::optional<Timestamp> first_seen;
  std::optional<Timestamp> last_seen;
  std::optional<std::int64_t> first_line;
  std::optional<std::int64_t> last_line;
  std::optional<double> mean_ms;
  std::optional<double> max_ms;
  std::optional<std::int64_t> timed;
  std::string example;
  std::optional<std::vector<NamedView>> operations;
  std::optional<std::vector<NamedView>> codes;
  std::vector<NamedView> preceded_by;

  static constexpr Field kFields[] = {
      Req<&Group::signature>("signature", "What is said, without what differs"),
      Req<&Group::count>("count"),
      Req<&Group::trend>("trend"),
      Req<&Group::earlier>("earlier", "Of the count, before the middle"),
      Req<&Group::later>("later"),
      Opt<&Group::chance>("chance", "Of such a difference by chance alone"),
      Opt<&Group::severity>("severity", "The worst, in a log"),
      Opt<&Group::first_seen>("firstSeen"),
      Opt<&Group::last_seen>("lastSeen"),
      Opt<&Group::first_line>("firstLine", "In a log"),
      Opt<&Group::last_line>("lastLine"),
      Opt<&Group::mean_ms>("meanMs", "Of the calls that failed; in a log, of the lines that say how long"),
      Opt<&Group::max_ms>("maxMs"),
      Opt<&Group::timed>("timed", "In a log: how many lines say how long"),
      Req<&Group::example>("example"),
      Opt<&Group::operations>("operations"),
      Opt<&Group::codes>("codes"),
      Req<&Group::preceded_by>("precededBy", "The call before in its session, or the line before; with its share"),
  };
};

struct Slow {
  std::string what;
  double max_ms = 0;
  std::optional<std::int64_t> line;

  static constexpr Field kFields[] = {
      Req<&Slow::what>("what"),
      Req<&Slow::max_ms>("maxMs"),
      Opt<&Slow::line>("line"),
  };
};

struct Result {
  std::string source;
  std::string summary;
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;
  std::optional<Timestamp> middle;
  std::int64_t errors = 0;
  std::optional<std::int64_t> warnings;
  std::int64_t kinds = 0;
  std::optional<std::int64_t> lines;
  std::vector<Group> groups;
  std::optional<std::vector<Slow>> slowest;
  std::string trends;

  static constexpr Field kFields[] = {
      Req<&Result::source>("source", "own, or logs"),
      Req<&Result::summary>("summary"),
      Opt<&Result::from>("from", "Since when there are figures, within the timeframe; or the log's first moment"),
      Opt<&Result::to>("to"),
      Opt<&Result::middle>("middle", "Where later begins"),
      Req<&Result::errors>("errors"),
      Opt<&Result::warnings>("warnings", "In a log"),
      Req<&Result::kinds>("kinds", "Signatures, those not shown included"),
      Opt<&Result::lines>("lines", "Of the log, blank ones left out"),
      Req<&Result::groups>("groups", "The most frequent first; of a log, errors before warnings"),
      Opt<&Result::slowest>("slowest"),
      Req<&Result::trends>("trends", "What the words mean"),
  };
};

double Ms(double ns) { return Rounded(ns / 1e6); }
double Ms(std::int64_t ns) { return Ms(static_cast<double>(ns)); }
/// REQUIRES: count > 0.
double MeanMs(std::int64_t total_ns, std::int64_t count) {
  return Ms(static_cast<double>(total_ns) / static_cast<double>(count));
}

std::vector<NamedView> View(const std::vector<metrics::NamedCount>& counts, std::int64_t all,
                            std::string_view unnamed) {
  std::vector<NamedView> views;
  for (const metrics::NamedCount& one : counts) {
    if (views.size() == kNames) break;
    views.push_back({.name = one.name.empty() ? std::string(unnamed) : one.name,
                     .count = one.count,
                     .share = Rounded(static_cast<double>(one.count) / static_cast<double>(all))});
  }
  return views;
}

void Fill(const metrics::Change& change, Group& to) {
  to.trend = change.trend;
  to.earlier = change.earlier;
  to.later = change.later;
  if (change.chance) to.chance = Rounded(*change.chance);
}

std::string Trends(std::string_view halves) {
  return fmt::format(
      "earlier and later are the counts of {}; rising or falling when such a difference would come by chance less than "
      "once in {:.0f} (two-sided binomial test, if errors come one by one and not in bursts), steady when not even "
      "though twice as many would have been noticed, else too_few",
      halves, 1 / metrics::kChanceOfNoise);
}

std::string Times(std::int64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

Group View(const metrics::ErrorGroup& group) {
  const bool others = group.signature == metrics::ErrorTally::kOthers;
  Group view{.signature = group.signature,
             .count = group.count,
             .first_seen = Timestamp{group.first_ms},
             .last_seen = Timestamp{group.last_ms},
             .mean_ms = MeanMs(group.total_ns, group.count),
             .max_ms = Ms(group.most_ns),
             .example = group.message};
  Fill(group.change, view);
  if (others) return view;
  view.operations = View(group.operations, group.count, "unknown");
  view.codes = View(group.codes, group.count, "unknown");
  view.preceded_by = View(group.preceding, group.count, "nothing: the first call of its session");
  return view;
}

/// The groups with the slowest calls.
std::vector<Slow> Slowest(const std::vector<metrics::ErrorGroup>& groups) {
  std::vector<const metrics::ErrorGroup*> by_time;
  for (const metrics::ErrorGroup& group : groups) by_time.push_back(&group);
  std::ranges::stable_sort(by_time, std::ranges::greater{}, [](const auto* group) { return group->most_ns; });
  if (by_time.size() > kSlowest) by_time.resize(kSlowest);
  std::vector<Slow> slowest;
  for (const metrics::ErrorGroup* const group : by_time) {
    slowest.push_back({.what = group->signature, .max_ms = Ms(group->most_ns)});
  }
  return slowest;
}

std::string Summary(const metrics::ErrorReport& report, bool measures) {
  const std::string_view off =
      measures ? "" : "; this process notes none itself (a single call, or [metrics] enabled = false in config.toml)";
  if (!report.measured) return fmt::format("no data: nothing was measured in this time{}", off);
  if (report.errors == 0) return fmt::format("no errors since measuring began{}", off);
  const metrics::ErrorGroup& first = report.groups.front();
  return fmt::format("{} of {}; the most frequent, {}: {}{}", Times(report.errors, "error"),
                     Times(std::ssize(report.groups), "kind"), Times(first.count, "time"), first.signature, off);
}

Expected<Result> OwnErrors(const Args& args, ToolContext& context) {
  static const metrics::ErrorKinds kNone;
  metrics::Collector* const collector = context.services().collector;
  const std::int64_t now_ms = context.now_ms();
  const metrics::ErrorReport report =
      metrics::ReportErrors(context.database(), collector == nullptr ? kNone : collector->errors().kinds(),
                            now_ms - LengthMs(args.timeframe), now_ms);
  if (auto read = store::TakeError(context.database()); !read) return std::unexpected(std::move(read.error()));
  Result result{.source = "own",
                .summary = Summary(report, collector != nullptr),
                .errors = report.errors,
                .kinds = std::ssize(report.groups),
                .trends = Trends("the time before and after the middle")};
  if (report.measured) {
    result.from = Timestamp{report.from_ms};
    result.to = Timestamp{report.to_ms};
    result.middle = Timestamp{report.middle_ms};
  }
  for (const metrics::ErrorGroup& group : report.groups) {
    if (std::ssize(result.groups) == args.limit) break;
    result.groups.push_back(View(group));
  }
  if (!report.groups.empty()) result.slowest = Slowest(report.groups);
  return result;
}

Group View(const metrics::LogGroup& group) {
  Group view{.signature = group.signature,
             .count = group.count,
             .severity = group.severity,
             .first_line = group.first_line,
             .last_line = group.last_line,
             .example = group.message,
             .preceded_by = View(group.preceding, group.count, "nothing: the first line")};
  Fill(group.change, view);
  if (group.first_ms) view.first_seen = Timestamp{*group.first_ms};
  if (group.last_ms) view.last_seen = Timestamp{*group.last_ms};
  if (group.timed > 0) {
    view.timed = group.timed;
    view.mean_ms = MeanMs(group.total_ns, group.timed);
    view.max_ms = Ms(group.most_ns);
  }
  return view;
}

std::string Summary(const metrics::LogReport& report, const Result& result) {
  std::string text = fmt::format("{}, {} of them with a moment; {}, {}", Times(report.lines, "line"), report.stamped,
                                 Times(result.errors, "error"), Times(*result.warnings, "warning"));
  if (report.groups.empty()) return text + ": no line names a level of warning or worse, or tells of a failure";
  const metrics::LogGroup& first = report.groups.front();
  return text + fmt::format("; the most frequent, {}: {}", Times(first.count, "time"), first.signature);
}

Expected<Result> GivenLog(const Args& args, std::int64_t now_ms) {
  for (std::size_t i = 0; i < args.logs->size(); ++i) {
    if ((*args.logs)[i].size() <= limits::kMaxLogLine) continue;
    return Fail(ErrorCode::kTooLarge, fmt::format("logs[{}] has {} bytes, a line may have {}: pass its beginning", i,
                                                  (*args.logs)[i].size(), limits::kMaxLogLine));
  }
  json::Reader reader;
  std::vector<std::string> texts(args.logs->size());
  std::vector<std::string_view> lines = *args.logs;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    texts[i] = LogText(lines[i], reader);
    if (!texts[i].empty()) lines[i] = texts[i];
  }
  const metrics::LogReport report = metrics::AnalyseLog(lines, now_ms);
  const auto of = [&](Severity severity) { return report.by_severity[static_cast<std::size_t>(severity)]; };
  Result result{.source = "logs",
                .errors = of(Severity::kError) + of(Severity::kFatal),
                .warnings = of(Severity::kWarning),
                .kinds = std::ssize(report.groups),
                .lines = report.lines,
                .trends = Trends(report.by_time ? "the time before and after the middle"
                                                : "the first and the second half of the lines, for too few of them "
                                                  "have a moment")};
  result.summary = Summary(report, result);
  if (report.from_ms) result.from = Timestamp{*report.from_ms};
  if (report.to_ms) result.to = Timestamp{*report.to_ms};
  if (report.by_time) result.middle = Timestamp{std::midpoint(*report.from_ms, *report.to_ms)};
  for (const metrics::LogGroup& group : report.groups) {
    if (std::ssize(result.groups) == args.limit) break;
    result.groups.push_back(View(group));
  }
  if (!report.slowest.empty()) {
    result.slowest.emplace();
    for (const metrics::SlowLine& slow : report.slowest) {
      result.slowest->push_back({.what = slow.message, .max_ms = Ms(slow.took_ns), .line = slow.line});
    }
  }
  return result;
}

/// Waits for nothing: what answers so is begun on the thread that notes errors, where a read might run on the store's.
void Run(const Args& args, ToolContext& context, Reply<Result> reply) {
  reply(args.logs ? GivenLog(args, context.now_ms()) : OwnErrors(args, context));
}

}  // namespace

extern const Tool kErrorAnalysis = MakeTool<Run>({
    .name = "error_analysis",
    .title = "Analyse errors",
    .description = "Groups this server's errors, or the lines of a log, by what they say: how often, since when, "
                   "rising or falling, how slow, and what came before.",
    .hints = {.read_only = true},
    .toolset = Toolset::kMetrics,
});

}  // namespace skep::handlers
