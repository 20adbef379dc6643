#include "swarm/lookup.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/id.h"
#include "base/limits.h"
#include "swarm/stored_enum.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kSwarmNames{"SELECT name FROM swarms WHERE status = 'active' AND name >= ?1 ORDER BY name LIMIT ?2"};
constexpr Sql kSwarmIds{
    "SELECT id FROM swarms WHERE status = 'active' AND id BETWEEN ?1 AND ?2 ORDER BY id DESC LIMIT ?3"};
constexpr Sql kAgentNames{"SELECT name, state FROM agents WHERE swarm = ?1 AND name >= ?2 ORDER BY name LIMIT ?3"};
constexpr Sql kAliveIds{
    "SELECT id FROM agents WHERE swarm = ?1 AND state <> 'offline' AND id BETWEEN ?2 AND ?3 ORDER BY id DESC LIMIT ?4"};
constexpr Sql kAgentIds{"SELECT id FROM agents WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC LIMIT ?3"};
constexpr Sql kTasksOfState{
    "SELECT id FROM tasks WHERE swarm = ?1 AND state = ?2 AND id BETWEEN ?3 AND ?4 ORDER BY id DESC LIMIT ?5"};
constexpr Sql kTitles{"SELECT id, title FROM tasks WHERE swarm = ?1 AND state = ?2 ORDER BY id DESC LIMIT ?3"};
constexpr Sql kTaskIds{"SELECT id FROM tasks WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC LIMIT ?3"};
constexpr Sql kFirstNamespace{"SELECT namespace FROM memory WHERE namespace >= ?1 ORDER BY namespace LIMIT 1"};
constexpr Sql kNamespaceAfter{"SELECT namespace FROM memory WHERE namespace > ?1 ORDER BY namespace LIMIT 1"};
constexpr Sql kKeys{"SELECT key, expires_ms FROM memory WHERE namespace = ?1 AND key >= ?2 ORDER BY key LIMIT ?3"};

/// Texts in the order in which they were found, each once, up to a limit.
class Offers {
 public:
  explicit Offers(std::int64_t limit) : limit_(limit) {}

  bool full() const { return std::ssize(found_) >= limit_; }
  void Add(std::string text) {
    if (!full() && std::ranges::find(found_, text) == found_.end()) found_.push_back(std::move(text));
  }
  void AddIds(std::string_view prefix, Cursor rows) {
    while (!full() && rows.Next()) Add(FormatId(prefix, rows.Int(0)));
  }
  std::vector<std::string> Take() { return std::move(found_); }

 private:
  std::int64_t limit_;
  std::vector<std::string> found_;
};

struct Numbers {
  std::int64_t first = 0;
  std::int64_t last = std::numeric_limits<std::int64_t>::max();
};
/// The rows whose ids of this prefix begin with `typed`, which may be the beginning of the prefix.
std::optional<Numbers> IdsLike(std::string_view prefix, std::string_view typed) {
  const std::string head = std::string(prefix) + "_";
  if (head.starts_with(typed)) return Numbers{};
  if (!typed.starts_with(head)) return std::nullopt;
  const auto filled = [&](char digit) {
    std::string id(typed);
    id.resize(std::max(id.size(), FormatId(prefix, 0).size()), digit);
    return ParseId(prefix, id);
  };
  const auto first = filled('0');
  const auto last = filled('z');
  if (!first || !last) return std::nullopt;
  return Numbers{*first, *last};
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool IsPartOfWord(char c) {
  const char lower = Lower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

/// Whether a word of the text begins so, whatever the case.
bool HasWord(std::string_view text, std::string_view typed) {
  for (std::size_t at = 0; at + typed.size() <= text.size(); ++at) {
    if (at > 0 && IsPartOfWord(text[at - 1])) continue;
    if (std::ranges::equal(text.substr(at, typed.size()), typed, {}, Lower, Lower)) return true;
  }
  return false;
}

void AddTitled(Database& database, const Swarm& swarm, std::span<const TaskState> states, std::string_view typed,
               Offers& offers) {
  std::int64_t left = limits::kMaxTitlesSearched;
  for (const TaskState state : states) {
    for (Cursor row = database.Query(kTitles, swarm.number, NameOf(state), left); !offers.full() && row.Next();) {
      --left;
      if (HasWord(row.Text(1), typed)) offers.Add(TaskId(row.Int(0)));
    }
  }
}

void AddKeys(Database& database, std::string_view name_space, std::string_view typed, std::int64_t now_ms,
             Offers& offers) {
  Cursor row = database.Query(kKeys, name_space, typed, limits::kMaxPage);
  while (!offers.full() && row.Next() && row.Text(0).starts_with(typed)) {
    if (row.Int(1) == 0 || row.Int(1) > now_ms) offers.Add(std::string(row.Text(0)));
  }
}

}  // namespace

std::vector<std::string> SwarmsLike(Database& database, std::string_view typed, std::int64_t limit) {
  Offers offers(limit);
  for (Cursor row = database.Query(kSwarmNames, typed, limit); row.Next() && row.Text(0).starts_with(typed);) {
    offers.Add(std::string(row.Text(0)));
  }
  if (const auto ids = IdsLike("sw", typed); ids && !typed.empty()) {
    offers.AddIds("sw", database.Query(kSwarmIds, ids->first, ids->last, limit));
  }
  return offers.Take();
}

std::vector<std::string> AgentsLike(Database& database, const std::optional<Swarm>& swarm, std::string_view typed,
                                    std::int64_t limit) {
  Offers offers(limit);
  if (swarm) {
    std::vector<std::string> offline;
    Cursor row = database.Query(kAgentNames, swarm->number, typed, limits::kMaxPage);
    while (row.Next() && row.Text(0).starts_with(typed)) {
      std::string name(row.Text(0));
      row.Text(1) == "offline" ? offline.push_back(std::move(name)) : offers.Add(std::move(name));
    }
    for (std::string& name : offline) offers.Add(std::move(name));
  }
  if (const auto ids = IdsLike("ag", typed); ids && !typed.empty()) {
    if (swarm) offers.AddIds("ag", database.Query(kAliveIds, swarm->number, ids->first, ids->last, limit));
    offers.AddIds("ag", database.Query(kAgentIds, ids->first, ids->last, limit));
  }
  return offers.Take();
}

std::vector<std::string> TasksLike(Database& database, const std::optional<Swarm>& swarm,
                                   std::span<const TaskState> first, std::string_view typed, std::int64_t limit) {
  Offers offers(limit);
  const auto ids = IdsLike("tk", typed);
  if (swarm && !typed.empty() && !typed.starts_with("tk_")) AddTitled(database, *swarm, first, typed, offers);
  if (!ids) return offers.Take();
  if (swarm) {
    for (const TaskState state : first) {
      offers.AddIds("tk", database.Query(kTasksOfState, swarm->number, NameOf(state), ids->first, ids->last, limit));
    }
  }
  offers.AddIds("tk", database.Query(kTaskIds, ids->first, ids->last, limit));
  return offers.Take();
}

std::vector<std::string> NamespacesLike(Database& database, std::string_view typed, std::int64_t limit) {
  Offers offers(limit);
  std::string last(typed);
  for (const Sql* next = &kFirstNamespace; !offers.full(); next = &kNamespaceAfter) {
    Cursor row = database.Query(*next, last);
    if (!row.Next() || !row.Text(0).starts_with(typed)) break;
    last = row.Text(0);
    offers.Add(last);
  }
  return offers.Take();
}

std::vector<std::string> KeysLike(Database& database, std::optional<std::string_view> name_space,
                                  std::string_view typed, std::int64_t limit, std::int64_t now_ms) {
  Offers offers(limit);
  if (name_space) {
    AddKeys(database, *name_space, typed, now_ms, offers);
    return offers.Take();
  }
  for (const std::string& each : NamespacesLike(database, {}, limit)) AddKeys(database, each, typed, now_ms, offers);
  return offers.Take();
}

}  // namespace skep::swarm
