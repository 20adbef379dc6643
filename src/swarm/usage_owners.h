#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/database.h"
#include "swarm/usage.h"

namespace skep::swarm {

/// Whose usage it is. For one transaction: what was looked up for one record is kept for the next.
class UsageOwners {
 public:
  /// `database` must outlive this.
  explicit UsageOwners(store::Database& database) : database_(database) {}

  /// Fills in as much as can be told: the agent that acts in the client's session, if only one does, and the task that
  /// it has held from the record's `since_ms` (if it has one) until its `at_ms`. The swarm, if all agents there are of
  /// one. Of tasks that have ended those count that have ended last.
  void Attribute(UsageRecord& record);

 private:
  /// All 0: unknown.
  struct Owner {
    std::int64_t swarm = 0;
    std::int64_t agent = 0;
    std::int64_t task = 0;  ///< That it holds now, since `claimed_ms`.
    std::int64_t claimed_ms = 0;
  };
  struct Ended {
    std::int64_t task = 0;
    std::int64_t claimed_ms = 0;
    std::int64_t finished_ms = 0;
  };

  const Owner& OwnerOf(const std::string& client_session);
  Owner Find(const std::string& client_session) const;
  const std::vector<Ended>& EndedBy(std::int64_t agent);

  store::Database& database_;
  std::map<std::string, Owner> owners_;
  /// By agent, the last first.
  std::optional<std::map<std::int64_t, std::vector<Ended>>> ended_;
};

}  // namespace skep::swarm
