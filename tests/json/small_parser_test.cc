#include "json/small_parser.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <random>
#include <string>
#include <string_view>

#include "json/reader.h"
#include "skep/block.h"
#include "support/nlohmann.h"

namespace skep::json {
namespace {

/// A document by the small parser alone, in memory of exactly the size that it asks for.
class Small {
 public:
  explicit Small(std::string_view text) : block_(text.size()) {
    block_.Append(text);
    accepted_ = parser_.Parse({block_.data(), block_.size()});
    tape_ = parser_.tape();
  }
  bool accepted() const { return accepted_; }
  Value root() const { return Value(&tape_, 1); }

 private:
  Block block_;
  SmallParser parser_;
  Tape tape_;
  bool accepted_;
};

constexpr std::string_view kCall =
    R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"memory_usage","arguments":)"
    R"({"action":"store","key":"k","value":"a line\nand \"another\"\t\\","tags":[],"ttl":-60,"of":[1,{},true]}}})";

TEST(SmallParser, ReadsARequest) {
  const Small parsed(kCall);
  ASSERT_TRUE(parsed.accepted());
  EXPECT_EQ(Convert(parsed.root()), Nlohmann::parse(kCall));
}

TEST(SmallParser, WhiteSpaceMayStandAnywhereBetween) {
  const std::string text = Nlohmann::parse(kCall).dump(2) + "\r\t ";
  const Small parsed(text);
  ASSERT_TRUE(parsed.accepted());
  EXPECT_EQ(Convert(parsed.root()), Nlohmann::parse(kCall));
}

TEST(SmallParser, TextOfEveryLengthIsReadWhole) {
  for (std::size_t size = 0; size < 70; ++size) {
    const std::string text(size, 'x');
    const Small parsed("[\"" + text + "\",\"" + text + "\\n" + text + "\"]");
    ASSERT_TRUE(parsed.accepted()) << size;
    EXPECT_EQ(Convert(parsed.root()), Nlohmann({text, text + "\n" + text}));
  }
}

TEST(SmallParser, TextBeyondAsciiIsReadWhenItIsWellFormed) {
  const Small parsed("\"\xc3\xa9\"");
  ASSERT_TRUE(parsed.accepted());
  EXPECT_EQ(parsed.root().AsString(), "\xc3\xa9");
  EXPECT_FALSE(Small("\"\xc3\"").accepted());
  EXPECT_FALSE(Small("\"\xed\xa0\x80\"").accepted());
}

TEST(SmallParser, ADocumentThatIsCutOffIsDeclinedWhateverStandsBehindIt) {
  SmallParser parser;
  Block block(kCall.size());
  block.Append(kCall);
  for (std::size_t size = 0; size < kCall.size(); ++size) {
    EXPECT_FALSE(parser.Parse({block.data(), size})) << size;
  }
}

TEST(SmallParser, WhatStandsBehindTheTextIsNotRead) {
  // As many words as the text can need, and then brackets that would need more.
  const std::size_t size = SmallParser::kMaxText;
  std::string text(SmallParser::kMaxDepth, '[');
  while (text.size() + 2 < size) text += "1,";
  text += "11";
  Block block(size);
  block.Append(std::string_view(text).substr(0, size));
  std::memset(block.data() + size, ']', Block::kPadding);
  SmallParser parser;
  EXPECT_FALSE(parser.Parse({block.data(), size}));
}

TEST(SmallParser, WhatIsRareIsDeclined) {
  for (const std::string_view text :
       {"1.5", "1e3", "1234567890123456789", "\"\\u0041\"", "[01]", "-", "", " ", "nul"}) {
    EXPECT_FALSE(Small(text).accepted()) << text;
  }
  const unsigned deepest = SmallParser::kMaxDepth;
  EXPECT_TRUE(Small(std::string(deepest, '[') + std::string(deepest, ']')).accepted());
  EXPECT_FALSE(Small(std::string(deepest + 1, '[') + std::string(deepest + 1, ']')).accepted());
}

TEST(SmallParser, TheLongestTextFitsWhateverItIsMadeOf) {
  for (const std::string_view element : {"1", "\"\"", "{}", "[]", "-1", "null", "{\"\":1}", "\"\\n\""}) {
    std::string text = "[" + std::string(element);
    while (text.size() + element.size() + 2 <= SmallParser::kMaxText) text.append(",").append(element);
    text += "]";
    const Small parsed(text);
    ASSERT_TRUE(parsed.accepted()) << element;
    EXPECT_EQ(Convert(parsed.root()), Nlohmann::parse(text)) << element;
  }
}

TEST(SmallParser, WhatItAcceptsAnotherParserReadsAsTheSame) {
  std::mt19937 random(20261121);
  int accepted = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text(kCall);
    for (auto changes = 1 + random() % 2; changes > 0; --changes) {
      static constexpr std::string_view kBytes = "{}[]\",:0123456789-\\ntrue \n\x01\xc3\xa9";
      const std::size_t at = random() % text.size();
      const char byte = kBytes[random() % kBytes.size()];
      switch (random() % 3) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.insert(at, 1, byte);
          break;
        default:
          text.erase(at, 1 + random() % 4);
      }
    }
    const Small parsed(text);
    if (!parsed.accepted()) continue;
    ++accepted;
    const Nlohmann other = Nlohmann::parse(text, nullptr, false);
    ASSERT_FALSE(other.is_discarded()) << text;
    ASSERT_EQ(Convert(parsed.root()), other) << text;
  }
  EXPECT_GT(accepted, 10'000);
}

}  // namespace
}  // namespace skep::json
