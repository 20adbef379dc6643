#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "handlers/error_views.h"
#include "handlers/log_text.h"
#include "handlers/period.h"
#include "metrics/collector.h"
#include "metrics/error_report.h"
#include "metrics/failed_attempts.h"
#include "metrics/log_analysis.h"
#include "skep/tool.h"
#include "store/transaction.h"

namespace skep::handlers {
namespace {

using metrics::Severity;

/// Bytes of a log that one call analyses, on the thread that serves all sessions: 30 to 85 ms, whatever is in it.
constexpr std::size_t kMaxLog = 2 * limits::kMiB;

struct Args {
  Timeframe timeframe = Timeframe::kDay;
  std::optional<std::vector<std::string_view>> logs;
  std::int64_t limit = 20;

  static constexpr Field kFields[] = {
      Opt<&Args::timeframe>("timeframe", "Of the server's own errors, and of failed tasks"),
      Opt<&Args::logs>("logs", "Lines of another log, text or JSON objects, the oldest first; 2 MiB at most",
                       {1, limits::kMaxLogLines}),
      Opt<&Args::limit>("limit", "Groups", {1, 200}),
  };
};

struct Result {
  std::string source;
  std::string summary;
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;
  std::optional<Timestamp> middle;
  std::optional<std::int64_t> middle_line;
  std::int64_t errors = 0;
  std::optional<std::int64_t> warnings;
  std::int64_t kinds = 0;
  std::optional<std::int64_t> lines;
  std::vector<ErrorGroupView> groups;
  std::optional<std::vector<SlowView>> slowest;
  std::optional<FailedTasksView> failed_tasks;

  static constexpr Field kFields[] = {
      Req<&Result::source>("source", "own, or logs"),
      Req<&Result::summary>("summary"),
      Opt<&Result::from>("from", "Since when there are figures, within the timeframe; or the log's first moment"),
      Opt<&Result::to>("to"),
      Opt<&Result::middle>("middle", "Of that time: what is later than it is compared with what is earlier"),
      Opt<&Result::middle_line>("middleLine", "In place of it, of a log of which too few lines have a moment"),
      Req<&Result::errors>("errors"),
      Opt<&Result::warnings>("warnings", "In a log"),
      Req<&Result::kinds>("kinds", "Signatures, those not shown included"),
      Opt<&Result::lines>("lines", "Of the log, blank ones left out"),
      Req<&Result::groups>("groups", "The most frequent first; of a log, errors before warnings"),
      Opt<&Result::slowest>("slowest", "Of own errors the slowest, where it is not the most frequent"),
      Opt<&Result::failed_tasks>("failedTasks", "With own errors; absent: none in the timeframe"),
  };
};

std::string Times(std::int64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string Summary(const metrics::ErrorReport& report, std::int64_t failed_attempts, bool measures) {
  std::string text;
  if (!report.measured) {
    text = "no data: nothing was measured in this time";
  } else if (report.errors == 0) {
    text = "no errors since measuring began";
  } else {
    text = fmt::format("{} of {}", Times(report.errors, "error"), Times(std::ssize(report.groups), "kind"));
  }
  if (failed_attempts > 0) text += fmt::format("; {} at tasks failed", Times(failed_attempts, "attempt"));
  if (!measures) {
    text += "; this process notes no errors itself (a single call, or [metrics] enabled = false in config.toml)";
  }
  return text;
}

Expected<Result> OwnErrors(const Args& args, ToolContext& context) {
  static const metrics::ErrorKinds kNone;
  metrics::Collector* const collector = context.services().collector;
  const std::int64_t now_ms = context.now_ms();
  const std::int64_t from_ms = now_ms - LengthMs(args.timeframe);
  std::vector<metrics::Recorded> work;
  if (collector != nullptr) work = collector->recorder().Peek();
  const metrics::ErrorReport report = metrics::ReportErrors(
      context.database(), collector == nullptr ? kNone : collector->errors().kinds(), work, from_ms, now_ms);
  const metrics::AttemptReport attempts = metrics::ReportFailedAttempts(context.database(), from_ms);
  if (auto read = store::TakeError(context.database()); !read) return std::unexpected(std::move(read.error()));
  Result result{.source = "own",
                .summary = Summary(report, attempts.attempts, collector != nullptr),
                .errors = report.errors,
                .kinds = std::ssize(report.groups),
                .slowest = SlowestOf(report.groups),
                .failed_tasks = View(attempts, args.limit)};
  if (report.measured) {
    result.from = Timestamp{report.from_ms};
    result.to = Timestamp{report.to_ms};
    result.middle = Timestamp{report.middle_ms};
  }
  for (const metrics::ErrorGroup& group : report.groups) {
    if (std::ssize(result.groups) == args.limit) break;
    result.groups.push_back(View(group));
  }
  return result;
}

std::string Summary(const metrics::LogReport& report, const Result& result) {
  std::string text = fmt::format("{}, {} of them with a moment; {}, {}", Times(report.lines, "line"), report.stamped,
                                 Times(result.errors, "error"), Times(*result.warnings, "warning"));
  if (report.groups.empty()) text += ": no line names a level of warning or worse, or tells of a failure";
  return text;
}

Expected<void> Check(const std::vector<std::string_view>& logs) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    bytes += logs[i].size();
    if (logs[i].size() <= limits::kMaxLogLine) continue;
    return Fail(ErrorCode::kTooLarge, fmt::format("logs[{}] has {} bytes, a line may have {}: pass its beginning", i,
                                                  logs[i].size(), limits::kMaxLogLine));
  }
  if (bytes <= kMaxLog) return {};
  return Fail(ErrorCode::kTooLarge, fmt::format("logs have {} bytes in all, one call takes {}: pass the part around "
                                                "the failure",
                                                bytes, kMaxLog));
}

Expected<Result> GivenLog(const Args& args, std::int64_t now_ms) {
  if (auto good = Check(*args.logs); !good) return std::unexpected(std::move(good.error()));
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
                .lines = report.lines};
  result.summary = Summary(report, result);
  if (report.from_ms) result.from = Timestamp{*report.from_ms};
  if (report.to_ms) result.to = Timestamp{*report.to_ms};
  if (report.by_time) {
    result.middle = Timestamp{std::midpoint(*report.from_ms, *report.to_ms)};
  } else if (!report.groups.empty()) {
    result.middle_line = report.middle_line;
  }
  for (const metrics::LogGroup& group : report.groups) {
    if (std::ssize(result.groups) == args.limit) break;
    result.groups.push_back(View(group));
  }
  if (!report.slowest.empty()) result.slowest = View(report.slowest);
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
    .description = "Groups this server's errors and the failed attempts at tasks, or the lines of a log, by what they "
                   "say: how often, since when, rising or falling, how slow, and what came before.",
    .hints = {.read_only = true},
    .toolset = Toolset::kMetrics,
});

}  // namespace skep::handlers
