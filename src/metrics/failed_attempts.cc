#include "metrics/failed_attempts.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>
#include <utility>

#include "base/id.h"
#include "base/limits.h"
#include "metrics/redact.h"
#include "metrics/signature.h"
#include "swarm/snippet.h"
#include "swarm/task.h"

namespace skep::metrics {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

/// A whole fails with its parts, and is nobody's attempt: it has no agent. The words are those of the index.
constexpr Sql kAttempts{
    "SELECT at_ms, agent, task, detail FROM task_events WHERE agent > 0 AND event IN ('failed', 'timed out') "
    "AND at_ms >= ?1 ORDER BY at_ms DESC, id DESC LIMIT ?2"};
constexpr Sql kName{"SELECT name FROM agents WHERE id = ?1"};

std::string NameOf(Database& database, std::int64_t agent) {
  const std::string id = FormatId("ag", agent);
  Cursor row = database.Query(kName, agent);
  return row.Next() ? fmt::format("{} ({})", row.Text(0), id) : id;
}

using Counts = std::map<std::int64_t, std::int64_t>;

template <class Name>
std::vector<NamedCount> Sorted(const Counts& counts, Name name) {
  std::vector<NamedCount> sorted;
  for (const auto& [number, count] : counts) sorted.push_back({name(number), count});
  std::ranges::stable_sort(sorted, std::ranges::greater{}, &NamedCount::count);
  return sorted;
}

struct Gathered {
  AttemptGroup group;
  Counts agents;
  Counts tasks;
};

}  // namespace

AttemptReport ReportFailedAttempts(Database& database, std::int64_t from_ms) {
  AttemptReport report;
  std::map<std::string, Gathered, std::less<>> groups;
  for (Cursor row = database.Query(kAttempts, from_ms, kMaxFailedAttempts + 1); row.Next();) {
    if (report.attempts == kMaxFailedAttempts) {
      report.more = true;
      break;
    }
    ++report.attempts;
    const std::string_view note = row.Text(3);
    auto& [group, agents, tasks] = groups[note.empty() ? std::string(AttemptGroup::kUnexplained) : SignatureOf(note)];
    // They come from the newest to the oldest.
    group.first_ms = row.Int(0);
    if (group.count++ == 0) {
      group.last_ms = row.Int(0);
      group.message = WithoutSecrets(swarm::CutAtCharacter(note, limits::kMaxSignature));
    }
    ++agents[row.Int(1)];
    ++tasks[row.Int(2)];
  }
  for (auto& [signature, gathered] : groups) {
    AttemptGroup& group = report.groups.emplace_back(std::move(gathered.group));
    group.signature = signature;
    group.agents = Sorted(gathered.agents, [&](std::int64_t agent) { return NameOf(database, agent); });
    group.tasks = Sorted(gathered.tasks, swarm::TaskId);
  }
  std::ranges::sort(report.groups, [](const AttemptGroup& a, const AttemptGroup& b) {
    return std::tie(b.count, a.signature) < std::tie(a.count, b.signature);
  });
  return report;
}

}  // namespace skep::metrics
