#include "swarm/snippet.h"

#include <algorithm>

#include "base/limits.h"

namespace skep::swarm {
namespace {

/// Of a snippet that does not show the beginning, the part that leads up to the match.
constexpr std::size_t kLead = limits::kMaxSnippet / 4;

bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// C0, DEL and, in their UTF-8 form, C1.
void BlankControls(std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) text[i] = ' ';
    if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) text.replace(i, 2, " ");
  }
}

}  // namespace

std::string_view CutAtCharacter(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  std::size_t end = bytes;
  while (end > 0 && end + 3 > bytes && ContinuesCharacter(text[end])) --end;
  return text.substr(0, end);
}

std::string MakeSnippet(std::string_view text, std::size_t at) {
  if (at > limits::kMaxSnippet / 2) {
    // From a word's beginning, if there is one between here and the match.
    std::size_t begin = at - kLead;
    const std::size_t space = text.find(' ', begin);
    if (space < at) begin = space + 1;
    while (begin < at && ContinuesCharacter(text[begin])) ++begin;
    text.remove_prefix(begin);
  }
  std::string snippet(CutAtCharacter(text, limits::kMaxSnippet));
  BlankControls(snippet);
  return snippet;
}

}  // namespace skep::swarm
