#include "metrics/rates.h"

#include <string>
#include <string_view>

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

}  // namespace

void Rates::Add(std::span<const Recorded> recorded, std::int64_t start_ms, Samples& samples) {
  while (!minute_.empty() && minute_.front().start_ms <= start_ms - kMinuteMs) minute_.pop_front();
  Counts& counts = minute_.emplace_back(Window{.start_ms = start_ms, .counts = {}}).counts;
  for (std::size_t i = 0; i < kKinds; ++i) {
    for (const Recorded& one : recorded) {
      if (kKindsOfRequests[i].has(one.operation)) counts[i] += static_cast<double>(one.values.count());
    }
    const auto add = [&](std::string_view name, double rate) { samples[std::string(name)].Add(rate); };
    add(kKindsOfRequests[i].window, counts[i] / static_cast<double>(kLevels.front().seconds));
    double minute = 0;
    for (const Window& window : minute_) minute += window.counts[i];
    add(kKindsOfRequests[i].minute, minute / 60);
  }
}

}  // namespace skep::metrics
