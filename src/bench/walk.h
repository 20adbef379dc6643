#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/histogram.h"
#include "bench/crew.h"
#include "skep/error.h"
#include "store/database.h"

namespace skep::bench {

/// What came of jobs in virtual time.
struct Walked {
  double seconds = 0;  ///< Virtual, until the last was done.
  double work_s = 0;   ///< Virtual, of all agents together.
  std::int64_t finished = 0;
  Histogram claiming;  ///< ns that calls of the scheduler really took.
};

/// Has members do jobs in virtual time: the claims and reports are the swarm's own code, on a database of its own; the
/// time that passes is the jobs' work and nothing else. A discrete-event simulation: whoever is done next reports, and
/// then all who are idle claim, in their order. The same for the same jobs. REQUIRES: a fresh database.
Expected<Walked> Walk(store::Database& database, std::string_view topology, std::span<const Member> members,
                      std::span<const Job> jobs);

}  // namespace skep::bench
