#include <fmt/format.h>

#include <optional>
#include <string>

#include "base/limits.h"
#include "handlers/rounded.h"
#include "skep/tool.h"
#include "store/cache.h"
#include "store/store.h"

namespace skep::handlers {
namespace {

enum class Action : int { kStats, kClear, kResize };
constexpr std::array<std::string_view, 3> Names(Action) { return {"stats", "clear", "resize"}; }

/// As config.toml has it.
constexpr std::int64_t kMaxMb = 65536;

struct Args {
  Action action = Action::kStats;
  std::optional<std::int64_t> size_mb;

  static constexpr Field kFields[] = {
      Req<&Args::action>("action"),
      Opt<&Args::size_mb>("sizeMb", "For resize; 0: keep nothing", {0, kMaxMb}),
  };
};

struct Result {
  std::int64_t entries = 0;
  std::int64_t bytes = 0;
  std::int64_t capacity_bytes = 0;
  std::int64_t hits = 0;
  std::int64_t misses = 0;
  std::optional<double> hit_rate;
  std::int64_t insertions = 0;
  std::int64_t evictions = 0;
  std::int64_t invalidations = 0;
  std::int64_t invalidations_by_others = 0;
  std::int64_t cleared = 0;
  std::int64_t too_large = 0;
  std::string note;

  static constexpr Field kFields[] = {
      Req<&Result::entries>("entries", "Now"),
      Req<&Result::bytes>("bytes", "Now, the cache's own structures included"),
      Req<&Result::capacity_bytes>("capacityBytes"),
      Req<&Result::hits>("hits", "Look-ups since this process began, as all that follows"),
      Req<&Result::misses>("misses"),
      Opt<&Result::hit_rate>("hitRate", "hits / (hits + misses); absent: no look-ups"),
      Req<&Result::insertions>("insertions"),
      Req<&Result::evictions>("evictions", "Entries that made room"),
      Req<&Result::invalidations>("invalidations", "Entries dropped by commits"),
      Req<&Result::invalidations_by_others>("invalidationsByOthers",
                                            "Of these, because another process may have written"),
      Req<&Result::cleared>("cleared", "Entries dropped by action=clear"),
      Req<&Result::too_large>("tooLarge", "Values that were read and not kept"),
      Req<&Result::note>("note"),
  };
};

Expected<std::string> Act(const Args& args, store::Cache& cache) {
  if (args.size_mb && args.action != Action::kResize) {
    return Fail(ErrorCode::kInvalidArgument, "sizeMb is for action=resize");
  }
  constexpr std::string_view kWhose = "the cache is of this process alone: each process of the project has its own";
  switch (args.action) {
    case Action::kStats:
      return std::string(kWhose);
    case Action::kClear: {
      const std::size_t entries = cache.stats().entries;
      cache.Clear();
      return fmt::format("dropped {} cached entries, nothing of what is stored; {}", entries, kWhose);
    }
    case Action::kResize:
      break;
  }
  if (!args.size_mb) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("action=resize needs sizeMb, from 0 to {}; it is {} MiB now",
                                                         kMaxMb, cache.stats().capacity / limits::kMiB));
  }
  cache.Resize(static_cast<std::size_t>(*args.size_mb) * limits::kMiB);
  return fmt::format("{} MiB until this process ends; for ever: cache_mb under [store] in config.toml", *args.size_mb);
}

Expected<Result> Answer(const Args& args, ToolContext& context) {
  store::Cache& cache = context.services().store.cache();
  auto note = Act(args, cache);
  if (!note) return std::unexpected(std::move(note.error()));
  const store::Cache::Stats stats = cache.stats();
  const auto count = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  Result result{.entries = count(stats.entries),
                .bytes = count(stats.bytes),
                .capacity_bytes = count(stats.capacity),
                .hits = count(stats.hits),
                .misses = count(stats.misses),
                .insertions = count(stats.insertions),
                .evictions = count(stats.evictions),
                .invalidations = count(stats.invalidations),
                .invalidations_by_others = count(stats.invalidations_by_others),
                .cleared = count(stats.cleared),
                .too_large = count(stats.too_large),
                .note = *std::move(note)};
  if (stats.hits + stats.misses > 0) {
    const double rate = static_cast<double>(stats.hits) / static_cast<double>(stats.hits + stats.misses);
    result.hit_rate = Rounded(rate);
  }
  return result;
}

/// Waits for nothing: what answers so is begun on the thread that the cache belongs to, where a read might run on the
/// store's.
void Run(const Args& args, ToolContext& context, Reply<Result> reply) { reply(Answer(args, context)); }

}  // namespace

extern const Tool kCacheManage = MakeTool<Run>({
    .name = "cache_manage",
    .title = "Look at the cache",
    .description = "Says how well this server's cache of memory entries works, empties or resizes it.",
    .hints = {.idempotent = true},
    .toolset = Toolset::kMetrics,
});

}  // namespace skep::handlers
