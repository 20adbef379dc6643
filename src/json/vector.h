#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>

// Sixteen bytes of JSON text at once. Every 64-bit x86 has this; elsewhere the scalar paths do.

namespace skep::json {

inline __m128i Load(const char* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }
inline void Store(char* to, __m128i bytes) { _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes); }

/// A bit for each byte that a JSON string cannot hold as it is: control characters, quotes, backslashes.
inline std::uint32_t Specials(__m128i bytes) {
  // min(b, 0x1f) == b exactly for the control characters, bytes taken as unsigned.
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash))));
}

}  // namespace skep::json

#endif
