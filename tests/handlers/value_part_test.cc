#include "handlers/value_part.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "json/reader.h"
#include "json/writer.h"

namespace skep::handlers {
namespace {

std::string Part(std::string_view value, std::int64_t offset = 0, std::optional<std::int64_t> length = {}) {
  const auto part = TakePart(value, offset, length);
  EXPECT_TRUE(part) << part.error().message;
  return part ? std::string(*part) : std::string();
}

std::string Refusal(std::string_view value, std::int64_t offset, std::optional<std::int64_t> length = {}) {
  const auto part = TakePart(value, offset, length);
  EXPECT_FALSE(part);
  if (part) return "";
  EXPECT_EQ(part.error().code, ErrorCode::kInvalidArgument);
  return part.error().message;
}

TEST(TakePart, AValueThatFitsComesWhole) {
  EXPECT_EQ(Part(""), "");
  EXPECT_EQ(Part("honey"), "honey");
  EXPECT_EQ(Part("honey", 0, 5), "honey");
  EXPECT_EQ(Part("honey", 0, 1'000'000'000'000), "honey");
}

TEST(TakePart, BeginsAtTheOffsetAndHasTheLength) {
  EXPECT_EQ(Part("honey", 2), "ney");
  EXPECT_EQ(Part("honey", 1, 2), "on");
  EXPECT_EQ(Part("honey", 5), "") << "the end is a place, too";
  EXPECT_EQ(Part("", 0, 1), "");
}

TEST(TakePart, IsCutBetweenCharacters) {
  const std::string_view text = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80";  // 1 + 2 + 3 + 4 bytes
  const std::size_t ends[] = {1, 1, 3, 3, 3, 6, 6, 6, 6, 10};             // of lengths 1 to 10
  for (std::int64_t length = 1; length <= 10; ++length) {
    EXPECT_EQ(Part(text, 0, length), text.substr(0, ends[length - 1])) << length;
  }
}

TEST(TakePart, IsTheSameOfTheBytesThatAreWantedForIt) {
  std::string value;
  for (int i = 0; value.size() < 2 * limits::kCacheMaxValue; ++i) value += std::to_string(i) + "ü🐝\"\n";
  for (const std::size_t offset : {std::size_t{0}, std::size_t{1}, value.size() / 2, value.size() - 1, value.size()}) {
    for (std::size_t begin = offset; begin < std::min(offset + 8, value.size() + 1); ++begin) {
      for (const std::optional<std::int64_t> length :
           {std::optional<std::int64_t>(), std::optional<std::int64_t>(1), std::optional<std::int64_t>(1000)}) {
        const auto at = static_cast<std::int64_t>(begin);
        const swarm::Wanted wanted = WantedFor(at, length);
        const std::string read = value.substr(wanted.from, wanted.most);
        const auto whole = TakePart(value, at, length);
        const auto part = TakePart({read, wanted.from, value.size()}, at, length);
        ASSERT_EQ(part.has_value(), whole.has_value()) << begin;
        EXPECT_EQ(part.has_value() ? std::string(*part) : part.error().message,
                  whole.has_value() ? std::string(*whole) : whole.error().message);
      }
    }
  }
}

TEST(TakePart, AnOffsetBeyondTheEndIsTold) {
  EXPECT_EQ(Refusal("honey", 6), "offset 6 is beyond the end: the value has 5 bytes");
  EXPECT_EQ(Refusal("", 1), "offset 1 is beyond the end: the value has 0 bytes");
}

TEST(TakePart, AnOffsetInsideACharacterIsToldWhereItBegins) {
  for (const std::int64_t offset : {2, 3, 4}) {
    EXPECT_EQ(Refusal("a\xf0\x9f\x98\x80", offset),
              "offset " + std::to_string(offset) + " is inside a character, which begins at 1");
  }
}

TEST(TakePart, ALengthShorterThanTheCharacterIsTold) {
  EXPECT_EQ(Refusal("\xf0\x9f\x98\x80", 0, 3),
            "length is shorter than the character at this offset: ask for 4 bytes or more");
}

/// Bytes of an answer that a value takes: escaped as data, and that escaped again as text.
std::size_t OnTheWire(std::string_view value) {
  Block out;
  json::Writer to(out);
  to.String(value);
  const std::size_t data = out.size();
  json::Writer(out).StringOfJson(0, data);
  return out.size();
}

/// Reads a value part by part, as an answer says to. Each part must fit, and together they must be the value.
std::size_t CountParts(std::string_view value) {
  std::size_t parts = 0;
  std::size_t offset = 0;
  while (offset < value.size()) {
    const auto part = TakePart(value, static_cast<std::int64_t>(offset), {});
    EXPECT_TRUE(part);
    if (!part || part->empty()) return 0;
    EXPECT_EQ(*part, value.substr(offset, part->size()));
    EXPECT_TRUE(json::IsUtf8(*part));
    EXPECT_LE(OnTheWire(*part), limits::kMaxLine - 60 * limits::kKiB);
    offset += part->size();
    ++parts;
  }
  return parts;
}

std::string Repeat(std::string_view piece, std::size_t bytes) {
  std::string text;
  while (text.size() + piece.size() <= bytes) text += piece;
  return text;
}

TEST(TakePart, TheLargestValueComesInPartsThatFitWhateverItIsMadeOf) {
  EXPECT_EQ(CountParts(Repeat("plain text ", limits::kMaxValue)), 2U);
  EXPECT_EQ(CountParts(Repeat("\"\\", limits::kMaxValue)), 6U);
  EXPECT_EQ(CountParts(Repeat("\n", limits::kMaxValue)), 5U);
  EXPECT_EQ(CountParts(Repeat(std::string_view("\0\x1f", 2), limits::kMaxValue)), 12U);
  EXPECT_EQ(CountParts(Repeat("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", limits::kMaxValue)), 2U);
}

TEST(TakePart, APartIsAsLongAsItsCostAllows) {
  const std::string value = Repeat("x", limits::kMaxValue);
  EXPECT_GT(OnTheWire(Part(value)), limits::kMaxLine - 65 * limits::kKiB);
}

}  // namespace
}  // namespace skep::handlers
