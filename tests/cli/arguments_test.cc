#include "cli/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>

#include "cli/run_cli.h"

namespace skep::cli {
namespace {

using testing::HasSubstr;

enum class Colour : int { kRed, kGreen };
constexpr std::array<std::string_view, 2> Names(Colour) { return {"red", "green"}; }

struct Point {
  int x = 0;
  static constexpr Field kFields[] = {Req<&Point::x>("x")};
};

struct Args {
  bool quick = false;
  std::int64_t max_agents = 8;
  double weight = 0;
  Colour colour = Colour::kRed;
  std::optional<std::string_view> value;
  std::string_view key;
  std::vector<std::string> names;
  std::vector<int> sizes;
  Point at;
  std::vector<Point> path;
  std::vector<std::string> log;

  static constexpr Field kFields[] = {
      Opt<&Args::quick>("quick"),
      Opt<&Args::max_agents>("maxAgents"),
      Opt<&Args::weight>("weight"),
      Opt<&Args::colour>("colour"),
      Opt<&Args::value>("value"),
      Opt<&Args::key>("key", {}, {1, 64}),
      Opt<&Args::names>("names"),
      Opt<&Args::sizes>("sizes"),
      Opt<&Args::at>("at"),
      Opt<&Args::path>("path"),
      Opt<&Args::log>("log", {}, {0, 10'000}),
  };
};
static_assert(Described<Args>);

Flag Given(std::string_view name, std::string value) {
  for (const Field& field : Args::kFields) {
    if (field.name == name) return {&field, std::move(value)};
  }
  std::abort();
}

/// The JSON that the flags make, or the error.
std::string Written(std::vector<Flag> flags, const std::optional<std::string>& all = std::nullopt) {
  Block out;
  const auto written = WriteArguments(flags, all, out);
  return written ? std::string(out.view()) : written.error().message;
}

TEST(FlagName, IsTheFieldsNameInKebabCase) {
  EXPECT_EQ(FlagName("maxAgents"), "max-agents");
  EXPECT_EQ(FlagName("ttl"), "ttl");
  EXPECT_EQ(FlagName("log-level"), "log-level");
}

TEST(WriteArguments, NothingGivenIsAnEmptyObject) { EXPECT_EQ(Written({}), "{}"); }

TEST(WriteArguments, WritesEachKindAsItsJson) {
  EXPECT_EQ(Written({Given("quick", "true"), Given("maxAgents", "12"), Given("weight", "-0.5e3"),
                     Given("colour", "green"), Given("key", "12")}),
            R"({"quick":true,"maxAgents":12,"weight":-0.5e3,"colour":"green","key":"12"})");
}

TEST(WriteArguments, WhatIsNoNumberStaysTextForTheDecoderToJudge) {
  for (const char* text : {"eight", "", "08", "1.", ".5", "+1", "1e", "0x10", "NaN", "1 "}) {
    EXPECT_EQ(Written({Given("maxAgents", text)}), std::string(R"({"maxAgents":")") + text + "\"}");
  }
  EXPECT_EQ(Written({Given("quick", "yes")}), R"({"quick":"yes"})");
}

TEST(WriteArguments, ListsTakeCommasJsonAndRepetition) {
  EXPECT_EQ(Written({Given("names", "a,b")}), R"({"names":["a","b"]})");
  EXPECT_EQ(Written({Given("names", R"( ["a,b", "c"] )")}), R"({"names":[" [\"a","b\""," \"c\"] "]})");
  EXPECT_EQ(Written({Given("names", R"(["a,b","c"])")}), R"({"names":["a,b","c"]})");
  EXPECT_EQ(Written({Given("names", "a"), Given("key", "k"), Given("names", "b")}), R"({"names":["a","b"],"key":"k"})");
  EXPECT_EQ(Written({Given("sizes", "1,x")}), R"({"sizes":[1,"x"]})");
  EXPECT_EQ(Written({Given("names", "")}), R"({"names":[]})");
  EXPECT_EQ(Written({Given("names", "[]")}), R"({"names":[]})");
}

TEST(WriteArguments, WhatHasManyLinesIsCutAtTheirEnds) {
  EXPECT_EQ(Written({Given("log", "ERROR x, y failed\r\n\n{\"a\":1}\n")}),
            R"({"log":["ERROR x, y failed","","{\"a\":1}"]})");
  EXPECT_EQ(Written({Given("log", "[2026] one\ntwo")}), R"({"log":["[2026] one","two"]})");
  EXPECT_EQ(Written({Given("log", R"(["one","two"])")}), R"({"log":["one","two"]})");
}

TEST(WriteArguments, ObjectsAreJson) {
  EXPECT_EQ(Written({Given("at", R"({ "x": 1 })")}), R"({"at":{"x": 1}})");
  EXPECT_EQ(Written({Given("path", R"([{"x":1},{"x":2}])")}), R"({"path":[{"x":1},{"x":2}]})");
  EXPECT_THAT(Written({Given("at", "1")}), HasSubstr("--at: not a JSON object"));
  EXPECT_THAT(Written({Given("at", "{")}), HasSubstr("--at: not a JSON object: "));
  EXPECT_THAT(Written({Given("path", "a,b")}), HasSubstr("--path: not a JSON array"));
}

TEST(WriteArguments, BeginsWithWhatArgsSays) {
  EXPECT_EQ(Written({}, " {\"a\": 1}\n"), R"({"a": 1})");
  EXPECT_EQ(Written({Given("key", "k")}, R"({"a":1})"), R"({"a":1,"key":"k"})");
  EXPECT_EQ(Written({Given("key", "k")}, "{}"), R"({"key":"k"})");
  EXPECT_THAT(Written({}, "[1]"), HasSubstr("--args: not a JSON object"));
}

TEST(WriteArguments, BytesThatAreNotTextAreRefusedInsteadOfChanged) {
  EXPECT_THAT(Written({Given("value", "a\xff")}), HasSubstr("--value: not UTF-8"));
}

std::string Fetched(std::string_view name, const std::string& value, const std::string& in = "") {
  Flag flag = Given(name, value);
  const MemoryFile input(in);
  const auto fetched = FetchValues({&flag, 1}, input.fd());
  return fetched ? flag.value : fetched.error().message;
}

TEST(FetchValues, ReadsStandardInputToTheLastByte) {
  EXPECT_EQ(Fetched("value", "-", "two\nlines\n"), "two\nlines\n");
  EXPECT_EQ(Fetched("path", "-", "[]"), "[]");
}

TEST(FetchValues, ReadsAFile) {
  const TempDirectory directory;
  std::ofstream(directory / "file") << "content\n";
  EXPECT_EQ(Fetched("value", "@" + (directory / "file")), "content\n");
  EXPECT_THAT(Fetched("value", "@" + (directory / "none")), HasSubstr("--value: cannot open"));
  EXPECT_THAT(Fetched("value", "@" + directory.path()), HasSubstr("Is a directory"));
}

TEST(FetchValues, ReadsTheLinesOfAFile) {
  TempDirectory directory;
  std::ofstream(directory / "app.log") << "one\ntwo\n";
  EXPECT_EQ(Fetched("log", "@" + (directory / "app.log")), "one\ntwo\n");
}

TEST(FetchValues, TwoAtSignsAreOne) { EXPECT_EQ(Fetched("value", "@@ada"), "@ada"); }

TEST(FetchValues, TakesNamesLiterally) {
  EXPECT_EQ(Fetched("key", "@scope/package"), "@scope/package");
  EXPECT_EQ(Fetched("key", "-", "in"), "-");
  EXPECT_EQ(Fetched("names", "@all"), "@all");
}

TEST(FetchValues, StandardInputIsOneValueOnly) {
  std::vector<Flag> flags = {Given("value", "-"), Given("at", "-")};
  const MemoryFile input("{}");
  const auto fetched = FetchValues(flags, input.fd());
  ASSERT_FALSE(fetched.has_value());
  EXPECT_THAT(fetched.error().message, HasSubstr("--at: standard input is already"));
}

TEST(FetchValues, WhatIsLongerThanAMessageIsRefusedWithoutReadingOn) {
  EXPECT_THAT(Fetched("value", "@/dev/zero"), HasSubstr("longer than a message may be"));
}

}  // namespace
}  // namespace skep::cli
