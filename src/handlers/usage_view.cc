#include "handlers/usage_view.h"

namespace skep::handlers {

UsageSumView ViewUsage(const swarm::UsageSum& sum) {
  UsageSumView view{.records = sum.records,
                    .input_tokens = sum.figures.input_tokens,
                    .output_tokens = sum.figures.output_tokens,
                    .cache_read_tokens = sum.figures.cache_read_tokens,
                    .cache_write_tokens = sum.figures.cache_write_tokens,
                    .cost_usd = sum.figures.cost_usd,
                    .known = {.input_tokens = sum.with_input_tokens,
                              .output_tokens = sum.with_output_tokens,
                              .cache_read_tokens = sum.with_cache_read_tokens,
                              .cache_write_tokens = sum.with_cache_write_tokens,
                              .cost_usd = sum.with_cost_usd}};
  if (sum.records > 0) {
    view.first_at = Timestamp{sum.first_ms};
    view.last_at = Timestamp{sum.last_ms};
  }
  return view;
}

}  // namespace skep::handlers
