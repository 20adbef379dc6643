#pragma once

#include <span>

namespace skep::store {

/// The tables, as SQL: migration i brings schema i to schema i + 1. What has been released is never edited; a change is
/// a new entry.
std::span<const char* const> Migrations();

}  // namespace skep::store
