#include "swarm/glob.h"

#include <algorithm>

namespace skep::swarm {
namespace {

/// Takes one character off `text`: a code point, or a single byte where the text is not UTF-8.
/// REQUIRES: text is not empty.
char32_t Take(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length == 1 || length > text.size()) {
    text.remove_prefix(1);
    return first;
  }
  char32_t character = first & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) character = character << 6 | (static_cast<unsigned char>(text[i]) & 0x3fU);
  text.remove_prefix(length);
  return character;
}

/// Where the set that `pattern` begins with ends, its ] included; 0 when it is never closed.
std::size_t SetLength(std::string_view pattern) {
  std::size_t at = 1;
  if (at < pattern.size() && (pattern[at] == '^' || pattern[at] == '!')) ++at;
  const std::size_t close = pattern.find(']', at + 1);
  return close == std::string_view::npos ? 0 : close + 1;
}

/// `set` is what stands between the brackets.
bool InSet(std::string_view set, char32_t character) {
  const bool inverted = set.front() == '^' || set.front() == '!';
  if (inverted) set.remove_prefix(1);
  bool in = false;
  while (!set.empty()) {
    const char32_t low = Take(set);
    char32_t high = low;
    if (set.size() > 1 && set.front() == '-') {
      set.remove_prefix(1);
      high = Take(set);
    }
    in = in || (low <= character && character <= high);
  }
  return in != inverted;
}

/// Takes one element off the pattern and one character off the text; whether they match.
/// REQUIRES: neither is empty, and the element is not *.
bool TakeOne(std::string_view& pattern, std::string_view& text) {
  if (pattern.front() == '?') {
    pattern.remove_prefix(1);
    Take(text);
    return true;
  }
  if (pattern.front() == '[') {
    if (const std::size_t length = SetLength(pattern); length != 0) {
      const std::string_view set = pattern.substr(1, length - 2);
      pattern.remove_prefix(length);
      return InSet(set, Take(text));
    }
  }
  const bool same = pattern.front() == text.front();
  pattern.remove_prefix(1);
  text.remove_prefix(1);
  return same;
}

/// Drops the beginning of `text` where nothing that begins with `element` can match; false when that is all of it.
bool SkipTo(char element, std::string_view& text) {
  if (element == '*' || element == '?' || element == '[') return true;
  const std::size_t at = text.find(element);
  if (at == std::string_view::npos) return false;
  text.remove_prefix(at);
  return true;
}

}  // namespace

Glob::Glob(std::string_view pattern)
    : pattern_(pattern), prefix_(std::min(pattern.find_first_of("*?["), pattern.size())) {}

bool Glob::Matches(std::string_view text) const {
  std::int64_t steps = 0;
  return Matches(text, steps);
}

bool Glob::Matches(std::string_view text, std::int64_t& steps) const {
  // What a * swallows is decided by trying: nothing first, and one character more after every failure behind it. Only
  // the last * is ever tried again, since whatever an earlier one swallows, the last one can make up for.
  std::string_view pattern = pattern_;
  std::string_view after_star;
  std::string_view retry;
  bool starred = false;
  while (true) {
    ++steps;
    if (!pattern.empty() && pattern.front() == '*') {
      pattern.remove_prefix(1);
      if (pattern.empty()) return true;
      starred = true;
      after_star = pattern;
      retry = text;
      if (!SkipTo(after_star.front(), retry)) return false;
      text = retry;
      continue;
    }
    // Every element takes a character: when those have run out, a longer * does not help.
    if (text.empty()) return pattern.empty();
    if (!pattern.empty() && TakeOne(pattern, text)) continue;
    if (!starred || retry.empty()) return false;
    Take(retry);
    if (!SkipTo(after_star.front(), retry)) return false;
    pattern = after_star;
    text = retry;
  }
}

}  // namespace skep::swarm
