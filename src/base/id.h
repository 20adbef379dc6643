#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skep {

/// The id of row `number` as people and the wire see it: FormatId("sw", 1) is "sw_000001".
///
/// The digits are Crockford's base 32 in lower case (no i, l, o, u: nothing that is misread aloud or by eye), six of
/// them, more when the number needs more. So ids sort by age as text up to row 2^30.
/// REQUIRES: number ≥ 0.
std::string FormatId(std::string_view prefix, std::int64_t number);

/// The number in an id that FormatId wrote with this prefix, else nothing. Strict: one row has one spelling, so no
/// upper case, no look-alike letters, no further zeros. Reads at most 13 digits, however long `text` is.
std::optional<std::int64_t> ParseId(std::string_view prefix, std::string_view text);

}  // namespace skep
