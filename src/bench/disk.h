#pragma once

#include <cstdint>
#include <string>

#include "base/histogram.h"
#include "skep/error.h"

namespace skep::bench {

/// The size of a page of the store, and of most disks.
inline constexpr std::size_t kPage = 4096;

/// Writes a page and waits until it is on the disk (fdatasync), over and over into one file of that directory, for so
/// many seconds: how long each took, in ns. What no durable write can be faster than.
Expected<Histogram> SyncedPages(const std::string& directory, double seconds);

}  // namespace skep::bench
