#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skep::pipe {

/// Nanoseconds that only grow.
std::int64_t NowNs();

/// Binds this process, and the children it starts from now on, to one processor; -1: to all there are.
void Pin(int core);

/// Ends the benchmark: what it was about to measure does not work.
[[noreturn]] void Die(std::string_view what);

/// A program with its standard input and output on pipes, in a directory that is its whole world (working directory
/// and SKEP_HOME). Its standard error is ours.
class Child {
 public:
  Child(const std::vector<std::string>& argv, const std::string& home);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// When the program was started, on NowNs().
  std::int64_t started_ns() const { return started_ns_; }

  /// Blocking, all of it.
  void Write(std::string_view data);
  /// Reads `lines` lines, blocking. The view is good until the next call.
  std::string_view Read(std::size_t lines);
  /// One request, one reply.
  std::string_view Trip(std::string_view request);
  /// Writes `data`, which asks for `replies` lines, while it reads them.
  void Exchange(std::string_view data, std::size_t replies);

  /// Processor time of all its threads.
  std::int64_t CpuNs() const;
  /// A line of /proc/PID/FILE in bytes, like "VmRSS" of "status"; nothing is 0.
  std::int64_t MemoryBytes(std::string_view file, std::string_view name) const;

 private:
  pid_t pid_ = -1;
  int in_ = -1;   ///< What it reads.
  int out_ = -1;  ///< What it writes.
  std::int64_t started_ns_ = 0;
  std::vector<char> buffer_;
};

}  // namespace skep::pipe
