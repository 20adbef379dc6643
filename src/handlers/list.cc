#include "handlers/list.h"

#include <array>

namespace skep::handlers {

// One line a tool; its file defines `const Tool kName = MakeTool<Run>({…})`.
#define SKEP_TOOLS(TOOL)   \
  TOOL(kSwarmInit)         \
  TOOL(kAgentSpawn)        \
  TOOL(kMemoryUsage)       \
  TOOL(kMemorySearch)      \
  TOOL(kSwarmStatus)       \
  TOOL(kAgentList)         \
  TOOL(kSwarmDestroy)      \
  TOOL(kTaskOrchestrate)   \
  TOOL(kTaskClaim)         \
  TOOL(kTaskUpdate)        \
  TOOL(kTaskStatus)        \
  TOOL(kTaskResults)       \
  TOOL(kLoadBalance)       \
  TOOL(kSwarmScale)        \
  TOOL(kSwarmMonitor)      \
  TOOL(kBenchmarkRun)      \
  TOOL(kPerformanceReport) \
  TOOL(kBottleneckAnalyze) \
  TOOL(kTokenUsage)        \
  TOOL(kErrorAnalysis)     \
  TOOL(kQualityAssess)     \
  TOOL(kAgentMetrics)      \
  TOOL(kCacheManage)       \
  TOOL(kHealthCheck)       \
  TOOL(kLeaseAcquire)      \
  TOOL(kLeaseRelease)      \
  TOOL(kLeaseCheck)        \
  TOOL(kMessageSend)       \
  TOOL(kInbox)

#define SKEP_DECLARE(tool) extern const Tool tool;
SKEP_TOOLS(SKEP_DECLARE)
#undef SKEP_DECLARE

std::span<const Tool* const> AllTools() {
#define SKEP_POINTER(tool) &(tool),
  static constexpr const Tool* kTools[] = {SKEP_TOOLS(SKEP_POINTER)};
#undef SKEP_POINTER
  return kTools;
}

#define SKEP_RESOURCES(RESOURCE) \
  RESOURCE(kResourceSwarms)      \
  RESOURCE(kResourceSwarm)       \
  RESOURCE(kResourceAgents)      \
  RESOURCE(kResourceAgent)       \
  RESOURCE(kResourceTasks)       \
  RESOURCE(kResourceTask)        \
  RESOURCE(kResourceInbox)       \
  RESOURCE(kResourceLeases)      \
  RESOURCE(kResourceMemory)      \
  RESOURCE(kResourceMetrics)     \
  RESOURCE(kResourceAlerts)

#define SKEP_DECLARE(resource) extern const Resource resource;
SKEP_RESOURCES(SKEP_DECLARE)
#undef SKEP_DECLARE

std::span<const Resource* const> AllResources() {
#define SKEP_POINTER(resource) &(resource),
  static constexpr const Resource* kResources[] = {SKEP_RESOURCES(SKEP_POINTER)};
#undef SKEP_POINTER
  return kResources;
}

extern const Prompt kPromptPlanSwarm;
extern const Prompt kPromptStandup;
extern const Prompt kPromptInvestigateBottleneck;
extern const Prompt kPromptRecoverTask;
extern const std::array<Prompt, 7> kPromptsSparc;

std::span<const Prompt* const> AllPrompts() {
  static constexpr const Prompt* kPrompts[] = {&kPromptPlanSwarm,   &kPromptStandup,   &kPromptInvestigateBottleneck,
                                               &kPromptRecoverTask, &kPromptsSparc[0], &kPromptsSparc[1],
                                               &kPromptsSparc[2],   &kPromptsSparc[3], &kPromptsSparc[4],
                                               &kPromptsSparc[5],   &kPromptsSparc[6]};
  return kPrompts;
}

std::string_view Instructions() {
  return "skep is this project's swarm: memory, tasks, file leases and messages that every agent and client on it "
         "shares. What it has acknowledged survives crashes.\n"
         "Join: agent_spawn (after swarm_init, if there is no swarm); act under that agentId. swarmId may be left out; "
         "names work wherever ids do.\n"
         "Work: task_claim with wait=60 (do not poll) gives you a task that nobody else has, with an epoch. Do it; "
         "task_update with that epoch: state=progress at least every 20 minutes, then succeeded with the result, or "
         "failed with a note. Then claim again. If an update is refused, do what the refusal says: the task may be "
         "another's by now. No wish to go on: state=released. What you hold ends with your session. When an answer "
         "has unread, read inbox.\n"
         "Plan: task_orchestrate with subtasks (dependencies by title); others claim them. task_status shows what is "
         "ready, claimed or blocked; task_results with wait what came of it.\n"
         "Edit: lease_acquire the paths before you change them, lease_release after. If somebody holds them, wait, ask "
         "them, or do something else.\n"
         "Talk: message_send within reach of the topology; read inbox with wait when you have nothing to do.\n"
         "Remember: before you begin, memory_search for what others found. Store what should outlive this "
         "conversation with memory_usage action=store, a key like \"design/auth\" and the text; to change what others "
         "may change too, pass ifVersion. When an answer has \"next\", call again with offset=next.\n"
         "Measure: performance_report says what was done and how fast, bottleneck_analyze what slowed finished tasks "
         "down. Report your tokens with task_update usage. Where you see them: agent_metrics (one agent's record), "
         "quality_assess (how good the work is), token_usage, error_analysis, health_check, "
         "benchmark_run (how fast skep is here).\n"
         "A refusal says the next step. Absent fields mean nothing was measured or stored, never zero.";
}

}  // namespace skep::handlers
