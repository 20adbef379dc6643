#include "base/suggest.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace skep {
namespace {

constexpr std::size_t kMaxEdits = 3;
/// A single letter begins too many words to mean one of them.
constexpr std::size_t kMinPrefix = 2;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool Same(char a, char b) { return Lower(a) == Lower(b); }

std::size_t Apart(std::size_t a, std::size_t b) { return a < b ? b - a : a - b; }

bool OneBeginsTheOther(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  return common >= kMinPrefix &&
         std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(common), b.begin(), Same);
}

/// Restricted Damerau–Levenshtein ("optimal string alignment"): the classic table, row by row; a swap of neighbours
/// reaches two rows back. Entry j of a row is the distance of the first i letters of `a` from the first j of `b`.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (Same(a[i - 1], b[j - 1]) ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1])) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view Nearest(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view nearest;
  std::pair best{kMaxEdits + 1, std::size_t{0}};
  for (const std::string_view candidate : candidates) {
    const std::size_t apart = Apart(word.size(), candidate.size());
    std::size_t edits = kMaxEdits + 1;
    // The difference in length is a lower bound of the distance.
    if (apart <= kMaxEdits) edits = Distance(word, candidate);
    if (edits >= word.size()) edits = kMaxEdits + 1;
    if (OneBeginsTheOther(word, candidate)) edits = std::min<std::size_t>(edits, 1);
    if (edits <= kMaxEdits && (nearest.empty() || std::pair{edits, apart} < best)) {
      best = {edits, apart};
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace skep
