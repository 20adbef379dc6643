#include "metrics/requests.h"

namespace skep::metrics {

RequestTotals TotalOf(std::span<const Window> windows) {
  RequestTotals totals;
  for (const Window& window : windows) {
    if (!IsRequest(window.operation)) continue;
    totals.errors += window.errors;
    totals.bytes_in += window.bytes_in;
    totals.bytes_out += window.bytes_out;
    totals.values.Merge(window.values);
  }
  return totals;
}

}  // namespace skep::metrics
