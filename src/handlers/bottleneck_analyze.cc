#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "base/time_text.h"
#include "handlers/current_swarm.h"
#include "metrics/bottleneck.h"
#include "metrics/collector.h"
#include "skep/tool.h"
#include "store/store.h"

namespace skep::handlers {
namespace {

using metrics::BottleneckAnalysis;
using metrics::BottleneckReport;
using metrics::Cause;
using metrics::Component;
using metrics::Metric;

struct Args {
  std::optional<std::string_view> swarm_id;
  Component component = Component::kAll;
  std::vector<Metric> metrics;

  static constexpr Field kFields[] = {
      Opt<&Args::swarm_id>("swarmId"),
      Opt<&Args::component>("component"),
      Opt<&Args::metrics>("metrics"),
  };
};

struct Bottleneck {
  std::string cause;
  std::optional<std::string> subject;
  std::optional<double> saves;
  std::string evidence;
  std::string advice;

  static constexpr Field kFields[] = {
      Req<&Bottleneck::cause>("cause"),        Opt<&Bottleneck::subject>("subject"),
      Opt<&Bottleneck::saves>("savesSeconds"), Req<&Bottleneck::evidence>("evidence"),
      Req<&Bottleneck::advice>("advice"),
  };
};

struct Result {
  std::string swarm_id;
  std::string summary;
  std::vector<Bottleneck> bottlenecks;
  std::optional<std::string> basis;
  std::optional<std::vector<std::string>> missing;

  static constexpr Field kFields[] = {
      Opt<&Result::swarm_id>("swarmId"), Req<&Result::summary>("summary"), Req<&Result::bottlenecks>("bottlenecks"),
      Opt<&Result::basis>("basis"),      Opt<&Result::missing>("missing"),
  };
};

/// Causes that are shown: whoever has put the first few right asks again.
constexpr std::size_t kShown = 5;

Result View(const std::string& swarm_id, const BottleneckReport& report) {
  Result result{.swarm_id = swarm_id, .summary = report.Summary()};
  for (const metrics::Finding& finding : report.binding) {
    if (result.bottlenecks.size() == kShown) break;
    Bottleneck& shown = result.bottlenecks.emplace_back();
    shown.cause = Names(Cause{})[static_cast<std::size_t>(finding.cause)];
    if (!finding.subject.empty()) shown.subject = finding.subject;
    // To a tenth of a second: more is not measured.
    if (finding.saved_s) shown.saves = static_cast<double>(static_cast<std::int64_t>(*finding.saved_s * 10)) / 10;
    shown.evidence = finding.evidence;
    shown.advice = finding.advice;
  }
  if (report.tasks > 0) {
    char since[kTimeTextSize];
    result.basis = fmt::format(
        "{} tasks that have ended since {} ({} have not, and are not counted), {} agents; the run took {:.1f} s, and "
        "{:.1f} s when played again as it was.",
        report.tasks, FormatTime(report.from_ms, since), report.unfinished, report.agents, report.run_s,
        report.replayed_s);
  }
  if (!report.missing.empty()) result.missing = report.missing;
  return result;
}

/// An analysis that is under way. Lives in what it has posted, until it has answered.
class Running : public std::enable_shared_from_this<Running> {
 public:
  Running(const Services& services, BottleneckAnalysis::Request request, Reply<Result> reply)
      : services_(services), swarm_id_(request.swarm.id()), analysis_(std::move(request)), reply_(std::move(reply)) {}

  /// A slice, and the next one when others have had their turn.
  void Go() {
    if (reply_.cancelled()) return;
    store::Database& database = services_.store.Reader();
    const bool more = analysis_.Step(database);
    const std::optional<Error> error = database.error();
    database.ClearError();
    services_.store.EndRead();
    if (error) return reply_(std::unexpected(*error));
    if (!more) return reply_(View(swarm_id_, analysis_.report()));
    const double done = analysis_.done();
    if (done >= told_ + kStep) {
      told_ = done;
      reply_.Progress(done, 1, analysis_.doing());
    }
    services_.executor.Post([self = shared_from_this()] { self->Go(); });
  }

 private:
  /// Progress is told in steps of a twentieth.
  static constexpr double kStep = 0.05;

  const Services& services_;
  const std::string swarm_id_;
  BottleneckAnalysis analysis_;
  Reply<Result> reply_;
  double told_ = 0;
};

void Run(const Args& args, ToolContext& context, Reply<Result> reply) {
  auto swarm = SwarmInView(context, args.swarm_id);
  if (!swarm) return reply(std::unexpected(swarm.error()));
  BottleneckAnalysis::Request request{
      .swarm = *std::move(swarm), .component = args.component, .metrics = args.metrics, .now_ms = context.now_ms()};
  if (metrics::Collector* const collector = context.services().collector) {
    request.live = collector->Live(context.database());
  }
  std::make_shared<Running>(context.services(), std::move(request), std::move(reply))->Go();
}

}  // namespace

extern const Tool kBottleneckAnalyze = MakeTool<Run>({
    .name = "bottleneck_analyze",
    .title = "Bottlenecks",
    .description = "Names what held a swarm up, by replaying its finished tasks without it.",
    .hints = {.read_only = true},
    .toolset = Toolset::kMetrics,
    .takes_long = true,
});

}  // namespace skep::handlers
