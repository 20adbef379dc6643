#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "handlers/memory_results.h"
#include "handlers/value_part.h"
#include "skep/tool.h"
#include "swarm/memory.h"

namespace skep::handlers {
namespace {

enum class Action : int { kStore, kRetrieve, kList, kDelete, kSearch, kStats };
constexpr std::array<std::string_view, 6> Names(Action) {
  return {"store", "retrieve", "list", "delete", "search", "stats"};
}

struct Args {
  Action action = Action::kRetrieve;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::string_view name_space = "default";
  std::optional<std::int64_t> ttl;
  std::optional<std::int64_t> if_version;
  std::int64_t offset = 0;
  std::optional<std::int64_t> length;
  std::int64_t limit = 50;
  std::string_view cursor;

  Effect effect() const {
    return action == Action::kStore || action == Action::kDelete ? Effect::kWrite : Effect::kRead;
  }

  static constexpr auto kVariants = Names(Action{});
  std::size_t variant() const { return static_cast<std::size_t>(action); }

  static constexpr Field kFields[] = {
      Req<&Args::action>("action"),
      Opt<&Args::key>("key", "Names the entry; for list a glob to filter by", {1, limits::kMaxKey}),
      Opt<&Args::value>("value", "Text to store; for search the words or glob"),
      Opt<&Args::name_space>("namespace", {}, {1, limits::kMaxNamespace}),
      Opt<&Args::ttl>("ttl", "Seconds until it expires", {1, limits::kMaxTtlS}),
      Opt<&Args::if_version>("ifVersion", "Only if this is its version now (0: only if it does not exist)", {.min = 0}),
      Opt<&Args::offset>("offset", {}, {.min = 0}),
      Opt<&Args::length>("length", {}, {.min = 1}),
      Opt<&Args::limit>("limit", {}, {1, limits::kMaxPage}),
      Opt<&Args::cursor>("cursor", "The last answer's"),
  };
};

/// Nothing that the caller said is said again: an answer is read by a model, and costs it by the word.
struct Result {
  std::optional<bool> found;
  std::optional<std::int64_t> version;
  std::optional<std::string_view> value;
  std::optional<std::int64_t> size;
  std::optional<std::int64_t> offset;
  std::optional<std::int64_t> next;
  std::optional<Timestamp> created_at;
  std::optional<Timestamp> updated_at;
  std::optional<Timestamp> expires_at;
  std::optional<std::vector<EntrySummary>> entries;
  std::optional<std::string> cursor;
  std::optional<MemoryTotals> stats;
  std::optional<std::string> note;

  static constexpr Field kFields[] = {
      Opt<&Result::found>("found"),
      Opt<&Result::version>("version"),
      Opt<&Result::value>("value"),
      Opt<&Result::size>("size", "Bytes of the whole value; not of one that came whole"),
      Opt<&Result::offset>("offset"),
      Opt<&Result::next>("next", "Offset of the rest; absent: this was the end"),
      Opt<&Result::created_at>("createdAt", "When it was stored first; absent: now"),
      Opt<&Result::updated_at>("updatedAt"),
      Opt<&Result::expires_at>("expiresAt"),
      Opt<&Result::entries>("entries"),
      Opt<&Result::cursor>("cursor"),
      Opt<&Result::stats>("stats"),
      Opt<&Result::note>("note"),
  };
};

std::unexpected<Error> Missing(std::string_view name, const Args& args) {
  return Fail(ErrorCode::kInvalidArgument, fmt::format("{} is required for action \"{}\"", name,
                                                       Names(args.action)[static_cast<std::size_t>(args.action)]));
}

std::int64_t Bytes(std::string_view text) { return static_cast<std::int64_t>(text.size()); }

std::optional<Timestamp> IfSet(std::int64_t ms) { return ms == 0 ? std::nullopt : std::optional(Timestamp{ms}); }

Expected<void> Store(const Args& args, ToolContext& context, Result& result) {
  if (!args.value) return Missing("value", args);
  if (args.offset != 0 || args.length) {
    return Fail(ErrorCode::kInvalidArgument, "offset and length are for action \"retrieve\": a value is stored whole");
  }
  const auto stored = swarm::StoreEntry(context.database(),
                                        {.name_space = args.name_space,
                                         .key = *args.key,
                                         .value = *args.value,
                                         .ttl_s = args.ttl,
                                         .if_version = args.if_version},
                                        context.now_ms());
  if (!stored) return std::unexpected(stored.error());
  result.version = stored->version;
  result.size = Bytes(*args.value);
  if (stored->version > 1) result.created_at = Timestamp{stored->created_ms};
  result.updated_at = Timestamp{stored->updated_ms};
  result.expires_at = IfSet(stored->expires_ms);
  return {};
}

Expected<void> Retrieve(const Args& args, ToolContext& context, Result& result) {
  const auto [entry, value] = FindEntry(context, args.name_space, *args.key, WantedFor(args.offset, args.length));
  result.found = entry != nullptr;
  if (entry == nullptr) return {};
  const auto part = TakePart(value, args.offset, args.length);
  if (!part) return std::unexpected(part.error());
  result.version = entry->version;
  result.value = *part;
  result.updated_at = Timestamp{entry->updated_ms};
  result.expires_at = IfSet(entry->expires_ms);
  const auto size = static_cast<std::int64_t>(value.size);
  if (Bytes(*part) < size) {
    const std::int64_t end = args.offset + Bytes(*part);
    result.size = size;
    result.offset = args.offset;
    if (end < size) {
      result.next = end;
      result.note =
          fmt::format("bytes {} to {} of {}: call again with offset={} for the rest", args.offset, end, size, end);
    }
  }
  context.Keep(entry);
  return {};
}

Expected<void> Delete(const Args& args, ToolContext& context, Result& result) {
  const auto version =
      swarm::DeleteEntry(context.database(), args.name_space, *args.key, args.if_version, context.now_ms());
  if (!version && version.error().code != ErrorCode::kNotFound) return std::unexpected(version.error());
  result.found = version.has_value();
  if (version) result.version = *version;
  return {};
}

Expected<void> List(const Args& args, ToolContext& context, Result& result) {
  swarm::Page page = swarm::ListEntries(context.database(), args.name_space, args.key.value_or(""), args.cursor,
                                        args.limit, context.now_ms());
  result.entries = Summarise(std::move(page.entries), false);
  if (page.more) result.cursor = std::move(page.last_key);
  return {};
}

Expected<void> Search(const Args& args, ToolContext& context, Result& result) {
  const auto pattern = args.value ? args.value : args.key;
  if (!pattern) return Missing("value (the words or glob to look for)", args);
  auto found = swarm::SearchEntries(context.database(), *pattern, args.name_space, args.limit, context.now_ms());
  if (!found) return std::unexpected(found.error());
  result.note = DescribeSearch(*found);
  result.entries = Summarise(std::move(found->entries), false);
  return {};
}

Expected<void> Act(const Args& args, ToolContext& context, Result& result) {
  const bool names_entry =
      args.action == Action::kStore || args.action == Action::kRetrieve || args.action == Action::kDelete;
  if (names_entry && !args.key) return Missing("key", args);
  switch (args.action) {
    case Action::kStore:
      return Store(args, context, result);
    case Action::kRetrieve:
      return Retrieve(args, context, result);
    case Action::kList:
      return List(args, context, result);
    case Action::kDelete:
      return Delete(args, context, result);
    case Action::kSearch:
      return Search(args, context, result);
    case Action::kStats:
      result.stats = Totals(swarm::StatEntries(context.database(), context.now_ms()));
      return {};
  }
  return {};
}

Expected<Result> Run(const Args& args, ToolContext& context) {
  Expected<Result> result;
  if (auto acted = Act(args, context, *result); !acted) return std::unexpected(std::move(acted.error()));
  return result;
}

}  // namespace

extern const Tool kMemoryUsage = MakeTool<Run>({
    .name = "memory_usage",
    .title = "Shared memory",
    .description = "Stores, retrieves, lists, deletes and searches the project's durable shared memory.",
    .hints = {.destructive = true},
    .always_load = true,
});

}  // namespace skep::handlers
