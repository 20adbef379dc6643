#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/log.h"

namespace skep::mcp {

class ServerSession;

/// The names of the protocol's log levels, from the least severe: ours are fewer, and four of them stand for several.
std::optional<LogLevel> ParseLogLevel(std::string_view name);
/// "debug, info, …"
std::string LogLevelNames();

/// Sends what the program logs to the sessions that have asked for it, at most limits::kMaxLogMessages a second to
/// each. One server of a process has one at a time.
///
/// On the executor's thread; what other threads log comes to it there.
class LogRelay {
 public:
  LogRelay(Executor& executor, const Clock& clock);
  ~LogRelay();
  LogRelay(const LogRelay&) = delete;
  LogRelay& operator=(const LogRelay&) = delete;

  /// A session wants everything from a level up: logging/setLevel.
  void SetLevel(ServerSession& session, LogLevel level);
  void EndSession(const ServerSession& session);

  /// The same while one request of a session is worked on, as modern requests ask. Counted, for several may be.
  void BeginRequest(ServerSession& session, LogLevel level);
  void EndRequest(ServerSession& session, LogLevel level);
  /// Delivers what has been logged so far: before the answer to a request that wants to hear of it.
  void Flush();

 private:
  /// What one session wants.
  struct Listener {
    LogLevel level = LogLevel::kOff;                                        ///< Of the session.
    std::uint32_t requests[static_cast<std::size_t>(LogLevel::kOff)] = {};  ///< Those under way, by their level.
    std::int64_t second = 0;                                                ///< In which `sent` were sent.
    std::int64_t sent = 0;
    std::int64_t dropped = 0;

    LogLevel Least() const;
  };
  void Update();
  void Deliver(LogLevel level, const std::string& message);
  void Send(ServerSession& session, Listener& listener, LogLevel level, std::string_view message);

  Executor& executor_;
  const Clock& clock_;
  std::unordered_map<ServerSession*, Listener> listeners_;
  /// What was logged and has not been delivered, by any thread; and where to. Outlives the relay in what was posted.
  struct Queue {
    std::mutex mutex;
    std::vector<std::pair<LogLevel, std::string>> messages;
    LogRelay* relay = nullptr;  ///< Null once it is gone. Of the executor's thread.
  };
  const std::shared_ptr<Queue> queue_ = std::make_shared<Queue>();
};

}  // namespace skep::mcp
