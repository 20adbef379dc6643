#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/histogram.h"
#include "bench/run.h"
#include "bench/server.h"
#include "skep/error.h"

/// Agents that really claim, work and report: each a client with a connection of its own to one server. Their work is
/// to wait until it would be done, which takes no processor: what is measured is the server and what comes of its
/// rules, not what agents do.
namespace skep::bench {

struct Member {
  std::string type = "coder";
  std::string name;
  std::vector<std::string> capabilities;
  std::string parent;  ///< Its lead's name; empty: none.
};

struct Job {
  std::string title;
  std::string required;            ///< A capability; empty: none.
  std::vector<std::size_t> needs;  ///< Places of earlier jobs.
  double work_s = 0;               ///< How long it takes, in all of its stages together.
};

/// What a crew did.
struct Worked {
  double seconds = 0;  ///< From the first claim to the last report.
  std::int64_t finished = 0;
  std::int64_t failed = 0;  ///< Reports that were refused.
  std::int64_t calls = 0;   ///< Claims and reports that were answered.
  double work_s = 0;        ///< Done by all agents together.
  Histogram latency;        ///< ns of reports, and of claims that do not wait for a task.
  std::optional<double> server_cores;
  std::optional<double> peak_bytes;  ///< The server's resident memory.
};

/// The members of a swarm of that many: where the topology has leads, the first is the coordinator and the others'
/// lead.
std::vector<Member> CrewOf(std::string_view topology, std::int64_t agents);

/// Makes a swarm with these members and jobs, and has the members work until all jobs are done, `most_s` have passed or
/// `stopped`. REQUIRES: a listening server that has no tasks.
Expected<Worked> WorkOff(Server& server, std::string_view topology, std::span<const Member> members,
                         std::span<const Job> jobs, double most_s, const std::function<bool()>& stopped);

}  // namespace skep::bench
