#include "fuzz/model.h"

#include <fmt/format.h>

#include <utility>

namespace skep::fuzz {
namespace {

using json::Type;
using json::Value;

std::string_view TextOf(Value value) { return value.Is(Type::kString) ? value.AsString() : std::string_view(); }
std::int64_t NumberOf(Value value) { return value.Is(Type::kInt) ? value.AsInt() : -1; }

/// What an agent's id begins with; anything else is a name, of which an agent may have one besides.
constexpr std::string_view kAgentId = "ag_";

/// Whether an object has no other members than these.
bool HasOnly(Value object, std::initializer_list<std::string_view> names) {
  std::string_view name;
  Value member;
  for (json::Members members(object); members.Next(name, member);) {
    bool known = false;
    for (const std::string_view one : names) known = known || one == name;
    if (!known) return false;
  }
  return true;
}

}  // namespace

std::optional<std::string> Claims::Granted(std::string_view task, std::int64_t epoch, std::string_view agent) {
  auto at = seen_.find(task);
  if (at == seen_.end()) at = seen_.emplace(std::string(task), Seen{}).first;
  Seen& seen = at->second;
  // Answers of several connections are read in any order, so a lower epoch proves nothing; and who asks again for what
  // it has, is given it again.
  if (epoch == seen.epoch && !agent.empty() && !seen.agent.empty() && agent != seen.agent) {
    return fmt::format("{} was granted to {} and to {} under epoch {}", task, seen.agent, agent, epoch);
  }
  if (epoch > seen.epoch) seen = {epoch, std::string(agent)};
  return std::nullopt;
}

bool Claims::IsStale(std::string_view task, std::int64_t epoch) const {
  const auto at = seen_.find(task);
  return at != seen_.end() && epoch < at->second.epoch;
}

std::string Model::OwnNamespace(int connection) { return fmt::format("own-{}", connection); }

int Model::Add(Truth truth) {
  truths_.push_back(std::move(truth));
  return static_cast<int>(truths_.size() - 1);
}

int Model::Sent(std::string_view tool, Value arguments) {
  if (tool == "task_claim") {
    const std::string_view agent = TextOf(arguments.Find("agentId"));
    return Add({.what = Truth::What::kClaim, .key = std::string(agent.starts_with(kAgentId) ? agent : "")});
  }
  if (tool == "task_update") {
    const Value epoch = arguments.Find("epoch");
    const bool stale = epoch.Is(Type::kInt) && TextOf(arguments.Find("state")) != "cancelled" &&
                       claims_.IsStale(TextOf(arguments.Find("taskId")), epoch.AsInt());
    return stale ? Add({.what = Truth::What::kStaleUpdate, .key = std::string(TextOf(arguments.Find("taskId")))})
                 : kNone;
  }
  if (tool != "memory_usage" || TextOf(arguments.Find("namespace")) != namespace_) return kNone;
  const std::string_view action = TextOf(arguments.Find("action"));
  const std::string_view key = TextOf(arguments.Find("key"));
  if (key.empty()) return kNone;
  if (action == "store") return Store(arguments, key);
  if (action != "retrieve" && action != "delete") return kNone;
  if (!HasOnly(arguments, {"action", "key", "namespace"})) {
    entries_[std::string(key)].known = action != "delete" && entries_[std::string(key)].known;
    return kNone;
  }
  Entry& entry = entries_[std::string(key)];
  const bool deletes = action == "delete";
  if (!deletes && !entry.known) return kNone;
  const int truth =
      Add({.what = deletes ? Truth::What::kDelete : Truth::What::kRetrieve, .key = std::string(key), .entry = entry});
  if (deletes) entry = {};
  return truth;
}

int Model::Store(Value arguments, std::string_view key) {
  Entry& entry = entries_[std::string(key)];
  const Value value = arguments.Find("value");
  const Value if_version = arguments.Find("ifVersion");
  const bool simple = HasOnly(arguments, {"action", "key", "value", "namespace", "ifVersion"}) &&
                      value.Is(Type::kString) && (!if_version.exists() || if_version.Is(Type::kInt));
  if (!simple || !entry.known) {
    entry.known = false;
    return kNone;
  }
  if (if_version.exists() && if_version.AsInt() != entry.version) {
    return Add({.what = Truth::What::kRefusal, .key = std::string(key)});
  }
  entry = {.version = entry.version + 1, .value = std::string(value.AsString())};
  return Add({.what = Truth::What::kStore, .key = std::string(key), .entry = entry});
}

void Model::Forget(int truth) {
  if (truth == kNone) return;
  const Truth& forgotten = truths_[static_cast<std::size_t>(truth)];
  if (forgotten.what == Truth::What::kClaim || forgotten.what == Truth::What::kStaleUpdate) return;
  entries_[forgotten.key].known = false;
}

std::optional<Finding> Model::Answered(int truth, Value said, bool refused) {
  if (truth == kNone) return std::nullopt;
  const Truth& expected = truths_[static_cast<std::size_t>(truth)];
  auto fault = Judge(expected, said, refused);
  if (!fault) return std::nullopt;
  const bool of_tasks = expected.what == Truth::What::kClaim || expected.what == Truth::What::kStaleUpdate;
  constexpr std::string_view kSubjects[] = {"store",  "compare-and-set", "retrieve",
                                            "delete", "two owners",      "stale epoch"};
  return Finding{of_tasks ? Rule::kTasks : Rule::kMemory,
                 std::string(kSubjects[static_cast<std::size_t>(expected.what)]), std::move(*fault)};
}

std::optional<std::string> Model::Judge(const Truth& truth, Value said, bool refused) {
  const std::int64_t version = NumberOf(said.Find("version"));
  const Value found = said.Find("found");
  const auto fault = [&](std::string_view why) { return fmt::format("key \"{}\": {}", truth.key, why); };
  switch (truth.what) {
    case Truth::What::kRefusal:
      if (refused) return std::nullopt;
      return fault("was stored against ifVersion");
    case Truth::What::kStore:
      if (refused) return fault("was not stored");
      if (version == truth.entry.version) return std::nullopt;
      return fault(fmt::format("was stored as version {}, not {}", version, truth.entry.version));
    case Truth::What::kRetrieve:
    case Truth::What::kDelete:
      if (refused) return fault("was refused");
      if (!truth.entry.known) return std::nullopt;
      if (truth.entry.version == 0) {
        if (found.Is(Type::kBool) && !found.AsBool()) return std::nullopt;
        return fault("is there, though nothing was stored");
      }
      if (!found.Is(Type::kBool) || !found.AsBool()) return fault("is not there, though it was stored");
      if (version != truth.entry.version) {
        return fault(fmt::format("has version {}, not {}", version, truth.entry.version));
      }
      if (truth.what == Truth::What::kRetrieve && TextOf(said.Find("value")) != truth.entry.value) {
        return fault(fmt::format("has another value than \"{}\"", truth.entry.value));
      }
      return std::nullopt;
    case Truth::What::kClaim: {
      const Value claimed = said.Find("claimed");
      if (refused || !claimed.Is(Type::kBool) || !claimed.AsBool()) return std::nullopt;
      return claims_.Granted(TextOf(said.Find("taskId")), NumberOf(said.Find("epoch")), truth.key);
    }
    case Truth::What::kStaleUpdate:
      if (refused) return std::nullopt;
      return fmt::format("{} took a report under an epoch that was claimed away", truth.key);
  }
  return std::nullopt;
}

}  // namespace skep::fuzz
