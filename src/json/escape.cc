#include "json/escape.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "json/vector.h"

namespace skep::json {
namespace {

/// What to write after the backslash for each byte: 0: nothing, the byte stands for itself; 'u': \u00XX.
constexpr std::array<char, 256> MakeEscapes() {
  std::array<char, 256> table{};
  for (unsigned c = 0; c < 0x20; ++c) table[c] = 'u';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}
constexpr std::array<char, 256> kEscapes = MakeEscapes();
constexpr char kHex[] = "0123456789abcdef";

inline char* EscapeByte(unsigned char c, char* to) {
  const char escape = kEscapes[c];
  if (escape == 0) {
    *to = static_cast<char>(c);
    return to + 1;
  }
  to[0] = '\\';
  to[1] = escape;
  if (escape != 'u') return to + 2;
  to[2] = '0';
  to[3] = '0';
  to[4] = kHex[c >> 4];
  to[5] = kHex[c & 15];
  return to + 6;
}

}  // namespace

Escaped EscapeScalar(std::string_view text, char* to) {
  unsigned char seen = 0;
  for (const char c : text) {
    seen |= static_cast<unsigned char>(c);
    to = EscapeByte(static_cast<unsigned char>(c), to);
  }
  return {to, seen < 0x80};
}

#if defined(__SSE2__)

namespace {

constexpr std::size_t kWidth = 16;

/// Writes `size` bytes, at most kWidth, of which those in `specials` are escaped. What stands between two is copied as
/// a whole vector, of which the surplus is overwritten: JSON within JSON has a quote every few bytes. REQUIRES: 2 ×
/// kWidth readable bytes.
inline char* EscapeSome(const char* from, std::size_t size, std::uint32_t specials, char* to) {
  std::size_t done = 0;
  for (; specials != 0; specials &= specials - 1) {
    const auto clean = static_cast<std::size_t>(std::countr_zero(specials));
    Store(to, Load(from + done));
    to += clean - done;
    done = clean + 1;
    const char escape = kEscapes[static_cast<unsigned char>(from[clean])];
    to[0] = '\\';
    to[1] = escape;
    to = escape != 'u' ? to + 2 : EscapeByte(static_cast<unsigned char>(from[clean]), to);
  }
  Store(to, Load(from + done));
  return to + (size - done);
}

}  // namespace

Escaped Escape(std::string_view text, char* to) {
  __m128i seen = _mm_setzero_si128();
  const char* from = text.data();
  const char* const end = from + text.size();

  while (static_cast<std::size_t>(end - from) >= 2 * kWidth) {
    const __m128i bytes = Load(from);
    seen = _mm_or_si128(seen, bytes);
    const std::uint32_t specials = Specials(bytes);
    if (specials == 0) {
      Store(to, bytes);
      to += kWidth;
    } else {
      to = EscapeSome(from, kWidth, specials, to);
    }
    from += kWidth;
  }

  // The rest, in memory of our own with enough behind it.
  alignas(kWidth) char rest[3 * kWidth] = {};
  auto size = static_cast<std::size_t>(end - from);
  std::memcpy(rest, from, size);
  for (const char* at = rest;; at += kWidth) {
    const __m128i bytes = Load(at);
    seen = _mm_or_si128(seen, bytes);
    const std::size_t some = std::min(size, kWidth);
    to = EscapeSome(at, some, Specials(bytes) & ((1U << some) - 1), to);
    size -= some;
    if (size == 0) break;
  }
  return {to, _mm_movemask_epi8(seen) == 0};
}

#else

Escaped Escape(std::string_view text, char* to) { return EscapeScalar(text, to); }

#endif

}  // namespace skep::json
