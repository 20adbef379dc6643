#pragma once

#include <cstdint>
#include <string>

namespace skep::metrics {

/// Nanoseconds for people, with three digits: "870 ns", "1.25 ms", "3.4 s", "2.1 h".
std::string NsText(std::uint64_t ns);
/// The same of milliseconds.
inline std::string MsText(std::uint64_t ms) { return NsText(ms * 1'000'000); }

}  // namespace skep::metrics
