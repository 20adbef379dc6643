#pragma once

#include <fmt/format.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "skep/error.h"

/// The program's log: one line per event, to standard error or a file and never to standard output, which belongs to
/// the protocol. Any thread may log; no call throws, waits for a reader or ends the program. A line that its reader
/// does not take is dropped and counted, and how many were is said before the next line that gets through.
namespace skep {

enum class LogLevel : std::uint8_t { kTrace, kDebug, kInfo, kWarn, kError, kOff };

struct LogOptions {
  LogLevel level = LogLevel::kWarn;
  std::string file;  ///< Absolute path; standard error when empty.
};

/// The level that was asked for: by flag, else by the environment (the value of SKEP_LOG, which may be null), else
/// `fallback`. An error names the levels. The names are trace, debug, info, warn, error, off.
Expected<LogLevel> ChooseLogLevel(std::string_view flag, const char* environment, LogLevel fallback);

/// May be called again, at any time; events before the first call go to standard error from kWarn up. A file that
/// cannot be written is an error, and then nothing changes.
Expected<void> InitLog(LogOptions options);

/// Gives every event from a level up, whatever the log's own is, to somebody else as well: on the thread that logs,
/// under the log's lock, so `listen` must not log. kOff and an empty function: no longer.
void ListenToLog(LogLevel level, std::function<void(LogLevel, std::string_view)> listen);

/// Lines dropped since the program began.
std::uint64_t LogLinesDropped();

namespace log_internal {
inline constinit std::atomic<LogLevel> least_level{LogLevel::kWarn};
[[gnu::cold]] void Write(LogLevel level, fmt::string_view format, fmt::format_args args) noexcept;
}  // namespace log_internal

inline bool LogEnabled(LogLevel level) { return level >= log_internal::least_level.load(std::memory_order_relaxed); }

/// Logs an event: Log(LogLevel::kWarn, "{} has no index", path). What would break the line is escaped, and a line is
/// cut at 4 KiB. REQUIRES: level is not kOff.
template <class... Args>
void Log(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
  if (LogEnabled(level)) [[unlikely]]
    log_internal::Write(level, format, fmt::make_format_args(args...));
}

}  // namespace skep
