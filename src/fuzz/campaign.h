#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/contract.h"
#include "fuzz/coverage.h"
#include "fuzz/finding.h"
#include "fuzz/life.h"
#include "fuzz/script.h"
#include "skep/error.h"

namespace skep::fuzz {

/// How long and how fast a server is fuzzed.
struct Plan {
  Setup setup;
  std::uint64_t seed = 1;
  double seconds = 60;
  std::uint64_t messages = 0;  ///< 0: as many as the time allows.
  int tries = 250;             ///< Runs of the server that minimising one finding may take.
  double rate = 0;             ///< Messages a second, of all connections; 0: as many as the server takes.
};

/// Whether a finding's script brought it about again.
enum class Again : std::uint8_t {
  kNotTried,  ///< There was no time for it.
  kYes,
  kNo,
};

/// A finding, and what brings it about.
struct Case {
  Finding finding;
  std::uint64_t times = 1;
  std::uint64_t life = 0;  ///< In which it was found first, and the round of that.
  int round = 0;
  int connection = 0;
  Again again = Again::kNotTried;
  Script script;
};

/// What this process used, while it generated and judged; not while it minimised.
struct OwnCpu {
  double user_s = 0;
  double system_s = 0;  ///< The pipes, mostly.
  double both_s() const { return user_s + system_s; }
};

struct Outcome {
  std::uint64_t sent = 0;      ///< Lines, and
  std::uint64_t received = 0;  ///< lines that came.
  std::uint64_t lives = 0;
  std::uint64_t rounds = 0;
  double seconds = 0;
  OwnCpu own_cpu;
  std::int64_t most_memory = 0;
  std::map<std::string, Case> cases;  ///< By Finding::Key().
  Coverage coverage;
  bool interrupted = false;
  std::string minimising;  ///< The key of the finding that is being made small; empty: none is.
};

/// Called after each round, and before each run that makes a finding smaller; false ends it. The outcome so far.
using Watch = std::function<bool(const Outcome&)>;

/// Lives of a server, one after the other, each in a home of its own and longer than the one before, until the time or
/// the messages are used up. Making findings small may take as long again, and 15 s at least. Fails when the server
/// cannot be started.
Expected<Outcome> Run(const Plan& plan, const Contract& contract, const Watch& watch);

/// What is found when a script is played to a fresh server.
Expected<std::vector<Life::Found>> Play(const Setup& setup, const Contract& contract, const Script& script);

}  // namespace skep::fuzz
