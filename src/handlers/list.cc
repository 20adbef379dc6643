#include "handlers/list.h"

namespace skep::handlers {

// One line a tool; its file defines `const Tool kName = MakeTool<Run>({…})`.
#define SKEP_TOOLS(TOOL) \
  TOOL(kSwarmInit)       \
  TOOL(kAgentSpawn)      \
  TOOL(kMemoryUsage)     \
  TOOL(kMemorySearch)    \
  TOOL(kSwarmStatus)     \
  TOOL(kAgentList)       \
  TOOL(kSwarmDestroy)    \
  TOOL(kTaskOrchestrate) \
  TOOL(kTaskClaim)       \
  TOOL(kTaskUpdate)      \
  TOOL(kTaskStatus)      \
  TOOL(kTaskResults)     \
  TOOL(kLoadBalance)     \
  TOOL(kSwarmScale)      \
  TOOL(kSwarmMonitor)    \
  TOOL(kHealthCheck)     \
  TOOL(kLeaseAcquire)    \
  TOOL(kLeaseRelease)    \
  TOOL(kLeaseCheck)      \
  TOOL(kMessageSend)     \
  TOOL(kInbox)

#define SKEP_DECLARE(tool) extern const Tool tool;
SKEP_TOOLS(SKEP_DECLARE)
#undef SKEP_DECLARE

std::span<const Tool* const> AllTools() {
#define SKEP_POINTER(tool) &tool,
  static constexpr const Tool* kTools[] = {SKEP_TOOLS(SKEP_POINTER)};
#undef SKEP_POINTER
  return kTools;
}

std::string_view Instructions() {
  return "skep is this project's shared, durable memory and swarm: every agent and client that works on the project "
         "sees the same. What it has acknowledged survives crashes and restarts.\n"
         "- Before you begin, look for what others left: memory_search with words, or memory_usage with action=list.\n"
         "- Store what should outlive this conversation (decisions, findings, results): memory_usage with "
         "action=store, a key like \"design/auth\" and the text as value. Namespaces keep subjects apart.\n"
         "- To change an entry that others may change too, pass ifVersion with the version you read; if that is "
         "refused, read it again.\n"
         "- A large value comes in parts: when an answer has \"next\", call again with offset=next.\n"
         "- swarm_init makes a swarm, agent_spawn registers an agent in it, swarm_status shows both. swarmId may be "
         "left out: then it is the swarm you last used, else the newest. Names are accepted wherever ids are.\n"
         "- An error says what to do next. \"No data\" and absent fields mean that nothing was measured or stored, "
         "never "
         "zero.";
}

}  // namespace skep::handlers
