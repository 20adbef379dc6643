#include "json/escape.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

Escaped Escape(std::string_view text, char* to) {
  constexpr std::size_t kWidth = 16;
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i last_control = _mm_set1_epi8(0x1f);
  __m128i seen = _mm_setzero_si128();
  const char* from = text.data();
  const char* const end = from + text.size();

  while (static_cast<std::size_t>(end - from) >= kWidth) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    seen = _mm_or_si128(seen, bytes);
    // min(b, 0x1f) == b exactly for the control characters, bytes taken as unsigned.
    const __m128i special = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes),
                                         _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
    auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(special));
    if (mask == 0) {
      from += kWidth;
      to += kWidth;
      continue;
    }
    const auto clean = static_cast<std::size_t>(std::countr_zero(mask));
    to = EscapeByte(static_cast<unsigned char>(from[clean]), to + clean);
    from += clean + 1;
  }
  const Escaped rest = EscapeScalar({from, static_cast<std::size_t>(end - from)}, to);
  return {rest.end, rest.ascii_only && _mm_movemask_epi8(seen) == 0};
}

#else

Escaped Escape(std::string_view text, char* to) { return EscapeScalar(text, to); }

#endif

}  // namespace skep::json
