#include "base/log.h"

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/line_output.h"
#include "base/printable.h"
#include "base/suggest.h"

namespace skep {
namespace {

/// A line without its time, process and level, and without what Printable says behind a text that it cut.
constexpr std::size_t kMaxMessage = LineOutput::kMaxLine - 128;

constexpr std::array<std::string_view, 6> kLevelNames = {"trace", "debug", "info", "warn", "error", "off"};

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return spdlog::level::trace;
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      break;
  }
  return spdlog::level::off;
}

/// Where spdlog's formatted lines go. Guarded by the mutex of whoever owns the logger.
class LineSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit LineSink(LineOutput output) : output_(std::move(output)) {}
  /// Whether there was a line since the last call, and it left.
  bool TakeWritten() { return std::exchange(written_, false); }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    written_ = output_.Write({line.data(), line.size()});
  }
  void flush_() override {}

  LineOutput output_;
  bool written_ = false;
};

class Logger {
 public:
  /// Logs to standard error from the first line on when `output` is nothing: starting costs nothing then.
  void Use(std::optional<LineOutput> output) {
    const std::lock_guard lock(mutex_);
    logger_.reset();
    unreported_ = 0;
    if (output) Make(std::move(*output));
  }

  void SetLevel(LogLevel level) {
    const std::lock_guard lock(mutex_);
    level_ = level;
    Publish();
  }
  void Listen(LogLevel level, std::function<void(LogLevel, std::string_view)> listen) {
    const std::lock_guard lock(mutex_);
    listener_level_ = level;
    listen_ = std::move(listen);
    Publish();
  }

  void Write(LogLevel level, std::string_view message) {
    const std::lock_guard lock(mutex_);
    if (listen_ && level >= listener_level_) listen_(level, message);
    if (level < level_) return;
    if (logger_ == nullptr) Make(LineOutput::Stderr());
    if (unreported_ > 0 &&
        WriteLine(LogLevel::kWarn, fmt::format("log lines dropped before this one: {}", unreported_))) {
      unreported_ = 0;
    }
    if (!WriteLine(level, message)) {
      ++unreported_;
      dropped_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }
  /// A line that did not even become one, for want of memory.
  void CountDropped() { dropped_.fetch_add(1, std::memory_order_relaxed); }

 private:
  void Make(LineOutput output) {
    sink_ = std::make_shared<LineSink>(std::move(output));
    sink_->set_formatter(std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ skep[%P] %l: %v",
                                                                     spdlog::pattern_time_type::utc, "\n"));
    logger_ = std::make_unique<spdlog::logger>("", sink_);
    logger_->set_level(spdlog::level::trace);
    // Its own handler prints to standard error, and may wait there.
    logger_->set_error_handler([](const std::string&) {});
  }

  bool WriteLine(LogLevel level, std::string_view message) {
    logger_->log(ToSpdlog(level), spdlog::string_view_t(message.data(), message.size()));
    return sink_->TakeWritten();
  }

  /// What nobody wants is not even formatted.
  void Publish() { log_internal::least_level.store(std::min(level_, listener_level_), std::memory_order_relaxed); }

  std::mutex mutex_;
  LogLevel level_ = LogLevel::kWarn;
  LogLevel listener_level_ = LogLevel::kOff;
  std::function<void(LogLevel, std::string_view)> listen_;
  std::shared_ptr<LineSink> sink_;
  std::unique_ptr<spdlog::logger> logger_;
  std::uint64_t unreported_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;
};

Logger& TheLogger() {
  // Never destroyed: a thread that ends after main may still log.
  static Logger& logger = *new Logger;
  return logger;
}

}  // namespace

Expected<LogLevel> ChooseLogLevel(std::string_view flag, const char* environment, LogLevel fallback) {
  std::string_view name = flag;
  std::string_view from = "--log-level";
  if (name.empty() && environment != nullptr) {
    name = environment;
    from = "SKEP_LOG";
  }
  if (name.empty()) return fallback;
  for (std::size_t i = 0; i < kLevelNames.size(); ++i) {
    if (name == kLevelNames[i]) return static_cast<LogLevel>(i);
  }
  std::string message =
      fmt::format("{} must be one of {}, got \"{}\"", from, fmt::join(kLevelNames, ", "), Printable(name, 64));
  if (const std::string_view near = Nearest(name, kLevelNames); !near.empty()) {
    message += fmt::format(" (did you mean \"{}\"?)", near);
  }
  return Fail(ErrorCode::kInvalidArgument, std::move(message));
}

Expected<void> InitLog(LogOptions options) {
  std::optional<LineOutput> output;
  if (!options.file.empty()) {
    Expected<LineOutput> opened = LineOutput::Open(std::move(options.file));
    if (!opened) return std::unexpected(std::move(opened).error());
    output = std::move(*opened);
  }
  TheLogger().Use(std::move(output));
  TheLogger().SetLevel(options.level);
  return {};
}

void ListenToLog(LogLevel level, std::function<void(LogLevel, std::string_view)> listen) {
  TheLogger().Listen(level, std::move(listen));
}

std::uint64_t LogLinesDropped() { return TheLogger().dropped(); }

void log_internal::Write(LogLevel level, fmt::string_view format, fmt::format_args args) noexcept {
  try {
    TheLogger().Write(level, Printable(fmt::vformat(format, args), kMaxMessage));
  } catch (...) {
    TheLogger().CountDropped();
  }
}

}  // namespace skep
