#include <vector>

#include "handlers/performance_views.h"
#include "metrics/alerts.h"
#include "metrics/windows.h"
#include "skep/resource.h"

// skep://alerts

namespace skep::handlers {
namespace {

constexpr std::int64_t kMaxAlerts = 50;

struct Args {
  static constexpr std::span<const Field> kFields = {};
};

struct Result {
  std::vector<AlertView> alerts;

  static constexpr Field kFields[] = {
      Req<&Result::alerts>("alerts", "Open ones first, then those of the last day"),
  };
};

Expected<Result> Run(const Args&, ToolContext& context) {
  Result result;
  for (const metrics::Alert& alert :
       metrics::ListAlerts(context.database(), context.now_ms() - metrics::kDayMs, kMaxAlerts)) {
    result.alerts.push_back(View(alert));
  }
  return result;
}

}  // namespace

extern const Resource kResourceAlerts = MakeResource<Run>({
    .uri = "skep://alerts",
    .name = "alerts",
    .title = "Alerts",
    .description = "What is wrong with this server or its machine: slow, failing, growing or overloaded.",
});

}  // namespace skep::handlers
