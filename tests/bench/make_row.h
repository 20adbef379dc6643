#pragma once

#include <string>

#include "bench/row.h"

namespace skep::bench {

/// A row with this median and an interval of one percent around it.
inline Row MakeRow(std::string name, double median, Better better = Better::kHigher) {
  return {.suite = "suite",
          .figure = {.name = std::move(name), .unit = "/s", .better = better},
          .samples = 7,
          .median = median,
          .interval = Interval{.low = median * 0.995, .high = median * 1.005}};
}

}  // namespace skep::bench
