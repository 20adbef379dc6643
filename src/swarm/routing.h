#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/database.h"
#include "swarm/agent.h"
#include "swarm/swarm.h"
#include "swarm/task.h"

/// Which queue a ready task lies in, and who may take from which: what a topology means for work.
///
///   star          one queue, the swarm's own (0), for all
///   mesh          each agent has its own, and takes from the longest other one when it is empty
///   hierarchical  a lead's (an agent that others have as parent) is for those under it and itself; agents without a
///                 lead, or whose lead is offline, take from the swarm's own
///   ring          that of the agent whose stage it is
///
/// Whatever the topology, what lies in an agent's own queue is that agent's to take; and what lies where nobody is, any
/// more, who may take it and is capable of it, is for whoever has nothing else to do: so no task waits forever while
/// somebody alive could do it. Routing looks at a bounded number of rows, whatever the size of the swarm.
namespace skep::swarm {

/// The queue for a task that becomes ready. 0 also where no agent fits: in a mesh all look there, and in a hierarchy
/// the agents at the top.
std::int64_t ChooseQueue(store::Database& database, const Swarm& swarm, const Task& task);

/// The alive agent with the capability (empty: any) that follows one of number `agent` in the ring; 0: there is none.
std::int64_t NextInRing(store::Database& database, const Swarm& swarm, std::int64_t agent, std::string_view required);

/// How many stages a task has in the ring: one for each agent alive that is capable of it.
std::int64_t CountStages(store::Database& database, const Swarm& swarm, std::string_view required);

/// Whether an agent is alive that has the capability.
bool AnyoneIsCapable(store::Database& database, const Swarm& swarm, std::string_view required);

/// The agent alive with the least to do that has the capability (empty: any); 0: none.
std::int64_t LeastLoaded(store::Database& database, const Swarm& swarm, std::string_view required);

/// A ready task, as far as a claim needs to know it.
struct Candidate {
  std::int64_t task = 0;
  std::int64_t queue = 0;
};
/// What an agent would be given now: of those it may take and is capable of, the most urgent. Nothing: there is none.
std::optional<Candidate> BestCandidate(store::Database& database, const Swarm& swarm, const Agent& agent);

/// Why an agent may not take a ready task, as a sentence with the next step; nothing: it may.
std::optional<std::string> WhyNot(store::Database& database, const Swarm& swarm, const Agent& agent, const Task& task);

/// Notes that so many ready tasks have come into an agent's queue, or gone from it. Nothing for the swarm's own (0).
void CountQueued(store::Database& database, std::int64_t agent, std::int64_t tasks);

}  // namespace skep::swarm
