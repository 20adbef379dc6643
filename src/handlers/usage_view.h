#pragma once

#include <cstdint>
#include <optional>

#include "skep/field.h"
#include "swarm/usage.h"

namespace skep::handlers {

/// Over how many records a sum is, where not all of them had the figure.
struct KnownCounts {
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t cache_read_tokens = 0;
  std::int64_t cache_write_tokens = 0;
  std::int64_t cost_usd = 0;

  static constexpr Field kFields[] = {
      Req<&KnownCounts::input_tokens>("inputTokens"),
      Req<&KnownCounts::output_tokens>("outputTokens"),
      Req<&KnownCounts::cache_read_tokens>("cacheReadTokens"),
      Req<&KnownCounts::cache_write_tokens>("cacheWriteTokens"),
      Req<&KnownCounts::cost_usd>("costUsd"),
  };
};

/// What was used up, of those records that say. Absent: none does.
struct UsageSumView {
  std::int64_t records = 0;
  std::optional<std::int64_t> input_tokens;
  std::optional<std::int64_t> output_tokens;
  std::optional<std::int64_t> cache_read_tokens;
  std::optional<std::int64_t> cache_write_tokens;
  std::optional<double> cost_usd;
  KnownCounts known;
  std::optional<Timestamp> first_at;
  std::optional<Timestamp> last_at;

  static constexpr Field kFields[] = {
      Req<&UsageSumView::records>("records"),
      Opt<&UsageSumView::input_tokens>("inputTokens", "Without those from and to a cache"),
      Opt<&UsageSumView::output_tokens>("outputTokens"),
      Opt<&UsageSumView::cache_read_tokens>("cacheReadTokens"),
      Opt<&UsageSumView::cache_write_tokens>("cacheWriteTokens"),
      Opt<&UsageSumView::cost_usd>("costUsd", "As the client gave it"),
      Req<&UsageSumView::known>("known", "Records that had the figure; absent above: none had"),
      Opt<&UsageSumView::first_at>("firstAt"),
      Opt<&UsageSumView::last_at>("lastAt"),
  };
};
UsageSumView ViewUsage(const swarm::UsageSum& sum);

}  // namespace skep::handlers
