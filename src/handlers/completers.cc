#include "handlers/completers.h"

#include <optional>

#include "base/limits.h"
#include "handlers/current_swarm.h"
#include "swarm/lookup.h"

namespace skep::handlers {
namespace {

using swarm::TaskState;

/// One more than are shown, which says that there are more.
constexpr std::int64_t kMost = limits::kMaxCompletions + 1;

std::optional<std::string_view> Known(CompletionContext known, std::string_view name) {
  for (const auto& [each, value] : known) {
    if (each == name && !value.empty()) return value;
  }
  return std::nullopt;
}

/// That which is named already, or the one in view; nothing if there is none.
std::optional<swarm::Swarm> SwarmOf(ToolContext& context, CompletionContext known) {
  auto swarm = SwarmInView(context, Known(known, "swarm"));
  if (!swarm) return std::nullopt;
  return *std::move(swarm);
}

}  // namespace

std::vector<std::string> OfferSwarms(ToolContext& context, std::string_view typed, CompletionContext) {
  return swarm::SwarmsLike(context.database(), typed, kMost);
}

std::vector<std::string> OfferAgents(ToolContext& context, std::string_view typed, CompletionContext known) {
  return swarm::AgentsLike(context.database(), SwarmOf(context, known), typed, kMost);
}

std::vector<std::string> OfferTasks(ToolContext& context, std::string_view typed, CompletionContext known) {
  static constexpr TaskState kUnfinished[] = {TaskState::kClaimed, TaskState::kReady, TaskState::kBlocked};
  return swarm::TasksLike(context.database(), SwarmOf(context, known), kUnfinished, typed, kMost);
}

std::vector<std::string> OfferLostTasks(ToolContext& context, std::string_view typed, CompletionContext known) {
  static constexpr TaskState kLost[] = {TaskState::kClaimed, TaskState::kFailed, TaskState::kReady, TaskState::kBlocked,
                                        TaskState::kCancelled};
  return swarm::TasksLike(context.database(), SwarmOf(context, known), kLost, typed, kMost);
}

std::vector<std::string> OfferNamespaces(ToolContext& context, std::string_view typed, CompletionContext) {
  return swarm::NamespacesLike(context.database(), typed, kMost);
}

std::vector<std::string> OfferKeys(ToolContext& context, std::string_view typed, CompletionContext known) {
  return swarm::KeysLike(context.database(), Known(known, "namespace"), typed, kMost, context.now_ms());
}

}  // namespace skep::handlers
