#include "json/small_parser.h"

#include <array>
#include <bit>
#include <cstring>
#include <string_view>

#include "json/reader.h"
#include "json/vector.h"

namespace skep::json {

SmallParser::SmallParser()
    // A value takes a word, and an integer two; but two integers have a comma between them. The ends are extra.
    : words_(std::make_unique_for_overwrite<std::uint64_t[]>(kMaxText + 4)),
      // "" and its comma are three bytes, and become a length of four. Vectors write beyond the last one.
      strings_(std::make_unique_for_overwrite<std::uint8_t[]>(2 * kMaxText + 64)) {}

#if defined(__SSE2__)

namespace {

constexpr std::uint64_t Word(char letter, std::uint64_t payload) {
  return static_cast<std::uint64_t>(static_cast<unsigned char>(letter)) << 56 | payload;
}

/// What a backslash and this character stand for; 0: something that is left to simdjson.
constexpr std::array<char, 256> MakeEscaped() {
  std::array<char, 256> table{};
  table['"'] = '"';
  table['\\'] = '\\';
  table['/'] = '/';
  table['b'] = '\b';
  table['f'] = '\f';
  table['n'] = '\n';
  table['r'] = '\r';
  table['t'] = '\t';
  return table;
}
constexpr std::array<char, 256> kEscaped = MakeEscaped();

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

// One loop, a value a turn, with all that changes in local variables, which the compiler then keeps in registers.
// A step may look at the padding, which may hold anything; none begins beyond the end, so that what it reads there is
// less than the padding.
bool SmallParser::Parse(std::span<const char> text) {
  if (text.empty()) return false;
  const char* at = text.data();
  const char* const end = at + text.size();
  std::uint64_t* const words = words_.get();
  std::uint64_t* word = words;
  char* const strings = reinterpret_cast<char*>(strings_.get());
  char* string = strings;
  std::array<std::uint64_t*, kMaxDepth> open;  // the words of the brackets that are open
  unsigned depth = 0;
  bool in_object = false;
  __m128i seen = _mm_setzero_si128();

  const auto skip_space = [&] {
    if (*at > ' ') [[likely]]
      return;
    while (at < end && IsSpace(*at)) ++at;
  };
  const auto read_string = [&] [[gnu::always_inline]] () {
    ++at;
    *word++ = Word('"', static_cast<std::uint64_t>(string - strings));
    char* to = string + sizeof(std::uint32_t);
    while (at < end) {
      const __m128i bytes = Load(at);
      Store(to, bytes);
      seen = _mm_or_si128(seen, bytes);
      const std::uint32_t specials = Specials(bytes);
      if (specials == 0) {
        at += sizeof(bytes);
        to += sizeof(bytes);
        continue;
      }
      const int clean = std::countr_zero(specials);
      at += clean;
      to += clean;
      if (*at == '"') [[likely]] {
        ++at;
        const auto size = static_cast<std::uint32_t>(to - string) - std::uint32_t{sizeof(std::uint32_t)};
        std::memcpy(string, &size, sizeof(size));
        string = to;
        return true;
      }
      if (*at != '\\') return false;
      const char escaped = kEscaped[static_cast<unsigned char>(at[1])];
      if (escaped == 0) return false;
      at += 2;
      *to++ = escaped;
    }
    return false;
  };
  const auto read_integer = [&] {
    const bool negative = *at == '-';
    if (negative) ++at;
    const char* const first = at;
    std::int64_t value = 0;
    // Eighteen digits fit. What may not follow, as the rest of a longer number, is declined where a comma is wanted.
    while (*at >= '0' && *at <= '9' && at - first < 18) value = value * 10 + (*at++ - '0');
    if (at == first || (*first == '0' && at - first > 1)) return false;
    word[0] = Word('l', 0);
    word[1] = static_cast<std::uint64_t>(negative ? -value : value);
    word += 2;
    return true;
  };
  const auto read_literal = [&](std::string_view name) {
    if (std::memcmp(at, name.data(), name.size()) != 0) return false;
    at += name.size();
    *word++ = Word(name[0], 0);
    return true;
  };
  // Both brackets know of one another: the first where the value ends, the last where it began.
  const auto close = [&] {
    ++at;
    std::uint64_t* const first = open[--depth];
    *word++ = Word(in_object ? '}' : ']', static_cast<std::uint64_t>(first - words));
    *first = Word(in_object ? '{' : '[', static_cast<std::uint64_t>(word - words));
    in_object = depth != 0 && *open[depth - 1] == '{';
  };

  *word++ = Word('r', 0);
  skip_space();
  for (;;) {
    if (in_object) {
      if (at >= end || *at != '"' || !read_string()) return false;
      skip_space();
      if (*at != ':') return false;
      ++at;
      skip_space();
    }
    if (at >= end) return false;
    switch (*at) {
      case '"':
        if (!read_string()) return false;
        break;
      case '{':
      case '[':
        if (depth == kMaxDepth) return false;
        in_object = *at++ == '{';
        *word = static_cast<unsigned char>(in_object ? '{' : '[');  // until it is closed
        open[depth++] = word++;
        skip_space();
        if (*at != (in_object ? '}' : ']')) continue;
        close();
        break;
      case 't':
        if (!read_literal("true")) return false;
        break;
      case 'f':
        if (!read_literal("false")) return false;
        break;
      case 'n':
        if (!read_literal("null")) return false;
        break;
      default:
        if (!read_integer()) return false;
    }
    skip_space();
    while (depth != 0 && at < end && *at == (in_object ? '}' : ']')) {
      close();
      skip_space();
    }
    if (depth == 0) break;
    if (*at != ',') return false;
    ++at;
    skip_space();
  }
  // Beyond the end: the last token was cut off, and what stands behind it is not ours.
  if (at != end) return false;
  return _mm_movemask_epi8(seen) == 0 || IsUtf8({text.data(), text.size()});
}

#else

bool SmallParser::Parse(std::span<const char>) { return false; }

#endif

}  // namespace skep::json
