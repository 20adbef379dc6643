#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "skep/error.h"

/// skep seen from outside, and any other MCP server beside it: programs that are started, spoken to and looked at.
/// Nothing here knows how a server works. One thread each, unless something else is said.
namespace skep::client {

/// What the kernel says of another process; absent where it says nothing, as when it has ended.
struct ProcessFigures {
  std::optional<std::int64_t> cpu_ns;  ///< User and system time of all its threads.
  std::optional<std::int64_t> resident_bytes;
  std::optional<std::int64_t> anonymous_bytes;  ///< Of those, what no file is behind: what it has allocated.
  std::optional<std::int64_t> open_files;
  std::optional<std::int64_t> threads;
};
ProcessFigures Measure(pid_t pid);
/// What a process has started, and what that has, and so on: those that run now, each once, and no more than 1,024.
/// Some small files for each of their threads. None where the kernel does not say (CONFIG_PROC_CHILDREN).
std::vector<pid_t> Descendants(pid_t pid);
/// The sum of a process and all its descendants; absent only where it is for all of them.
ProcessFigures MeasureFamily(pid_t pid);
/// The first of them, for those who look often: one system call.
std::optional<std::int64_t> CpuNs(pid_t pid);
/// The second of them, for the same: one small file.
std::optional<std::int64_t> ResidentBytes(pid_t pid);

/// How a process has ended.
struct Ending {
  int status = 0;  ///< Its exit status; -1 when a signal killed it.
  int signal = 0;  ///< 0: none.
  bool clean() const { return status == 0 && signal == 0; }
};
/// "exit status 1", "killed by signal 11 (Segmentation fault)".
std::string Text(const Ending& ending);

struct Launch {
  /// The program, searched for in PATH, and its arguments.
  std::vector<std::string> command;
  /// Its working directory and its SKEP_HOME: with a scratch directory it shares nothing with anyone. Empty: ours.
  std::string home;
  /// More of its environment, "NAME=value".
  std::vector<std::string> environment;
  /// The file that its standard error is appended to. Empty: ours.
  std::string errors;
  /// The one processor that it runs on, counted from 0; none: whichever.
  std::optional<int> core;
};

/// A program whose standard input and output are pipes of ours; our ends do not block. It is killed, if it still runs,
/// with what it has started, and waited for when this goes.
class Process {
 public:
  /// Fails with kNotFound when there is no such program (or home), with kInvalidArgument when no program or a core that
  /// is not ours is named, else with kUnavailable. From now on SIGPIPE is ignored in our
  /// process: that a program has ended is an error of whoever writes to it, and not our end.
  static Expected<Process> Start(const Launch& launch);
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();

  pid_t pid() const { return pid_; }
  int to() const { return *to_; }                          ///< What we write is its standard input.
  int from() const { return *from_; }                      ///< What we read is its standard output.
  std::int64_t started_ns() const { return started_ns_; }  ///< On the system's steady clock, just before it began.

  /// The end of its input.
  void CloseInput() { to_.Close(); }
  void Kill(int signal);
  /// How it ended, if it has.
  std::optional<Ending> Ended();
  /// Waits for its end, at most so long. Reads nothing: a program that waits for its output to be read will not end.
  std::optional<Ending> Wait(std::int64_t ms);
  ProcessFigures Measure() const { return client::Measure(pid_); }

 private:
  Process() = default;

  pid_t pid_ = -1;
  Fd pidfd_;
  Fd to_;
  Fd from_;
  std::int64_t started_ns_ = 0;
  std::optional<Ending> ending_;
};

/// What a program wrote to the file that it has for its errors: at most so many bytes of its end.
std::string Tail(const std::string& file, std::size_t most = 4096);

}  // namespace skep::client
