#include "json/writer.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "json/reader.h"
#include "support/parsed.h"

namespace skep::json {
namespace {

using Nlohmann = nlohmann::json;

template <class Write>
std::string Written(Write write) {
  Block out;
  Writer to(out);
  write(to);
  return std::string(out.view());
}

std::string AsString(std::string_view text) {
  return Written([&](Writer& to) { to.String(text); });
}

std::string AsUtf8(std::uint32_t code) {
  std::string text;
  const auto tail = [&](unsigned shift) { text += static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xc0 | code >> 6), tail(0);
  } else if (code < 0x10000) {
    text += static_cast<char>(0xe0 | code >> 12), tail(6), tail(0);
  } else {
    text += static_cast<char>(0xf0 | code >> 18), tail(12), tail(6), tail(0);
  }
  return text;
}

TEST(Writer, PutsSeparatorsWhereTheyBelong) {
  const std::string text = Written([](Writer& to) {
    to.BeginObject();
    to.Key("empty");
    to.BeginObject();
    to.EndObject();
    to.Key("none");
    to.BeginArray();
    to.EndArray();
    to.Key("list");
    to.BeginArray();
    to.Int(1);
    to.String("two");
    to.BeginArray();
    to.EndArray();
    to.BeginObject();
    to.Member("a", true);
    to.Member("b", std::string_view("x"));
    to.Member("c", "literal");
    to.Member("d", std::int64_t{-4});
    to.EndObject();
    to.Raw("[5]");
    to.Null();
    to.Bool(false);
    to.Double(0.5);
    to.Uint(6);
    to.EndArray();
    to.KeyOf("any \"name\"");
    to.Int(7);
    to.EndObject();
  });
  EXPECT_EQ(text,
            R"({"empty":{},"none":[],"list":[1,"two",[],{"a":true,"b":"x","c":"literal","d":-4},[5],null,false,0.5,6],)"
            R"("any \"name\"":7})");
}

TEST(Writer, AppendsToWhatTheBlockHolds) {
  Block out;
  out.Append("before ");
  Writer to(out);
  to.BeginArray();
  to.EndArray();
  EXPECT_EQ(out.view(), "before []");
}

TEST(Writer, IntegersToTheEndsOfSixtyFourBits) {
  EXPECT_EQ(Written([](Writer& to) {
              to.BeginArray();
              to.Int(std::numeric_limits<std::int64_t>::min());
              to.Int(std::numeric_limits<std::int64_t>::max());
              to.Uint(std::numeric_limits<std::uint64_t>::max());
              to.Int(0);
              to.EndArray();
            }),
            "[-9223372036854775808,9223372036854775807,18446744073709551615,0]");
}

TEST(Writer, DoublesReadBackTheSame) {
  std::mt19937_64 random(4);
  std::vector<double> values = {0.0, -0.0, 1.0, 0.1, 1e22, 1e-7, 5e-324, 1.7976931348623157e308, -2.5};
  while (values.size() < 5000) {
    const double value = std::bit_cast<double>(random());
    if (std::isfinite(value)) values.push_back(value);
  }
  for (const double value : values) {
    const std::string text = Written([&](Writer& to) { to.Double(value); });
    EXPECT_EQ(Nlohmann::parse(text).get<double>(), value) << text;
    EXPECT_EQ(Parsed(text).root().AsDouble(), value) << text;
  }
}

TEST(Writer, ALargeDoubleIsNotWrittenAsAnIntegerThatNoTypeHolds) {
  EXPECT_EQ(Written([](Writer& to) { to.Double(21157160515854868480.0); }), "2.115716051585487e+19");
  EXPECT_EQ(Written([](Writer& to) { to.Double(-9007199254740992.0); }), "-9.007199254740992e+15");
  EXPECT_EQ(Written([](Writer& to) { to.Double(9007199254740991.0); }), "9007199254740991");
}

TEST(Writer, WhatIsNoNumberIsNull) {
  for (const double value : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(Written([&](Writer& to) { to.Double(value); }), "null");
  }
}

// --- Strings ----------------------------------------------------------------------------

TEST(Writer, EveryCodePointReadsBack) {
  std::string many;
  const auto check = [&] {
    const std::string text = AsString(many);
    ASSERT_EQ(Nlohmann::parse(text).get<std::string>(), many);
    ASSERT_EQ(Parsed(text).root().AsString(), many);
    many.clear();
  };
  for (std::uint32_t code = 0; code <= 0x10ffff; ++code) {
    if (code >= 0xd800 && code < 0xe000) continue;
    many += AsUtf8(code);
    if (many.size() > 10'000) check();
    if (HasFatalFailure()) return;
  }
  check();
}

TEST(Writer, RandomTextReadsBackWhateverItsLength) {
  std::mt19937 random(5);
  for (int round = 0; round < 400; ++round) {
    std::string text;
    // Around the size of a piece, which is 16 KiB.
    const std::size_t size = round % 4 == 0 ? 16'300 + random() % 200 : random() % 300;
    while (text.size() < size) {
      text += random() % 3 == 0 ? AsUtf8(static_cast<std::uint32_t>(random() % 0xd800)) : std::string(1, 'a');
    }
    const std::string written = AsString(text);
    ASSERT_EQ(Nlohmann::parse(written).get<std::string>(), text);
  }
}

TEST(Writer, CharactersAcrossPiecesStayWhole) {
  for (std::size_t before = 16 * 1024 - 5; before <= 16 * 1024; ++before) {
    const std::string text = std::string(before, 'x') + "\xf0\x9f\x98\x80\"\xe2\x82\xac\n";
    EXPECT_EQ(Nlohmann::parse(AsString(text)).get<std::string>(), text);
  }
}

TEST(Writer, BytesThatAreNoUtf8BecomeReplacementCharacters) {
  EXPECT_EQ(AsString("a\xff"
                     "b"),
            "\"a\xef\xbf\xbd"
            "b\"");
  EXPECT_EQ(AsString("\xc3"), "\"\xef\xbf\xbd\"") << "cut short";
  EXPECT_EQ(AsString("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"") << "a surrogate";
  EXPECT_EQ(AsString("\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\"") << "overlong";
  EXPECT_EQ(AsString("\x80\xe2\x82\xac\n"), "\"\xef\xbf\xbd\xe2\x82\xac\\n\"") << "what is sound stays";
}

TEST(Writer, RandomBytesAreAlwaysWrittenAsValidJson) {
  std::mt19937 random(6);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 200, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::string text = Written([&](Writer& to) {
      to.BeginArray();
      to.String(bytes);
      to.String("after");
      to.EndArray();
    });
    ASSERT_TRUE(IsUtf8(text));
    ASSERT_EQ(Nlohmann::parse(text)[1], "after");
    if (!IsUtf8(bytes)) continue;
    ASSERT_EQ(Nlohmann::parse(text)[0], bytes);
  }
}

TEST(Writer, AnEmptyStringIsTwoQuotes) {
  EXPECT_EQ(AsString(""), "\"\"");
  EXPECT_EQ(AsString({}), "\"\"");
}

// --- JSON in a string --------------------------------------------------------------------

/// `{"data":JSON,"text":"JSON once more"}`
std::string Twice(std::string_view json) {
  Block out;
  out.Append("noise in front of it ");
  const std::size_t begin = out.size();
  Writer to(out);
  to.BeginObject();
  to.Key("data");
  const std::size_t from = out.size();
  to.Raw(json);
  to.Key("text");
  to.StringOfJson(from, json.size());
  to.Member("after", true);
  to.EndObject();
  return std::string(out.view().substr(begin));
}

TEST(Writer, JsonInAStringReadsBackAsTheSameJson) {
  std::string large = "[\"";
  for (int i = 0; large.size() < 100'000; ++i)
    large += i % 7 == 0 ? "\\\"quoted\\\"\\n" : "plain \xe2\x82\xac text \\\\ ";
  large += "\"]";
  for (const std::string& json :
       {std::string("{}"), std::string(R"({"a":"\"\\\u0001\n","b":[1,"ä"]})"), std::string("[ 1 ,\n\t2]"), large}) {
    const std::string text = Twice(json);
    ASSERT_TRUE(IsUtf8(text));
    const auto parsed = Nlohmann::parse(text);
    EXPECT_EQ(parsed["data"], Nlohmann::parse(json));
    EXPECT_EQ(parsed["text"].get<std::string>(), json);
    EXPECT_EQ(parsed["after"], true);
  }
}

TEST(Writer, JsonInAStringIsSeparatedLikeAnyValue) {
  Block out;
  Writer to(out);
  to.BeginArray();
  to.Raw("{\"a\":1}");
  to.StringOfJson(1, 7);
  to.StringOfJson(1, 7);
  to.EndArray();
  EXPECT_EQ(out.view(), R"([{"a":1},"{\"a\":1}","{\"a\":1}"])");
}

}  // namespace
}  // namespace skep::json
