#include "metrics/rates.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "metrics/requests.h"
#include "metrics/windows.h"

namespace skep::metrics {
namespace {

struct Kind {
  std::string_view window;
  std::string_view minute;
  bool (*has)(std::string_view operation);
};

constexpr std::array<Kind, 4> kKindsOfRequests = {{
    {"rate:requests", "rate:requests_minute", IsRequest},
    {"rate:agents", "rate:agents_minute", [](std::string_view name) { return name.starts_with("tool:agent_"); }},
    {"rate:tasks", "rate:tasks_minute", [](std::string_view name) { return name.starts_with("tool:task_"); }},
    {"rate:coordination", "rate:coordination_minute",
     [](std::string_view name) {
       return name.starts_with("tool:lease_") || name == "tool:message_send" || name == "tool:inbox";
     }},
}};

/// A window that was full may be shorter than its name says by as much as the one before it was longer.
constexpr double kLeastSeconds = static_cast<double>(limits::kWindowMs - limits::kSampleMs) / 1000;

}  // namespace

void Rates::Add(std::span<const Recorded> recorded, std::int64_t start_ms, double seconds, Samples& samples) {
  // The wall clock may have been set back: what seems to come later is no part of this minute either.
  std::erase_if(minute_, [&](const Window& window) {
    return window.start_ms <= start_ms - kMinuteMs || window.start_ms > start_ms;
  });
  Window& current =
      minute_.emplace_back(Window{.start_ms = start_ms, .seconds = std::max(seconds, kLeastSeconds), .counts = {}});
  double minute_seconds = 0;
  for (const Window& window : minute_) minute_seconds += window.seconds;
  minute_seconds = std::max(minute_seconds, 60.0);
  for (std::size_t i = 0; i < kKinds; ++i) {
    for (const Recorded& one : recorded) {
      if (kKindsOfRequests[i].has(one.operation)) current.counts[i] += static_cast<double>(one.values.count());
    }
    const auto add = [&](std::string_view name, double rate) { samples[std::string(name)].Add(rate); };
    add(kKindsOfRequests[i].window, current.counts[i] / current.seconds);
    double minute = 0;
    for (const Window& window : minute_) minute += window.counts[i];
    add(kKindsOfRequests[i].minute, minute / minute_seconds);
  }
}

}  // namespace skep::metrics
