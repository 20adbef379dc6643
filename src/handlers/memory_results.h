#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/value_part.h"
#include "skep/context.h"
#include "skep/field.h"
#include "store/cache.h"
#include "swarm/memory.h"

namespace skep::handlers {

/// An entry in a list or a search, without its value.
struct EntrySummary {
  std::optional<std::string> name_space;  ///< Only where entries of several can come.
  std::string key;
  std::int64_t version = 0;
  std::int64_t size = 0;
  Timestamp updated_at;
  std::optional<Timestamp> expires_at;
  std::string snippet;

  static constexpr Field kFields[] = {
      Opt<&EntrySummary::name_space>("namespace"), Req<&EntrySummary::key>("key"),
      Req<&EntrySummary::version>("version"),      Req<&EntrySummary::size>("size"),
      Req<&EntrySummary::updated_at>("updatedAt"), Opt<&EntrySummary::expires_at>("expiresAt"),
      Req<&EntrySummary::snippet>("snippet"),
  };
};

std::vector<EntrySummary> Summarise(std::vector<swarm::Summary> entries, bool with_namespace);

/// What the figures of a search say that the entries do not: how many there were, whether all was looked at.
std::string DescribeSearch(const swarm::Found& found);

struct NamespaceTotals {
  std::string name_space;
  std::int64_t entries = 0;
  std::int64_t bytes = 0;

  static constexpr Field kFields[] = {
      Req<&NamespaceTotals::name_space>("namespace"),
      Req<&NamespaceTotals::entries>("entries"),
      Req<&NamespaceTotals::bytes>("bytes"),
  };
};

struct MemoryTotals {
  std::int64_t entries = 0;
  std::int64_t bytes = 0;
  std::int64_t not_indexed = 0;
  std::vector<NamespaceTotals> namespaces;

  static constexpr Field kFields[] = {
      Req<&MemoryTotals::entries>("entries"),
      Req<&MemoryTotals::bytes>("bytes", "Of keys and values"),
      Req<&MemoryTotals::not_indexed>("notIndexed",
                                      "Entries whose words are not yet in the index (they are found all the same)"),
      Req<&MemoryTotals::namespaces>("namespaces"),
  };
};

MemoryTotals Totals(const swarm::MemoryStats& stats);

/// An entry, or what was wanted of it.
struct FoundEntry {
  std::shared_ptr<const store::Entry> entry;  ///< Null: there is none.
  ValueBytes value;                           ///< Lies in it.
};
/// The entry, from the cache when it can be. Of a value that is too large for the cache, only what is wanted is read.
FoundEntry FindEntry(ToolContext& context, std::string_view name_space, std::string_view key,
                     const swarm::Wanted& wanted = {});

}  // namespace skep::handlers
