#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/random.h"

namespace skep::fuzz {

/// Texts that a server has answered with, under the names that they had there: "taskId", "cursor". What is sent takes
/// its values from here, so that it hits what exists.
class Pool {
 public:
  /// Of each name the newest: enough to hit old and new things alike.
  static constexpr std::size_t kMost = 32;
  /// The name of what a claim is known by: "TASK EPOCH".
  static constexpr std::string_view kClaims = "claims";
  /// Of the ids of calls that became tasks of the protocol.
  static constexpr std::string_view kProtocolTasks = "protocolTasks";
  /// Whether a member of this name in a result is worth keeping.
  static bool Takes(std::string_view name);

  void Add(std::string_view name, std::string_view text);
  /// One of that name; null when there is none.
  const std::string* Pick(std::string_view name, Random& random) const;
  /// One of any name.
  const std::string* PickAny(Random& random) const;

 private:
  struct Kept {
    std::vector<std::string> texts;
    std::size_t next = 0;  ///< The oldest, once there are kMost.
  };
  std::map<std::string, Kept, std::less<>> kept_;
};

}  // namespace skep::fuzz
