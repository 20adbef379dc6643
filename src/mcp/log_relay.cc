#include "mcp/log_relay.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/limits.h"
#include "json/writer.h"
#include "mcp/session.h"

namespace skep::mcp {
namespace {

/// Messages of one turn of the loop that are kept to be delivered: more than any session gets.
constexpr std::size_t kMaxQueued = 1000;

struct LevelName {
  std::string_view name;
  LogLevel level;
};
/// Ours that a client who wants this one gets: what is more severe than any of ours gets nothing.
constexpr std::array<LevelName, 8> kLevels = {{{"debug", LogLevel::kTrace},
                                               {"info", LogLevel::kInfo},
                                               {"notice", LogLevel::kWarn},
                                               {"warning", LogLevel::kWarn},
                                               {"error", LogLevel::kError},
                                               {"critical", LogLevel::kOff},
                                               {"alert", LogLevel::kOff},
                                               {"emergency", LogLevel::kOff}}};

std::string_view NameOf(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warning";
    default:
      return "error";
  }
}

}  // namespace

std::optional<LogLevel> ParseLogLevel(std::string_view name) {
  for (const LevelName& level : kLevels) {
    if (level.name == name) return level.level;
  }
  return std::nullopt;
}

std::string LogLevelNames() {
  std::string names;
  for (const LevelName& level : kLevels) {
    if (!names.empty()) names += ", ";
    names += level.name;
  }
  return names;
}

LogLevel LogRelay::Listener::Least() const {
  for (std::size_t i = 0; i < std::size(requests); ++i) {
    if (requests[i] > 0) return std::min(level, static_cast<LogLevel>(i));
  }
  return level;
}

LogRelay::LogRelay(Executor& executor, const Clock& clock) : executor_(executor), clock_(clock) {
  queue_->relay = this;
}

LogRelay::~LogRelay() {
  if (!listeners_.empty()) ListenToLog(LogLevel::kOff, {});
  queue_->relay = nullptr;
}

void LogRelay::SetLevel(ServerSession& session, LogLevel level) {
  listeners_[&session].level = level;
  Update();
}

void LogRelay::EndSession(const ServerSession& session) {
  if (listeners_.erase(const_cast<ServerSession*>(&session)) > 0) Update();
}

void LogRelay::BeginRequest(ServerSession& session, LogLevel level) {
  if (level == LogLevel::kOff) return;
  ++listeners_[&session].requests[static_cast<std::size_t>(level)];
  Update();
}

void LogRelay::EndRequest(ServerSession& session, LogLevel level) {
  const auto listener = listeners_.find(&session);
  if (level == LogLevel::kOff || listener == listeners_.end()) return;
  --listener->second.requests[static_cast<std::size_t>(level)];
  if (listener->second.Least() == LogLevel::kOff) listeners_.erase(listener);
  Update();
}

void LogRelay::Update() {
  LogLevel least = LogLevel::kOff;
  for (const auto& [session, listener] : listeners_) least = std::min(least, listener.Least());
  if (least == LogLevel::kOff) return ListenToLog(LogLevel::kOff, {});
  ListenToLog(least, [queue = queue_, executor = &executor_](LogLevel level, std::string_view message) {
    const std::lock_guard lock(queue->mutex);
    if (queue->messages.size() < kMaxQueued) queue->messages.emplace_back(level, message);
    // Later, also on our own thread: an answer may be half written.
    if (queue->messages.size() > 1) return;
    executor->Post([queue] {
      if (queue->relay != nullptr) queue->relay->Flush();
    });
  });
}

void LogRelay::Flush() {
  std::vector<std::pair<LogLevel, std::string>> messages;
  {
    const std::lock_guard lock(queue_->mutex);
    messages.swap(queue_->messages);
  }
  for (const auto& [level, message] : messages) Deliver(level, message);
}

void LogRelay::Deliver(LogLevel level, const std::string& message) {
  for (auto& [session, listener] : listeners_) {
    if (level >= listener.Least()) Send(*session, listener, level, message);
  }
}

void LogRelay::Send(ServerSession& session, Listener& listener, LogLevel level, std::string_view message) {
  const std::int64_t second = clock_.SteadyNs() / 1'000'000'000;
  if (second != std::exchange(listener.second, second)) {
    listener.sent = 0;
    if (const std::int64_t dropped = std::exchange(listener.dropped, 0); dropped > 0) {
      Send(session, listener, LogLevel::kWarn, fmt::format("log messages left out before this one: {}", dropped));
    }
  }
  if (listener.sent >= limits::kMaxLogMessages || session.unsent() > limits::kNotifyHighWater) {
    ++listener.dropped;
    return;
  }
  ++listener.sent;
  session.Send([&](json::Writer& to) {
    to.Member("method", "notifications/message");
    to.Key("params");
    to.BeginObject();
    to.Member("level", NameOf(level));
    to.Member("logger", "skep");
    to.Member("data", message);
    to.EndObject();
  });
}

}  // namespace skep::mcp
