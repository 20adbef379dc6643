#include "json/escape.h"

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
  std::memcpy(to + 2, "00", 2);
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

/// Fewer than kWidth bytes, by loads that overlap instead of one for each byte.
__m128i LoadTail(const char* from, std::size_t size) {
  alignas(kWidth) char bytes[kWidth] = {};
  if (size >= 8) {
    std::memcpy(bytes, from, 8);
    std::memcpy(bytes + size - 8, from + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(bytes, from, 4);
    std::memcpy(bytes + size - 4, from + size - 4, 4);
  } else {
    for (std::size_t i = 0; i < size; ++i) bytes[i] = from[i];
  }
  return Load(bytes);
}

}  // namespace

Escaped Escape(std::string_view text, char* to) {
  __m128i seen = _mm_setzero_si128();
  const char* from = text.data();
  const char* const end = from + text.size();

  while (static_cast<std::size_t>(end - from) >= kWidth) {
    const __m128i bytes = Load(from);
    seen = _mm_or_si128(seen, bytes);
    std::uint32_t mask = Specials(bytes);
    Store(to, bytes);
    if (mask == 0) {
      from += kWidth;
      to += kWidth;
      continue;
    }
    if (static_cast<std::size_t>(end - from) < 2 * kWidth) {
      const auto clean = static_cast<std::size_t>(std::countr_zero(mask));
      to = EscapeByte(static_cast<unsigned char>(from[clean]), to + clean);
      from += clean + 1;
      continue;
    }
    // JSON within JSON has a quote every few bytes: all of this vector's are dealt with before the next is looked at.
    // What stands between two is copied as a whole vector, of which the surplus is overwritten.
    std::size_t done = 0;
    do {
      const auto clean = static_cast<std::size_t>(std::countr_zero(mask));
      Store(to, Load(from + done));
      to = EscapeByte(static_cast<unsigned char>(from[clean]), to + (clean - done));
      done = clean + 1;
      mask &= mask - 1;
    } while (mask != 0);
    Store(to, Load(from + done));
    to += kWidth - done;
    from += kWidth;
  }

  const auto rest = static_cast<std::size_t>(end - from);
  const __m128i bytes = LoadTail(from, rest);
  seen = _mm_or_si128(seen, bytes);
  // Behind the end are zeros, which look like control characters.
  if ((Specials(bytes) & ((1U << rest) - 1)) == 0) {
    Store(to, bytes);
    to += rest;
  } else {
    to = EscapeScalar({from, rest}, to).end;
  }
  return {to, _mm_movemask_epi8(seen) == 0};
}

#else

Escaped Escape(std::string_view text, char* to) { return EscapeScalar(text, to); }

#endif

}  // namespace skep::json
