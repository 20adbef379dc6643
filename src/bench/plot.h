#pragma once

#include <span>
#include <string>
#include <string_view>

#include "bench/row.h"

namespace skep::bench {

/// Figures of one unit as SVG: each a dot with its interval, and its floor as a stroke, on a logarithmic axis, for they
/// lie orders of magnitude apart. Empty when none of them has a value above 0. `label` is for those who cannot see it.
std::string DrawRows(std::span<const Row* const> rows, std::string_view label);

}  // namespace skep::bench
