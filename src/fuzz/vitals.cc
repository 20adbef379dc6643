#include "fuzz/vitals.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

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
  const std::span<const Sample> all(samples_);
  const std::span<const Sample> earlier = all.subspan(all.size() / 2, all.size() / 4);
  const std::span<const Sample> later = all.subspan(all.size() / 2 + all.size() / 4);
  const auto messages = static_cast<std::int64_t>(later.front().messages - earlier.front().messages);
  using Figure = std::optional<std::int64_t> client::ProcessFigures::*;
  const auto least = [](std::span<const Sample> samples, Figure figure) {
    std::optional<std::int64_t> lowest;
    for (const Sample& sample : samples) {
      const auto seen = sample.figures.*figure;
      if (seen && (!lowest || *seen < *lowest)) lowest = seen;
    }
    return lowest;
  };
  const auto grown = [&](Figure figure) {
    const auto before = least(earlier, figure);
    const auto after = least(later, figure);
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
