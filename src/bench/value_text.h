#pragma once

#include <string>
#include <string_view>

#include "bench/row.h"

namespace skep::bench {

/// Three digits, or all of them from 1,000 on: "0.0123", "12.3", "12,345".
std::string ValueText(double value);
/// With its unit: "12.3 µs", "12,345/s", "98 %".
std::string ValueText(double value, std::string_view unit);
/// The 95 % interval, "12.1 – 12.9"; empty when there is none.
std::string IntervalText(const Row& row);
/// "× 1.25"; empty when there is none.
std::string RatioText(const Row& row);

}  // namespace skep::bench
