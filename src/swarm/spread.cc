#include "swarm/spread.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace skep::swarm {

std::optional<Spread> SpreadOf(std::vector<std::int64_t> values) {
  if (values.empty()) return std::nullopt;
  const auto of_rank = [&](std::size_t percent) {
    const std::size_t rank = (values.size() * percent + 99) / 100;
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank) - 1;
    std::ranges::nth_element(values, place);
    return *place;
  };
  return Spread{.count = std::ssize(values),
                .p50 = of_rank(50),
                .p95 = of_rank(95),
                .most = of_rank(100),
                .total = std::accumulate(values.begin(), values.end(), std::int64_t{0})};
}

}  // namespace skep::swarm
