#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "handlers/current_swarm.h"
#include "handlers/performance_views.h"
#include "handlers/period.h"
#include "metrics/collector.h"
#include "metrics/report.h"
#include "metrics/report_text.h"
#include "skep/tool.h"

namespace skep::handlers {
namespace {

struct Args {
  Timeframe timeframe = Timeframe::kDay;
  ReportFormat format = ReportFormat::kSummary;
  std::optional<std::string_view> swarm_id;

  static constexpr Field kFields[] = {
      Opt<&Args::timeframe>("timeframe"),
      Opt<&Args::format>("format"),
      Opt<&Args::swarm_id>("swarmId", "Whose tasks; absent: all"),
  };
};

struct Result {
  Timestamp from;
  Timestamp to;
  std::optional<std::string> report;
  std::optional<PerformanceView> figures;

  static constexpr Field kFields[] = {
      Req<&Result::from>("from"),
      Req<&Result::to>("to"),
      Opt<&Result::report>("report"),
      Opt<&Result::figures>("figures", "With format=json"),
  };
};

Expected<Result> Run(const Args& args, ToolContext& context) {
  metrics::ReportRequest request{.length_ms = LengthMs(args.timeframe),
                                 .critical_path = args.format != ReportFormat::kSummary};
  if (args.swarm_id) {
    auto swarm = SwarmInView(context, args.swarm_id);
    if (!swarm) return std::unexpected(std::move(swarm.error()));
    request.swarm = *std::move(swarm);
  }
  std::vector<metrics::Recorded> live;
  if (metrics::Collector* const collector = context.services().collector) live = collector->Live(context.database());
  const metrics::Report report = metrics::MakeReport(context.database(), request, live, context.now_ms());
  Result result{.from = {report.from_ms}, .to = {report.to_ms}};
  switch (args.format) {
    case ReportFormat::kSummary:
      result.report = metrics::SummaryOf(report);
      break;
    case ReportFormat::kDetailed:
      result.report = metrics::DetailsOf(report);
      break;
    case ReportFormat::kJson:
      result.figures = View(report);
      break;
  }
  return result;
}

}  // namespace

extern const Tool kPerformanceReport = MakeTool<Run>({
    .name = "performance_report",
    .title = "Report performance",
    .description = "What was done and how fast, as measured: requests, tasks, agents, alerts.",
    .hints = {.read_only = true},
});

}  // namespace skep::handlers
