#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "handlers/memory_results.h"
#include "skep/tool.h"
#include "swarm/memory.h"

namespace skep::handlers {
namespace {

struct Args {
  std::string_view pattern;
  std::optional<std::string_view> name_space;
  std::int64_t limit = 10;

  static constexpr Field kFields[] = {
      Req<&Args::pattern>(
          "pattern",
          "Words that must all occur (word* for a beginning, \"…\" for a phrase), or a glob over keys like auth/*",
          {1, 1024}),
      Opt<&Args::name_space>("namespace", "All when left out", {1, limits::kMaxNamespace}),
      Opt<&Args::limit>("limit", {}, {1, limits::kMaxPage}),
  };
};

struct Result {
  std::vector<EntrySummary> entries;
  std::int64_t matched = 0;
  bool complete = true;

  static constexpr Field kFields[] = {
      Req<&Result::entries>("entries"),
      Req<&Result::matched>("matched"),
      Req<&Result::complete>("complete", "false: a bound ended the search; narrow it"),
  };
};

Expected<Result> Run(const Args& args, ToolContext& context) {
  auto found = swarm::SearchEntries(context.database(), args.pattern, args.name_space, args.limit, context.now_ms());
  if (!found) return std::unexpected(found.error());
  return Result{
      .entries = Summarise(std::move(found->entries), true), .matched = found->matched, .complete = found->complete};
}

}  // namespace

extern const Tool kMemorySearch = MakeTool<Run>({
    .name = "memory_search",
    .title = "Search memory",
    .description = "Finds memory entries by the words in their keys and values, best first, or by a glob over keys.",
    .hints = {.read_only = true},
    .always_load = true,
});

}  // namespace skep::handlers
