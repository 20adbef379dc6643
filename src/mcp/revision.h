#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace skep::mcp {

/// The protocol's revisions, oldest first. All but the last are the legacy era: a session is agreed on by `initialize`.
/// The last is the modern era: every request says for itself which revision it is in. protocol/revisions.json is the
/// same as data.
enum class Revision : std::uint8_t { k2024_11_05, k2025_03_26, k2025_06_18, k2025_11_25, k2026_07_28 };

inline constexpr std::array<std::string_view, 5> kRevisionNames = {"2024-11-05", "2025-03-26", "2025-06-18",
                                                                   "2025-11-25", "2026-07-28"};
inline constexpr Revision kNewestLegacy = Revision::k2025_11_25;
inline constexpr Revision kModern = Revision::k2026_07_28;
/// The only one in which several messages may come as one array.
inline constexpr Revision kBatches = Revision::k2025_03_26;

constexpr std::string_view Name(Revision revision) { return kRevisionNames[static_cast<std::size_t>(revision)]; }

constexpr std::optional<Revision> ParseRevision(std::string_view name) {
  for (std::size_t i = 0; i < kRevisionNames.size(); ++i) {
    if (kRevisionNames[i] == name) return static_cast<Revision>(i);
  }
  return std::nullopt;
}

}  // namespace skep::mcp
