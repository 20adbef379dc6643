#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/log.h"
#include "handlers/period.h"
#include "skep/field.h"
#include "skep/tool.h"
#include "swarm/swarm.h"

namespace skep::cli {

enum class Level : int { kTrace, kDebug, kInfo, kWarn, kError, kOff };
constexpr std::array<std::string_view, 6> Names(Level) { return {"trace", "debug", "info", "warn", "error", "off"}; }
static_assert(static_cast<int>(Level::kOff) == static_cast<int>(LogLevel::kOff));

enum class Durability : int {
  kFull,     ///< What is acknowledged is on the disk.
  kRelaxed,  ///< It survives a killed process, not a power cut.
};
constexpr std::array<std::string_view, 2> Names(Durability) { return {"full", "relaxed"}; }

/// Every option that is skep's own, whichever command it belongs to. Tools' arguments are in their own tables.
struct Options {
  std::optional<std::string> project;
  std::optional<Level> log_level;
  std::optional<std::string> log_file;
  std::optional<Durability> durability;
  std::vector<Toolset> toolsets;
  std::optional<std::string> listen;
  std::optional<std::string> connect;
  std::optional<std::string> otlp;
  bool json = false;
  bool list = false;
  std::optional<std::string> args;
  // Of a report.
  std::optional<handlers::Timeframe> timeframe;
  std::optional<handlers::ReportFormat> format;
  std::optional<std::string> swarm;
  std::optional<std::string> html;
  // Of benchmarks and tests of load.
  std::optional<std::string> suite;
  std::optional<std::string> scenario;
  std::optional<double> duration;
  std::optional<std::string> export_file;
  bool attached = false;
  std::optional<std::string> pattern;
  std::optional<std::string> mix;
  std::vector<std::string> expect;
  std::int64_t connections = 1;
  // Of a simulation, and of benchmarks.
  std::optional<std::int64_t> agents;
  // Of a simulation.
  std::int64_t tasks = 10'000;
  swarm::Topology topology = swarm::Topology::kMesh;
  std::int64_t seed = 1;
  double failure_rate = 0;
  double crash_rate = 0;
  double stall_rate = 0;
  double dependencies = 0;
  std::int64_t capabilities = 0;
  std::int64_t claims = 0;
  bool compare = false;

  static constexpr Field kFields[] = {
      Opt<&Options::project>("project", "Directory to work for (default: the git root, else the working directory)"),
      Opt<&Options::log_level>("log-level", "Least severe events logged (default: warn; also SKEP_LOG)"),
      Opt<&Options::log_file>("log-file", "Where they go (default: standard error)"),
      Opt<&Options::durability>("durability",
                                "relaxed: an acknowledged write survives a killed process, not a power cut"),
      Opt<&Options::toolsets>("toolsets",
                              "Tools that clients are told of (default: core, tasks, leases, messages); any can be "
                              "called"),
      Opt<&Options::listen>("listen", "Serves many clients on a socket: unix:PATH, or unix for the project's own"),
      Opt<&Options::connect>("connect", "Joins standard input and output to such a socket: its path, or unix"),
      Opt<&Options::otlp>("otlp",
                          "Receives clients' telemetry (tokens, cost) on 127.0.0.1:PORT; 4318 is usual, 0: any"),
      Opt<&Options::json>("json", "One line of JSON, for machines"),
      Opt<&Options::list>("list", "Names the tools"),
      Opt<&Options::args>("args", "All arguments at once as a JSON object; - reads it from stdin, @FILE from a file"),
      Opt<&Options::timeframe>("timeframe", "How far it looks back (default: 24h)"),
      Opt<&Options::format>("format", "How much it tells (default: summary)"),
      Opt<&Options::swarm>("swarm", "Id or name: of this swarm's tasks only"),
      Opt<&Options::html>("html", "Writes all of it, with plots, into a file: one page that needs no network"),
      Opt<&Options::suite>("suite",
                           "quick (default), transport, correlation, memory, agents, tasks, swarm, topology, scaling, "
                           "filesystem, soak or comprehensive"),
      Opt<&Options::scenario>("scenario", "In place of a suite: ecommerce, ml-pipeline or microservices"),
      Opt<&Options::duration>("duration", "Seconds that it may take, about (default: see below)", {1, 86'400}),
      Opt<&Options::export_file>("export", "Writes what was measured into a file, as JSON, for skep benchmark compare"),
      Opt<&Options::attached>("attached", "Ends early when standard input does"),
      Opt<&Options::pattern>("pattern",
                             "How requests come: constant:RATE, ramp:FROM-TO, spike:FROM-TO, step:FROM-TO/STEPS or "
                             "closed:DEPTH"),
      Opt<&Options::mix>("mix", "What is asked, by weight: ping=8,retrieve=2; also list, store, search, claim-update"),
      Opt<&Options::expect>("expect", "What must hold, as in p95<5ms, errors<0.1% or rate>1000; may be repeated"),
      Opt<&Options::connections>("connections", "Connections, each with a server of its own", {1, 256}),
      Opt<&Options::agents>("agents", "Agents in the swarm (default: 100 to simulate, 8 to benchmark)",
                            {1, limits::kMaxAgents}),
      Opt<&Options::tasks>("tasks", "Tasks that they are given", {1, limits::kMaxTasks}),
      Opt<&Options::topology>("topology", "How agents are wired together"),
      Opt<&Options::seed>("seed", "The same number plays the same game", {0, Range::kOpen}),
      Opt<&Options::failure_rate>("failure-rate", "Share of attempts that fail", {0, 1}),
      Opt<&Options::crash_rate>("crash-rate", "Share of attempts under which the agent's session ends", {0, 1}),
      Opt<&Options::stall_rate>("stall-rate", "Share of attempts that are never reported on in time", {0, 1}),
      Opt<&Options::dependencies>("dependencies", "Tasks that a task needs, in the mean", {0, 100}),
      Opt<&Options::capabilities>("capabilities", "Kinds of them; half of the tasks take one", {0, 64}),
      Opt<&Options::claims>("claims", "Ends after so many (default: when all tasks have ended)", {0, Range::kOpen}),
      Opt<&Options::compare>("compare", "Plays the same tasks under each topology"),
  };
};
static_assert(Described<Options>);

}  // namespace skep::cli
