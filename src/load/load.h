#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/histogram.h"
#include "base/scratch.h"
#include "load/mix.h"
#include "load/pattern.h"
#include "skep/error.h"

/// Load on MCP servers, and what they make of it. A server is a program that is started, or something that listens on
/// a socket: nothing here knows which one it is.
namespace skep::load {

/// Who is loaded.
struct Target {
  std::string name;                  ///< How it is called in what is printed.
  std::vector<std::string> command;  ///< The server; empty: something listens on `socket` already.
  /// Not empty: the server is started once, with nothing on its standard input, and connected to here; {socket} in a
  /// word of the command stands for it. Empty: every connection has a process of its own.
  std::string socket;
};

struct Plan {
  Pattern pattern;
  Mix mix;
  int connections = 1;
  double duration_s = 10;
  double warm_up_s = 1;             ///< Not measured: at the pattern's first rate, or its depth.
  std::uint64_t most_requests = 0;  ///< It ends when so many are due; 0: as many as the duration allows.
  /// How long answers are waited for after the last request was due; what has none then is unanswered.
  double grace_s = 5;
  /// Requests in flight of an open pattern, on all connections together. What is due beyond it waits, and its latency
  /// counts from when it was due. It keeps a server that has stopped from costing memory without end: here (80 bytes
  /// each) and, more so, there.
  std::uint32_t most_in_flight = 16'384;
  std::uint64_t seed = 1;   ///< Of what the mix chooses.
  std::optional<int> core;  ///< Where the servers run; none: wherever.
  std::string home;         ///< Where servers keep their data: a directory that exists. Empty: one for this run.
  /// Asked about ten times a second while a server is started and prepared, when there is nothing to watch yet; false
  /// ends the run, with an outcome that was interrupted.
  std::function<bool()> goes_on;
};

/// A second of it; the last one is shorter or longer.
struct Interval {
  double from_s = 0;
  double seconds = 0;
  std::uint64_t due = 0;  ///< By the pattern; of a closed one: sent.
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  std::uint64_t errors = 0;
  std::optional<double> p50_ns;  ///< Of the latency of what was answered in it.
  std::optional<double> p99_ns;
  std::optional<double> max_ns;
  std::optional<double> cores;           ///< That the servers used.
  std::optional<double> resident_bytes;  ///< Of all server processes together, at its end.
};

/// A kind of error: requests without an answer at the end.
inline constexpr const char* kUnanswered = "unanswered";

struct Outcome {
  /// That were measured: from the first request's moment to the last answer, and at least until no more became due.
  double seconds = 0;
  double sending_s = 0;  ///< Of these, until no more requests became due.
  std::uint64_t due = 0;
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;  ///< With whatever.
  /// By kind: "tool error", "error -32602", "unanswered", "connection ended" (of those in flight on it), "malformed
  /// line", "answer to nothing", "line too long", "answer not taken" (by a server that asks and does not read). The
  /// last four are no request's.
  std::map<std::string, std::uint64_t> errors;
  /// What the first one of a kind said, where it said something: at most 160 bytes of it, as they came.
  std::map<std::string, std::string> first_errors;
  /// ns from when a request was due (closed loop: sent) to its answer. Of results only: an error may be quick.
  Histogram latency;
  Histogram service;  ///< ns from when it was handed to the kernel, for comparison.
  /// ns from when it was due to when it was handed to the kernel: of the answered ones. It is ours, or the machine's,
  /// and the server's only when its pipe was full.
  Histogram lateness;
  std::map<std::string, Histogram> by_operation;  ///< Of latency.
  std::vector<Interval> intervals;
  std::optional<double> server_cpu_s;
  std::optional<double> peak_resident_bytes;  ///< Of all server processes together, as it was once a second.
  /// Whose CPU and memory these are: the servers, and what these had started when measuring began.
  std::size_t processes = 0;
  double own_cpu_s = 0;
  bool warming_up = false;   ///< What the watch is shown will not be measured.
  bool interrupted = false;  ///< Ended early because it was asked to.
  /// Not empty: a connection has ended, and why. When none was left, the run ended early.
  std::string broken_off;
  std::int64_t began_ms = 0;  ///< Wall clock, when measuring began.

  std::uint64_t error_count() const;
  /// Answers per second; nothing when nothing was measured.
  std::optional<double> rate() const;
  /// Requests due per second while there were any; a closed loop offers what is answered.
  std::optional<double> offered_rate() const;
  /// Server CPU for each answer.
  std::optional<double> cpu_ns_per_answer() const;
};

/// Called about ten times a second while it runs, warm-up included; false ends it. The outcome so far.
using Watch = std::function<bool(const Outcome&)>;

/// A directory for servers' data, on a disk: /tmp often is memory, where what is durable costs nothing. TMPDIR goes
/// before it. Fails with kUnavailable.
Expected<Scratch> MakeHome();

/// Requests that a run may have in flight: what it remembers of them takes 84 MB then.
inline constexpr std::uint32_t kMostInFlight = 1'000'000;

/// One run: starts or connects, greets, prepares what the mix needs, warms up, measures, and ends the server. One
/// thread, which sends, receives and times; SIGPIPE is ignored in the process from then on, and the limit of open
/// files is raised as far as is needed and allowed. Fails with kUnavailable (or kNotFound: no such program) when a
/// server cannot be started, greeted or prepared; that it dies later is in the outcome. Fails with kInvalidArgument
/// when the plan asks for nothing, or for more than kMostInFlight.
///
/// The clock is read once after each read(2) that brings answers, and once before the requests of a write(2), 16 KiB of
/// them at most, are put together: a moment is that of its batch.
Expected<Outcome> Run(const Target& target, const Plan& plan, const Watch& watch = {});

}  // namespace skep::load
