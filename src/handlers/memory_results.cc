#include "handlers/memory_results.h"

#include <fmt/format.h>

#include <utility>

#include "base/limits.h"

namespace skep::handlers {

std::vector<EntrySummary> Summarise(std::vector<swarm::Summary> entries, bool with_namespace) {
  std::vector<EntrySummary> result;
  result.reserve(entries.size());
  for (swarm::Summary& entry : entries) {
    EntrySummary& to = result.emplace_back();
    if (with_namespace) to.name_space = std::move(entry.name_space);
    to.key = std::move(entry.key);
    to.version = entry.version;
    to.size = entry.bytes;
    to.updated_at.ms = entry.updated_ms;
    if (entry.expires_ms != 0) to.expires_at = Timestamp{entry.expires_ms};
    to.snippet = std::move(entry.snippet);
  }
  return result;
}

std::string DescribeSearch(const swarm::Found& found) {
  std::string text =
      fmt::format("{} of {}{} matches", found.entries.size(), found.complete ? "" : "at least ", found.matched);
  if (found.matched == 0 && found.complete) text += ": try fewer words, one at a time, or the beginning of one (gram*)";
  if (!found.complete) text += "; not everything was looked at: narrow the pattern or name a namespace";
  return text;
}

MemoryTotals Totals(const swarm::MemoryStats& stats) {
  MemoryTotals totals{
      .entries = stats.entries, .bytes = stats.bytes, .not_indexed = stats.not_indexed, .namespaces = {}};
  for (const swarm::NamespaceStats& one : stats.namespaces) {
    totals.namespaces.push_back({.name_space = one.name_space, .entries = one.entries, .bytes = one.bytes});
  }
  return totals;
}

FoundEntry FindEntry(ToolContext& context, std::string_view name_space, std::string_view key,
                     const swarm::Wanted& wanted) {
  store::Cache* const cache = context.cache();
  const std::string cache_key = swarm::CacheKey(name_space, key);
  if (cache != nullptr) {
    auto entry = cache->Find(cache_key);
    if (entry != nullptr && (entry->expires_ms == 0 || entry->expires_ms > context.now_ms())) {
      return {.entry = entry, .value = entry->value};
    }
  }
  auto read = swarm::RetrieveEntry(context.database(), name_space, key, context.now_ms(), wanted);
  if (!read) return {};
  auto entry = std::make_shared<const store::Entry>(std::move(read->entry));
  if (cache != nullptr) {
    if (entry->value.size() == read->size) {
      cache->Insert(cache_key, entry);
    } else {
      cache->PassOver();
    }
  }
  return {.entry = entry, .value = {entry->value, read->from, read->size}};
}

}  // namespace skep::handlers
