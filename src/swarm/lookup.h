#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"
#include "swarm/swarm.h"
#include "swarm/task.h"

/// What somebody may mean who has typed the beginning of an id, a name or a key: at most `limit` of each, and no more
/// rows looked at than a page has, however many there are.
namespace skep::swarm {

/// Active swarms, by name, and by id if that is what begins so.
std::vector<std::string> SwarmsLike(store::Database& database, std::string_view typed, std::int64_t limit);

/// A swarm's agents by name, those alive first; by id, those of other swarms too.
std::vector<std::string> AgentsLike(store::Database& database, const std::optional<Swarm>& swarm,
                                    std::string_view typed, std::int64_t limit);

/// Ids of tasks. First those of the swarm that are in one of the states, in the order of `first`, the newest first,
/// whose id begins so or whose title has a word that does; then any whose id does.
std::vector<std::string> TasksLike(store::Database& database, const std::optional<Swarm>& swarm,
                                   std::span<const TaskState> first, std::string_view typed, std::int64_t limit);

/// Namespaces of memory, by name.
std::vector<std::string> NamespacesLike(store::Database& database, std::string_view typed, std::int64_t limit);

/// Keys of one namespace, or of all: in the order of their namespaces, each key once.
std::vector<std::string> KeysLike(store::Database& database, std::optional<std::string_view> name_space,
                                  std::string_view typed, std::int64_t limit, std::int64_t now_ms);

}  // namespace skep::swarm
