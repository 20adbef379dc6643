#pragma once

#include <string>
#include <string_view>

#include "skep/error.h"

namespace skep {

/// Writes lines to a descriptor without ever waiting for its reader or dying of the reader's absence: a line that
/// cannot leave at once is dropped, and the caller told. Not thread-safe.
class LineOutput {
 public:
  /// Longest line: what a pipe takes as a whole or not at all (PIPE_BUF), so that the lines of several processes that
  /// share it stay whole.
  static constexpr std::size_t kMaxLine = 4096;

  /// Standard error, whatever it is. Our own non-blocking description of it where the system gives us one, because
  /// making the shared one non-blocking would change it for the process that started us.
  static LineOutput Stderr();

  /// Appends to a file, made with mode 0600 when it is not there. When the file is full (limits::kMaxLogFile) it is
  /// renamed to `path`.1, replacing the one before, and begun anew; several processes may do so at once.
  static Expected<LineOutput> Open(std::string path);

  LineOutput(LineOutput&& other) noexcept;
  LineOutput& operator=(LineOutput&& other) noexcept;
  LineOutput(const LineOutput&) = delete;
  LineOutput& operator=(const LineOutput&) = delete;
  ~LineOutput();

  /// Writes `line`, which ends in '\n', as a whole. False: it was dropped, or cut short where the reader, or the disk,
  /// took no more. REQUIRES: line.size() ≤ kMaxLine.
  bool Write(std::string_view line);

 private:
  enum class Kind {
    kNone,         ///< Nothing there: every line is dropped.
    kFile,         ///< Never waits, cannot lose its reader.
    kSocket,       ///< Told not to wait with each line.
    kNonBlocking,  ///< A pipe or terminal that does not wait.
    kShared,       ///< One that may wait, so it is asked first.
  };

  LineOutput(Kind kind, int fd, bool owned, std::string path = {});
  static LineOutput ForDescriptor(int fd, bool owned, bool non_blocking, std::string path = {});
  bool MakeRoom(std::size_t more);

  Kind kind_ = Kind::kNone;
  int fd_ = -1;
  bool owned_ = false;
  bool torn_ = false;  ///< The line before was cut short, without its '\n'.
  std::string path_;   ///< Of a file that may be renamed when full.
};

}  // namespace skep
