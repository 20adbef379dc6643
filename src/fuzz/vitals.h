#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/process.h"

namespace skep::fuzz {

/// Whether a server, with all that it has started, grows while it is spoken to. It is looked at between rounds, when
/// nothing is owed. Of what is seen, the first half is warm-up. Of the second half, the least that is seen in its first
/// part is compared with the least in its second one: what runs for a while only, and is looked at by chance, counts
/// for nothing. From part to part:
/// - its own memory may grow by kMemory, or by kMemoryPerMessage for each message: what is stored is kept;
/// - descriptors and threads may grow by kHandles.
class Vitals {
 public:
  static constexpr std::int64_t kMemory = 32LL << 20;
  static constexpr std::int64_t kMemoryPerMessage = 1024;
  static constexpr std::int64_t kHandles = 16;

  void Saw(std::uint64_t messages, const client::ProcessFigures& figures);
  /// What has grown.
  std::optional<std::string> Growth() const;
  std::int64_t most_memory() const { return most_memory_; }

 private:
  struct Sample {
    std::uint64_t messages;
    client::ProcessFigures figures;
  };
  std::vector<Sample> samples_;
  std::int64_t most_memory_ = 0;
};

}  // namespace skep::fuzz
