#pragma once

#include <span>
#include <string_view>

namespace skep {

/// The candidate that whoever wrote `word` most likely meant, for "did you mean …?"; empty when none is near.
///
/// Near is at most three edits (a letter too many, missing, wrong, or two neighbours swapped) and fewer than `word`
/// has letters; or that one is the beginning of the other ("mem" for "memory_usage"), which counts as one edit. Case
/// does not matter. Of equally near ones the one nearer in length wins, then the first. Cost does not grow with `word`.
std::string_view Nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace skep
