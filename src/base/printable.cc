#include "base/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace skep {
namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;  ///< 0: what stands there is not UTF-8.
};

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// The first character of `text`, which is not empty.
Character FirstCharacter(std::string_view text) {
  // The smallest code that needs so many bytes: a longer spelling of a smaller code is not UTF-8.
  static constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = (lead & 0xe0) == 0xc0 ? 2 : (lead & 0xf0) == 0xe0 ? 3 : (lead & 0xf8) == 0xf0 ? 4 : 0;
  if (bytes == 0 || text.size() < bytes) return {};
  std::uint32_t code = lead & (0x7fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if (!IsContinuation(text[i])) return {};
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
  }
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < kSmallest[bytes] || surrogate || code > 0x10ffff) return {};
  return {code, bytes};
}

/// Whether a terminal or a reader of lines would act on it: C0, DEL, C1, and Unicode's line and paragraph separators.
bool IsControl(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
}

void AppendEscaped(std::string& out, std::uint32_t code) {
  switch (code) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      if (code < 0x80) {
        fmt::format_to(std::back_inserter(out), "\\x{:02x}", code);
      } else {
        fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", code);
      }
  }
}

}  // namespace

std::string Printable(std::string_view text, std::size_t limit) {
  std::string out;
  out.reserve(std::min(text.size(), limit));
  while (!text.empty()) {
    const std::size_t before = out.size();
    const Character character = FirstCharacter(text);
    if (character.bytes == 0) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(text[0]));
    } else if (IsControl(character.code)) {
      AppendEscaped(out, character.code);
    } else {
      out.append(text, 0, character.bytes);
    }
    if (out.size() > limit) {
      out.resize(before);
      fmt::format_to(std::back_inserter(out), "… ({} more bytes)", text.size());
      return out;
    }
    text.remove_prefix(std::max<std::size_t>(character.bytes, 1));
  }
  return out;
}

}  // namespace skep
