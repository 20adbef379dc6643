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
/// The same with its 95 % interval, if it has one: "× 1.25 (1.20 – 1.31)".
std::string RatioIntervalText(const Row& row);
/// "≤ 5.00 ms"; empty when nothing is required.
std::string BoundText(const Row& row);
/// "≤ 5.00 ms: met"; empty when nothing is required.
std::string RequiredText(const Row& row);

}  // namespace skep::bench
