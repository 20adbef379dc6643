#pragma once

#include <cstdint>
#include <optional>

#include "skep/field.h"
#include "swarm/spread.h"

namespace skep::handlers {

/// How long some things took, exactly.
struct SpreadView {
  std::int64_t count = 0;
  std::int64_t p50_ms = 0;
  std::int64_t p95_ms = 0;
  std::int64_t max_ms = 0;

  static constexpr Field kFields[] = {
      Req<&SpreadView::count>("count"),
      Req<&SpreadView::p50_ms>("p50Ms"),
      Req<&SpreadView::p95_ms>("p95Ms"),
      Req<&SpreadView::max_ms>("maxMs"),
  };
};

inline SpreadView ViewSpread(const swarm::Spread& spread) {
  return {.count = spread.count, .p50_ms = spread.p50, .p95_ms = spread.p95, .max_ms = spread.most};
}
inline std::optional<SpreadView> ViewSpread(const std::optional<swarm::Spread>& spread) {
  return spread ? std::optional(ViewSpread(*spread)) : std::nullopt;
}

}  // namespace skep::handlers
