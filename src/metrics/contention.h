#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/database.h"

namespace skep::metrics {

/// Paths that calls could not lease because of others' leases.
class Contention {
 public:
  struct Path {
    std::int64_t waits = 0;    ///< Calls that waited for it.
    std::int64_t denials = 0;  ///< Calls that were not given it, whether or not they waited.
    std::int64_t waited_ms = 0;
  };
  /// What all paths beyond limits::kMaxContendedPaths are counted as.
  static constexpr std::string_view kOthers = "(other paths)";

  void Note(std::string_view path, std::int64_t waited_ms, bool denied);
  /// What was noted since the last time.
  std::unordered_map<std::string, Path> Take() { return std::exchange(paths_, {}); }

 private:
  std::unordered_map<std::string, Path> paths_;
};

/// Adds to the windows of all levels (see windows.h) in lease_contention. In a window there are no more paths than were
/// noted in one process, however many have noted them. In a write.
void AddContention(store::Database& database, const std::unordered_map<std::string, Contention::Path>& paths,
                   std::int64_t at_ms);

struct ContendedPath {
  std::string path;
  Contention::Path figures;
};
/// Of a period (see CutPeriod), the most waited for first.
std::vector<ContendedPath> ReadContention(store::Database& database, std::int64_t from_ms, std::int64_t to_ms,
                                          std::int64_t now_ms, std::int64_t limit);

}  // namespace skep::metrics
