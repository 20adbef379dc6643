#include "json/escape.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>

namespace skep::json {
namespace {

/// What JSON wants, by the shortest code that says it.
std::string Expected(std::string_view text) {
  std::string out;
  for (const char c : text) {
    static constexpr std::string_view kNamed = "\"\\\b\f\n\r\t";
    static constexpr std::string_view kLetters = "\"\\bfnrt";
    if (const std::size_t i = kNamed.find(c); i != std::string_view::npos) {
      out += '\\';
      out += kLetters[i];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char digits[8];
      std::snprintf(digits, sizeof(digits), "\\u%04x", static_cast<unsigned>(c));
      out += digits;
    } else {
      out += c;
    }
  }
  return out;
}

/// Escapes from and to memory of exactly the size that is promised to be enough, so that a sanitizer sees each byte too
/// many. `offset` moves the text against the alignment of its memory.
std::string Escaped(skep::json::Escaped (*escape)(std::string_view, char*), std::string_view text, bool& ascii_only,
                    std::size_t offset = 0) {
  const auto from = std::make_unique<char[]>(offset + text.size());
  if (!text.empty()) std::memcpy(from.get() + offset, text.data(), text.size());
  const std::size_t room = kMaxEscape * text.size() + kEscapeSlack;
  const auto to = std::make_unique<char[]>(room);
  const auto escaped = escape({from.get() + offset, text.size()}, to.get());
  ascii_only = escaped.ascii_only;
  return {to.get(), escaped.end};
}

void ExpectBothPaths(std::string_view text, std::size_t offset = 0) {
  const std::string expected = Expected(text);
  bool vector_ascii = false;
  bool scalar_ascii = false;
  ASSERT_EQ(Escaped(Escape, text, vector_ascii, offset), expected) << "offset " << offset << ", size " << text.size();
  ASSERT_EQ(Escaped(EscapeScalar, text, scalar_ascii, offset), expected);
  bool ascii = true;
  for (const char c : text) ascii = ascii && static_cast<unsigned char>(c) < 0x80;
  ASSERT_EQ(vector_ascii, ascii) << "size " << text.size();
  ASSERT_EQ(scalar_ascii, ascii);
}

TEST(Escape, NamesWhatHasANameAndNumbersTheOtherControls) {
  bool ascii = false;
  EXPECT_EQ(Escaped(Escape, "\"\\/\b\f\n\r\t\x01\x1f\x7f", ascii), R"(\"\\/\b\f\n\r\t\u0001\u001f)"
                                                                   "\x7f");
  EXPECT_EQ(Escaped(Escape, std::string_view("\0", 1), ascii), "\\u0000");
}

TEST(Escape, EveryByteAtEveryPlaceOfEveryLength) {
  for (std::size_t size = 1; size <= 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'x');
      for (int byte = 0; byte < 256; ++byte) {
        text[at] = static_cast<char>(byte);
        ExpectBothPaths(text);
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(Escape, EveryOffsetAndLength) {
  const std::string text = "clean text, \"quoted\"\n then \x01 and \xc3\xa4, and a long clean run once more \\ end\t";
  for (std::size_t offset = 0; offset < 32; ++offset) {
    for (std::size_t size = 0; size <= text.size(); ++size) {
      ExpectBothPaths(text.substr(0, size), offset);
      ExpectBothPaths(text.substr(text.size() - size), offset);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(Escape, NothingButEscapes) {
  for (std::size_t size = 0; size <= 64; ++size) {
    ExpectBothPaths(std::string(size, '\x1f'));
    ExpectBothPaths(std::string(size, '"'));
    ExpectBothPaths(std::string(size, '\0'));
    if (HasFatalFailure()) return;
  }
}

TEST(Escape, RandomBytes) {
  std::mt19937 random(3);
  for (int round = 0; round < 3000; ++round) {
    // From mostly clean to mostly escapes.
    const auto density = 1 + random() % 100;
    std::string text(random() % 400, ' ');
    for (char& c : text) c = static_cast<char>(random() % 100 < density ? random() % 256 : 'a' + random() % 26);
    ExpectBothPaths(text, random() % 16);
    if (HasFatalFailure()) return;
  }
}

TEST(Escape, WhatIsWrittenReadsBackInAnotherParser) {
  std::string every_ascii;
  for (char c = 0; c >= 0 && c < 0x7f; ++c) every_ascii += c;
  for (const std::string& text : {every_ascii, std::string("ä€😀\xef\xbf\xbf\xf4\x8f\xbf\xbf"), std::string()}) {
    bool ascii = false;
    EXPECT_EQ(nlohmann::json::parse('"' + Escaped(Escape, text, ascii) + '"'), text);
  }
}

}  // namespace
}  // namespace skep::json
