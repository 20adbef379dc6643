#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/limits.h"
#include "skep/error.h"
#include "store/database.h"
#include "swarm/memory.h"

namespace skep::swarm {

/// SearchEntries for a glob over keys (memory.h): matches by namespace, then key. ListEntries is the same walk over
/// one namespace, in pages.
Expected<Found> SearchKeys(store::Database& database, std::string_view glob, std::optional<std::string_view> name_space,
                           std::int64_t limit, std::int64_t now_ms, std::int64_t max_work = limits::kMaxScanWork);

}  // namespace skep::swarm
