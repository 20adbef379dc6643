#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/function_ref.h"
#include "skep/error.h"

/// Names that people and models give to swarms, agents and capabilities, and what to say about them.
namespace skep::swarm {

/// 1 to limits::kMaxName bytes of any script, without control characters or white space at an end, and not in the form
/// of an id. `what` it is the name of stands in the error.
Expected<void> CheckName(std::string_view what, std::string_view name);

/// "<stem>-<n>" for an n (small, mostly the smallest) for which `taken` says no. Asks O(log n) times.
std::string FirstFreeName(std::string_view stem, FunctionRef<bool(const std::string&)> taken);

/// ` (did you mean "…"?)`, or nothing when no candidate is near.
std::string DidYouMean(std::string_view word, std::span<const std::string> candidates);
std::string DidYouMean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace skep::swarm
