#include "fuzz/mutate.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace skep::fuzz {
namespace {

using std::string_view;
using namespace std::string_view_literals;

/// What is put in: bytes that end, begin or are none of a text's characters, and what JSON is made of.
constexpr std::array<string_view, 32> kInserts = {"\0"sv,
                                                  "\r"sv,
                                                  "\n"sv,
                                                  "\r\n"sv,
                                                  "\t"sv,
                                                  "\x7f"sv,
                                                  "\x80"sv,
                                                  "\xc0\x80"sv,
                                                  "\xff"sv,
                                                  "\xfe"sv,
                                                  "\xc3"sv,
                                                  "\xe2\x82"sv,
                                                  "\xf0\x9f\x90"sv,
                                                  "\xed\xa0\x80"sv,
                                                  "\xf4\x90\x80\x80"sv,
                                                  "\xef\xbb\xbf"sv,
                                                  "\xe2\x80\xa8"sv,
                                                  "\\ud800"sv,
                                                  "\\u0000"sv,
                                                  "\\"sv,
                                                  "\""sv,
                                                  "{"sv,
                                                  "}"sv,
                                                  "["sv,
                                                  "]"sv,
                                                  ","sv,
                                                  ":"sv,
                                                  "0"sv,
                                                  "-"sv,
                                                  "e400"sv,
                                                  "null"sv,
                                                  "/*x*/"sv};
/// The longest piece that is taken out or repeated.
constexpr std::size_t kPiece = 24;

void Once(Random& random, std::string& line) {
  const std::size_t at = random.Below(line.size() + 1);
  const std::size_t piece = std::min(1 + random.Below(kPiece), line.size() - at);
  switch (random.Below(8)) {
    case 0:
      if (piece > 0) line[at] = static_cast<char>(random.Below(256));
      break;
    case 1:
      if (piece > 0) line[at] = static_cast<char>(line[at] ^ (1 << random.Below(8)));
      break;
    case 2:
      line.erase(at, piece);
      break;
    case 3:
      line.insert(at, std::string(line, at, piece));
      break;
    case 4:
      line.resize(at);
      break;
    case 5:
      line.insert(0, random.OneIn(2) ? "\xef\xbb\xbf" : " \t");
      break;
    default:
      line.insert(at, random.Pick(kInserts));
      break;
  }
}

}  // namespace

void Mutate(Random& random, std::string& line) {
  const std::size_t times = 1 + random.Below(3);
  for (std::size_t i = 0; i < times; ++i) Once(random, line);
}

}  // namespace skep::fuzz
