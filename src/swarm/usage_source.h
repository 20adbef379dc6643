#pragma once

#include <array>
#include <string_view>

namespace skep::swarm {

/// Who says what was used. The best first.
enum class UsageSource : int {
  kEvent,         ///< A client's own event, one per request.
  kGenAiEvent,    ///< The same by the semantic conventions, which clients send besides.
  kCounter,       ///< A client's own counter: what was used since its last export.
  kGenAiCounter,  ///< The same by the semantic conventions.
  kTask,          ///< What an agent says with task_update.
};
constexpr std::array<std::string_view, 5> Names(UsageSource) {
  return {"event", "gen_ai_event", "counter", "gen_ai_counter", "task"};
}

}  // namespace skep::swarm
