#pragma once

#include <span>
#include <string_view>

#include "metrics/windows.h"

namespace skep::metrics {

/// Whether an operation is a client's request: a method or a tool, and not what goes on for as long as it was told to,
/// nor a part of what the store does for it.
inline bool IsRequest(std::string_view operation) {
  return operation.starts_with("method:") || operation.starts_with("tool:") || operation == "unknown";
}

/// All requests together.
struct RequestTotals {
  std::uint64_t errors = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  Distribution values;
};
RequestTotals TotalOf(std::span<const Window> windows);

}  // namespace skep::metrics
