#include "fuzz/vitals.h"

#include <fmt/format.h>

#include <algorithm>

namespace skep::fuzz {
namespace {

/// With fewer samples there is no second half to speak of.
constexpr std::size_t kFewest = 8;

}  // namespace

void Vitals::Saw(std::uint64_t messages, const client::ProcessFigures& figures) {
  most_memory_ = std::max(most_memory_, figures.anonymous_bytes.value_or(0));
  samples_.push_back({messages, figures});
}

std::optional<std::string> Vitals::Growth() const {
  if (samples_.size() < kFewest) return std::nullopt;
  const Sample& middle = samples_[samples_.size() / 2];
  const Sample& last = samples_.back();
  const auto messages = static_cast<std::int64_t>(last.messages - middle.messages);
  const auto grown = [&](std::optional<std::int64_t> client::ProcessFigures::* figure) {
    const auto before = middle.figures.*figure;
    const auto after = last.figures.*figure;
    return before && after ? *after - *before : 0;
  };
  if (const std::int64_t bytes = grown(&client::ProcessFigures::anonymous_bytes);
      bytes > std::max(kMemory, messages * kMemoryPerMessage)) {
    return fmt::format("its memory has grown by {} bytes over {} messages", bytes, messages);
  }
  if (const std::int64_t files = grown(&client::ProcessFigures::open_files); files > kHandles) {
    return fmt::format("its open descriptors have grown by {} over {} messages", files, messages);
  }
  if (const std::int64_t threads = grown(&client::ProcessFigures::threads); threads > kHandles) {
    return fmt::format("its threads have grown by {} over {} messages", threads, messages);
  }
  return std::nullopt;
}

}  // namespace skep::fuzz
