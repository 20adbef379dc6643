#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "store/database.h"

namespace skep::swarm {

/// An enum with `Names(E)` beside it as the database has it: by name.
template <class E>
constexpr std::string_view NameOf(E value) {
  constexpr auto kNames = Names(E{});
  return kNames[static_cast<std::size_t>(value)];
}

/// The inverse. A name that this program does not know is an error of the database, and E{}.
template <class E>
E ReadEnum(store::Database& database, std::string_view name) {
  constexpr auto kNames = Names(E{});
  const auto found = std::ranges::find(kNames, name);
  if (found != kNames.end()) return static_cast<E>(found - kNames.begin());
  database.SetError({ErrorCode::kCorrupt, "the database has \"" + std::string(name) + "\" where one of \"" +
                                              std::string(kNames.front()) + "\"… was expected: is this skep too old?"});
  return E{};
}

}  // namespace skep::swarm
