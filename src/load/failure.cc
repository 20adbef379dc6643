#include "load/failure.h"

#include <fmt/format.h>

#include <algorithm>

namespace skep::load {

std::string FailureOf(const Outcome& outcome, std::span<const Expectation> expectations) {
  if (!outcome.broken_off.empty()) return outcome.broken_off;
  if (outcome.sent > 0 && outcome.latency.Count() == 0) {
    return "no request succeeded: the server has none of what --mix asks for, or refuses it";
  }
  const auto unanswered = outcome.errors.find(kUnanswered);
  const bool judged = std::ranges::any_of(
      expectations, [](const Expectation& one) { return one.figure.kind == Figure::Kind::kErrors; });
  if (unanswered == outcome.errors.end() || judged) return {};
  return fmt::format("{} request{} unanswered at the end", unanswered->second,
                     unanswered->second == 1 ? " was" : "s were");
}

}  // namespace skep::load
