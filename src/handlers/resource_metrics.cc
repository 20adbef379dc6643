#include <optional>
#include <string>
#include <string_view>

#include "base/version.h"
#include "metrics/exposition.h"
#include "metrics/process.h"
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
  to.Family("skep_build_info", kGauge, "The version that answers.");
  to.Sample("version", Version(), 1);
  to.Single("process_start_time_seconds", kGauge, "When this process began, in seconds since 1970.", figures.started_s);
  to.Single("process_cpu_seconds_total", kCounter, "User and system time of this process.", figures.cpu_s);
  to.Single("process_resident_memory_bytes", kGauge, "Memory of this process that is in RAM.", figures.resident_bytes);
  to.Single("process_virtual_memory_bytes", kGauge, "Address space of this process.", figures.virtual_bytes);
  to.Single("process_open_fds", kGauge, "Open file descriptors of this process.", figures.open_files);
}

Expected<Result> Run(const Args&, ToolContext& context) {
  Exposition to;
  AddSwarm(swarm::TotalUp(context.database(), context.now()), to);
  AddMemory(swarm::StatEntries(context.database(), context.now_ms()), to);
  AddStore(store::MeasureDisk(context.database().path()), to);
  AddProcess(metrics::MeasureProcess(), to);
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
