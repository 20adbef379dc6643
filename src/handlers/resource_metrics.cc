#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "base/version.h"
#include "metrics/alerts.h"
#include "metrics/collector.h"
#include "metrics/exposition.h"
#include "metrics/process.h"
#include "metrics/requests.h"
#include "metrics/windows.h"
#include "skep/resource.h"
#include "store/probe.h"
#include "store/store.h"
#include "swarm/memory.h"
#include "swarm/totals.h"

// skep://metrics

namespace skep::handlers {
namespace {

using metrics::Exposition;
using enum metrics::Exposition::Type;

struct Args {
  static constexpr std::span<const Field> kFields = {};
};

struct Result {
  std::string text;

  static constexpr Field kFields[] = {
      Req<&Result::text>("text"),
  };
};

std::optional<std::int64_t> IfMeasured(std::int64_t bytes) { return bytes < 0 ? std::nullopt : std::optional(bytes); }

void AddSwarm(const swarm::ProjectTotals& totals, Exposition& to) {
  to.ByName("skep_swarms", "Swarms of the project.", "status", Names(swarm::SwarmStatus{}), totals.swarms);
  to.ByName("skep_agents", "Agents of all swarms.", "state", Names(swarm::AgentState{}), totals.agents);
  to.ByName("skep_tasks", "Tasks of all swarms.", "state", Names(swarm::TaskState{}), totals.tasks);
  to.ByName("skep_leases", "Leases in force.", "mode", Names(swarm::LeaseMode{}), totals.leases);
  to.Single("skep_sessions", kGauge, "Open sessions that have acted as an agent.", std::optional(totals.sessions));
  to.Single("skep_messages", kGauge, "Messages in inboxes.", std::optional(totals.messages));
  to.Single("skep_messages_unread", kGauge, "Messages that nobody has read.", std::optional(totals.unread));
}

void AddMemory(const swarm::MemoryStats& stats, Exposition& to) {
  to.Single("skep_memory_entries", kGauge, "Entries in shared memory.", std::optional(stats.entries));
  to.Single("skep_memory_bytes", kGauge, "Bytes of keys and values in shared memory.", std::optional(stats.bytes));
  to.Single("skep_memory_entries_not_indexed", kGauge, "Entries whose words are not yet in the index.",
            std::optional(stats.not_indexed));
}

void AddStore(const store::DiskUse& disk, Exposition& to) {
  to.Single("skep_database_bytes", kGauge, "Size of the database file.", IfMeasured(disk.database));
  to.Single("skep_database_wal_bytes", kGauge, "Size of the write-ahead log of the database.", IfMeasured(disk.wal));
  to.Single("skep_database_free_bytes", kGauge, "Free space on the disk of the database.", IfMeasured(disk.free));
}

/// Under the names that all exporters use.
void AddProcess(const metrics::ProcessFigures& figures, Exposition& to) {
  to.Single("process_start_time_seconds", kGauge, "When this process began, in seconds since 1970.", figures.started_s);
  to.Single("process_cpu_seconds_total", kCounter, "User and system time of this process.", figures.cpu_s);
  to.Single("process_resident_memory_bytes", kGauge, "Memory of this process that is in RAM.", figures.resident_bytes);
  to.Single("process_virtual_memory_bytes", kGauge, "Address space of this process.", figures.virtual_bytes);
  to.Single("process_open_fds", kGauge, "Open file descriptors of this process.", figures.open_files);
}

/// Powers of two, in ns, at which the buckets of durations end: 4 us to 17 s.
constexpr unsigned kFirstBucket = 12;
constexpr unsigned kLastBucket = 34;
constexpr double kNs = 1e-9;

/// What was recorded of an operation, since whoever reads this can look back.
struct Recorded {
  std::string_view operation;
  std::uint64_t errors = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  const metrics::Distribution& values;
};

/// Labels by OpenTelemetry's conventions for MCP: "tool:memory_usage.store" is a call of the tool memory_usage.
struct RequestLabels {
  explicit RequestLabels(std::string_view operation) {
    const std::size_t colon = operation.find(':');
    const std::string_view what = operation.substr(0, colon);
    const std::string_view name = operation.substr(colon + 1);
    if (what == "method") {
      labels = {{"mcp_method_name", name}};
      return;
    }
    const std::size_t dot = name.find('.');
    labels = {{"mcp_method_name", "tools/call"}, {"gen_ai_tool_name", name.substr(0, dot)}};
    if (dot != std::string_view::npos) labels.push_back({"skep_action", name.substr(dot + 1)});
  }
  std::vector<Exposition::Label> labels;
};

void AddRequests(std::span<const Recorded> all, Exposition& to) {
  std::vector<const Recorded*> requests;
  for (const Recorded& one : all) {
    if (metrics::IsRequest(one.operation) && one.operation != "unknown") requests.push_back(&one);
  }
  if (requests.empty()) return;
  to.Family("mcp_server_operation_duration_seconds", kHistogram,
            "Time from a request's arrival to its answer, without what it waited for.");
  for (const Recorded* const one : requests) {
    to.Histogram(RequestLabels(one->operation).labels, one->values, kNs, kFirstBucket, kLastBucket);
  }
  const auto count = [&](std::string_view name, std::string_view help, std::uint64_t Recorded::* member) {
    to.Family(name, kCounter, help);
    for (const Recorded* const one : requests) to.Sample(RequestLabels(one->operation).labels, one->*member);
  };
  count("skep_request_errors_total", "Requests that were answered with an error.", &Recorded::errors);
  count("skep_request_bytes_total", "Bytes of requests.", &Recorded::bytes_in);
  count("skep_response_bytes_total", "Bytes of answers.", &Recorded::bytes_out);
}

void AddOperations(std::span<const Recorded> all, Exposition& to) {
  bool begun = false;
  const Recorded* group = nullptr;
  for (const Recorded& one : all) {
    if (one.operation == "store:group") group = &one;
    if (metrics::IsRequest(one.operation) || one.operation == "store:group") continue;
    if (!std::exchange(begun, true)) {
      to.Family("skep_operation_duration_seconds", kHistogram, "Time of what the server does for requests, and waits.");
    }
    const Exposition::Label labels[] = {{"operation", one.operation}};
    to.Histogram(labels, one.values, kNs, kFirstBucket, kLastBucket);
  }
  if (group == nullptr) return;
  to.Family("skep_store_group_operations", kHistogram, "Writes committed together.");
  to.Histogram({}, group->values, 1, 0, 10);
}

/// Of a process that measures.
void AddCollected(const Services& services, Exposition& to) {
  const metrics::Collector& collector = *services.collector;
  struct Gauge {
    std::string_view figure;
    std::string_view name;
    Exposition::Type type;
    std::string_view help;
  };
  static constexpr Gauge kGauges[] = {
      {"cache:hits", "skep_cache_hits_total", kCounter, "Reads of memory entries that the cache has answered."},
      {"cache:misses", "skep_cache_misses_total", kCounter, "Reads of memory entries that it has not."},
      {"cache:evictions", "skep_cache_evictions_total", kCounter, "Entries that made room for others."},
      {"cache:invalidations", "skep_cache_invalidations_total", kCounter, "Entries dropped because of a commit."},
      {"cache:entries", "skep_cache_entries", kGauge, "Entries in the cache."},
      {"cache:bytes", "skep_cache_bytes", kGauge, "Memory of the cache."},
      {"blocks:hits", "skep_blocks_hits_total", kCounter, "Buffers for input and output that were there."},
      {"blocks:misses", "skep_blocks_misses_total", kCounter, "Buffers that had to be allocated."},
      {"store:queued", "skep_store_queued", kGauge, "Writes that have not been taken up yet."},
      {"calls:in_flight", "skep_calls_in_flight", kGauge, "Calls accepted and not yet answered."},
      {"calls:waiting", "skep_calls_waiting", kGauge, "Calls that wait for a task, a message, a lease or a result."},
      {"sessions:open", "skep_connections", kGauge, "Clients connected to this process."},
      {"heap:used_bytes", "skep_heap_used_bytes", kGauge, "Memory that the allocator has given out."},
      {"heap:free_bytes", "skep_heap_free_bytes", kGauge, "Memory that the allocator keeps."},
  };
  const metrics::Gauges add = [&](std::string_view figure, double value) {
    for (const Gauge& gauge : kGauges) {
      if (gauge.figure == figure) to.Single(gauge.name, gauge.type, gauge.help, std::optional(value));
    }
  };
  // Behind a write, this runs on the store's thread.
  if (services.executor.IsCurrent()) {
    collector.ReadGauges(add);
  } else {
    collector.LastGauges(add);
  }
  to.Single("skep_windows_lost_total", kCounter, "Times that what was measured could not be written down.",
            std::optional(collector.lost_windows()));
}

/// What all processes have recorded in the last hour. As gauges: what is over an hour old goes from it again.
void AddLastHour(ToolContext& context, Exposition& to) {
  constexpr std::pair<std::string_view, double> kQuantiles[] = {{"0.5", 50}, {"0.95", 95}, {"0.99", 99}};
  const std::int64_t now_ms = context.now_ms();
  std::vector<metrics::Window> requests =
      metrics::ReadPeriod(context.database(), now_ms - metrics::kHourMs, now_ms, now_ms);
  std::erase_if(requests, [](const metrics::Window& one) {
    return !metrics::IsRequest(one.operation) || one.operation == "unknown";
  });
  if (requests.empty()) return;
  to.Family("skep_last_hour_requests", kGauge, "Requests of the last hour, of all processes.");
  for (const metrics::Window& one : requests) to.Sample(RequestLabels(one.operation).labels, one.values.count());
  to.Family("skep_last_hour_request_errors", kGauge, "Those of them that were answered with an error.");
  for (const metrics::Window& one : requests) to.Sample(RequestLabels(one.operation).labels, one.errors);
  to.Family("skep_last_hour_request_duration_seconds", kGauge, "How long they took.");
  for (const metrics::Window& one : requests) {
    RequestLabels labels(one.operation);
    for (const auto& [quantile, percent] : kQuantiles) {
      labels.labels.push_back({"quantile", quantile});
      to.Sample(labels.labels, static_cast<double>(*one.values.Percentile(percent)) * kNs);
      labels.labels.pop_back();
    }
  }
}

/// A process counts since it began; who does not measure sees what others have in the last hour.
void AddRecorded(ToolContext& context, Exposition& to) {
  metrics::Collector* const collector = context.services().collector;
  if (collector == nullptr) return AddLastHour(context, to);
  std::vector<Recorded> all;
  const std::vector<metrics::Recorded> totals = collector->recorder().Totals();
  for (const auto& one : totals) all.push_back({one.operation, one.errors, one.bytes_in, one.bytes_out, one.values});
  AddRequests(all, to);
  AddOperations(all, to);
  AddCollected(context.services(), to);
  AddProcess(metrics::MeasureProcess(), to);
}

void AddAlerts(ToolContext& context, Exposition& to) {
  to.Family("skep_alerts_open", kGauge, "Alerts that are open.");
  std::int64_t open = 0;
  for (const metrics::Alert& alert : metrics::ListAlerts(context.database(), context.now_ms(), 100)) {
    if (metrics::IsOpen(alert, context.now_ms())) ++open;
  }
  to.Sample(open);
}

Expected<Result> Run(const Args&, ToolContext& context) {
  Exposition to;
  AddSwarm(swarm::TotalUp(context.database(), context.now()), to);
  AddMemory(swarm::StatEntries(context.database(), context.now_ms()), to);
  AddStore(store::MeasureDisk(context.database().path()), to);
  to.Family("skep_build_info", kGauge, "The version that answers.");
  to.Sample("version", Version(), 1);
  AddRecorded(context, to);
  AddAlerts(context, to);
  return Result{.text = to.text()};
}

}  // namespace

extern const Resource kResourceMetrics = MakeResource<Run>({
    .uri = "skep://metrics",
    .name = "metrics",
    .title = "Metrics",
    .description = "What is measured of the project and of this process, as Prometheus reads it.",
    .mime_type = "text/plain; version=0.0.4",
});

}  // namespace skep::handlers
