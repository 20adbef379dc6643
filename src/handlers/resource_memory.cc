#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/printable.h"
#include "handlers/completers.h"
#include "handlers/memory_results.h"
#include "skep/resource.h"
#include "swarm/lookup.h"
#include "swarm/name.h"

// skep://memory/{namespace}/{+key}

namespace skep::handlers {
namespace {

struct Args {
  std::string_view name_space;
  std::string_view key;

  static constexpr Field kFields[] = {
      Req<&Args::name_space>("namespace", {}, {1, limits::kMaxNamespace}),
      Req<&Args::key>("key", {}, {1, limits::kMaxKey}),
  };
};

struct Result {
  std::string_view text;

  static constexpr Field kFields[] = {
      Req<&Result::text>("text"),
  };
};

/// Bytes that a JSON string takes for the text.
std::size_t EscapedSize(std::string_view text) {
  std::size_t size = 0;
  for (const char c : text) {
    const bool named = c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t' || c == '\b' || c == '\f';
    size += named ? 2 : static_cast<unsigned char>(c) < 0x20 ? 6 : 1;
  }
  return size;
}

/// The nearest of the keys that begin as this one does.
std::unexpected<Error> NotFound(const Args& args, ToolContext& context) {
  std::vector<std::string> keys;
  for (std::size_t size = args.key.size(); keys.empty() && size > 0; size = size == 1 ? 0 : size / 2) {
    keys = swarm::KeysLike(context.database(), args.name_space, args.key.substr(0, size / 2), limits::kMaxCompletions,
                           context.now_ms());
  }
  return Fail(ErrorCode::kNotFound,
              fmt::format("there is no \"{}\" in namespace \"{}\"{}", Printable(args.key, limits::kMaxQuoted),
                          Printable(args.name_space, limits::kMaxQuoted), swarm::DidYouMean(args.key, keys)));
}

Expected<Result> Run(const Args& args, ToolContext& context) {
  const auto entry = FindEntry(context, args.name_space, args.key).entry;
  if (entry == nullptr) return NotFound(args, context);
  constexpr std::size_t kMost = limits::kMaxLine - 64 * limits::kKiB;
  if (EscapedSize(entry->value) > kMost) {
    return Fail(ErrorCode::kTooLarge,
                fmt::format("the value has {} bytes, too many for one answer: retrieve it in parts with memory_usage",
                            entry->value.size()));
  }
  context.Keep(entry);
  return Result{.text = entry->value};
}

constexpr Completer kCompleters[] = {{"namespace", OfferNamespaces}, {"key", OfferKeys}};

}  // namespace

extern const Resource kResourceMemory = MakeResource<Run>({
    .uri = "skep://memory/{namespace}/{+key}",
    .name = "memory",
    .title = "Memory entry",
    .description = "The value that is stored in shared memory under a namespace and a key.",
    .mime_type = "text/plain",
    .completers = kCompleters,
    .changes_with_time = true,
});

}  // namespace skep::handlers
