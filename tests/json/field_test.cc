#include "skep/field.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/writer.h"
#include "support/parsed.h"

namespace skep {
namespace {

using Nlohmann = nlohmann::json;

enum class Shape : int { kMesh, kRing };
constexpr std::array<std::string_view, 2> Names(Shape) { return {"mesh", "ring"}; }

struct Step {
  std::string_view title;
  double weight = 1;
  std::vector<std::string_view> tags;

  static constexpr Field kFields[] = {
      Req<&Step::title>("title", "What it is called", {1, 20}),
      Opt<&Step::weight>("weight"),
      Opt<&Step::tags>("tags", {}, {.max = 3}),
  };
};

/// One member of every kind.
struct Everything {
  bool flag = true;
  int count = 8;
  std::int64_t total = 9'000'000'000;
  double ratio = 0.5;
  std::string_view text = "default";
  std::string copy = "owned";
  Timestamp at = {0};
  Shape shape = Shape::kRing;
  std::optional<std::int64_t> maybe;
  std::optional<std::string_view> maybe_text;
  std::vector<Step> steps;
  Step step;
  std::optional<std::vector<std::string_view>> names;

  static constexpr Field kFields[] = {
      Opt<&Everything::flag>("flag"),
      Opt<&Everything::count>("count", "How many", {1, 1024}),
      Opt<&Everything::total>("total", {}, {.min = 0}),
      Opt<&Everything::ratio>("ratio", {}, {.max = 1}),
      Opt<&Everything::text>("text", {}, {.min = 1}),
      Opt<&Everything::copy>("copy"),
      Opt<&Everything::at>("at"),
      Req<&Everything::shape>("shape", "Its form"),
      Opt<&Everything::maybe>("maybe", {}, {1, 5}),
      Opt<&Everything::maybe_text>("maybeText"),
      Opt<&Everything::steps>("steps", "In order", {1, 4}),
      Opt<&Everything::step>("step"),
      Opt<&Everything::names>("names"),
  };
};

struct Numbers {
  int a = 1;
  std::vector<std::int64_t> b = {2};

  static constexpr Field kFields[] = {Opt<&Numbers::a>("a"), Opt<&Numbers::b>("b")};
};

struct Nothing {
  static constexpr std::array<Field, 0> kFields = {};
};

// --- A row for each member ------------------------------------------------------------------

struct Forgotten {
  int a = 0;
  std::optional<std::string> b;
  std::vector<Step> c;

  static constexpr Field kFields[] = {Req<&Forgotten::a>("a"), Opt<&Forgotten::c>("c")};
};

struct OnceTooOften {
  int a = 0;

  static constexpr Field kFields[] = {Req<&OnceTooOften::a>("a"), Req<&OnceTooOften::a>("b")};
};

static_assert(Described<Everything>);
static_assert(Described<Step>);
static_assert(Described<Nothing>);
static_assert(!Described<Forgotten>, "a member without a row does not compile");
static_assert(!Described<OnceTooOften>, "nor does a row without a member");
static_assert(CountMembers<Everything>() == 13);

// --- Encoding -------------------------------------------------------------------------------

template <class Object>
std::string Encoded(const Object& object) {
  Block out;
  json::Writer to(out);
  EncodeFields(&object, Object::kFields, to);
  return std::string(out.view());
}

TEST(Encode, EveryKindInTheOrderOfTheTable) {
  Everything object{.at = {1'700'000'000'123}};
  object.maybe = 3;
  object.steps = {{.title = "a \"quoted\" title"}, {.title = "b", .weight = 2.5, .tags = {"x", "y"}}};
  object.step.title = "c";
  EXPECT_EQ(
      Encoded(object),
      R"({"flag":true,"count":8,"total":9000000000,"ratio":0.5,"text":"default","copy":"owned",)"
      R"("at":"2023-11-14T22:13:20.123Z","shape":"ring","maybe":3,)"
      R"("steps":[{"title":"a \"quoted\" title","weight":1,"tags":[]},{"title":"b","weight":2.5,"tags":["x","y"]}],)"
      R"("step":{"title":"c","weight":1,"tags":[]}})");
}

TEST(Encode, AnOptionalWithoutAValueIsLeftOutAndAnEmptyListIsNot) {
  const Nlohmann object = Nlohmann::parse(Encoded(Everything{}));
  EXPECT_FALSE(object.contains("maybe"));
  EXPECT_FALSE(object.contains("maybeText"));
  EXPECT_FALSE(object.contains("names"));
  EXPECT_EQ(object["steps"], Nlohmann::array());
  Everything full;
  full.names.emplace();
  EXPECT_EQ(Nlohmann::parse(Encoded(full))["names"], Nlohmann::array());
}

TEST(Encode, NothingIsAnEmptyObject) { EXPECT_EQ(Encoded(Nothing{}), "{}"); }

TEST(Encode, WhatWasEncodedDecodesToTheSame) {
  Everything object;
  object.flag = false;
  object.count = 3;
  object.text = "line\n\xe2\x82\xac";
  object.maybe_text = "";
  object.steps = {{.title = "a", .weight = -0.25, .tags = {"", "t"}}};
  object.step.title = "s";
  object.names = {{"n"}};
  Nlohmann json = Nlohmann::parse(Encoded(object));
  json.erase("at");  // time stamps are written only
  const Parsed parsed(json.dump());
  Everything back;
  const auto done = DecodeFields(parsed.root(), Everything::kFields, &back);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(Encoded(back), Encoded(object));
}

// --- Text that outlives its document ------------------------------------------------------------

TEST(OwnText, LeavesNoViewIntoTheDocument) {
  Everything object;
  Block arena;
  {
    const Parsed parsed(R"({"shape":"mesh","text":"borrowed","copy":"c","maybeText":"too","names":["n1","","n3"],)"
                        R"("steps":[{"title":"t1","tags":["a","b"]},{"title":"t2"}],"step":{"title":"t3"}})");
    ASSERT_TRUE(DecodeFields(parsed.root(), Everything::kFields, &object));
    OwnText(Everything::kFields, &object, arena);
  }  // under AddressSanitizer a view left behind would now be seen
  EXPECT_EQ(object.text, "borrowed");
  EXPECT_EQ(object.maybe_text, "too");
  EXPECT_EQ(*object.names, (std::vector<std::string_view>{"n1", "", "n3"}));
  EXPECT_EQ(object.steps[0].title, "t1");
  EXPECT_EQ(object.steps[0].tags[1], "b");
  EXPECT_EQ(object.steps[1].title, "t2");
  EXPECT_EQ(object.step.title, "t3");
  const std::string_view all = arena.view();
  const auto inside = [&](std::string_view text) {
    return text.empty() || (text.data() >= all.data() && text.data() + text.size() <= all.data() + all.size());
  };
  EXPECT_TRUE(inside(object.text) && inside(*object.maybe_text) && inside(object.step.title));
}

TEST(OwnText, OfNoTextNeedsNoMemory) {
  Numbers numbers;
  Block arena;
  OwnText(Numbers::kFields, &numbers, arena);
  EXPECT_EQ(arena.capacity(), 0U);
}

// --- Schema ----------------------------------------------------------------------------------------

template <class Object>
Nlohmann Schema(const Object* defaults) {
  Block out;
  json::Writer to(out);
  WriteSchema(Object::kFields, defaults, to);
  return Nlohmann::parse(out.view());
}

TEST(Schema, OfArgumentsSaysWhatHelpsToFillThemIn) {
  const Everything defaults;
  EXPECT_EQ(Schema(&defaults), Nlohmann::parse(R"({
    "type": "object",
    "properties": {
      "flag": {"type": "boolean", "default": true},
      "count": {"type": "integer", "maximum": 1024, "description": "How many", "default": 8},
      "total": {"type": "integer", "default": 9000000000},
      "ratio": {"type": "number", "maximum": 1, "default": 0.5},
      "text": {"type": "string", "default": "default"},
      "copy": {"type": "string", "default": "owned"},
      "at": {"type": "string", "default": "1970-01-01T00:00:00.000Z"},
      "shape": {"type": "string", "enum": ["mesh", "ring"], "description": "Its form"},
      "maybe": {"type": "integer", "maximum": 5},
      "maybeText": {"type": "string"},
      "steps": {"type": "array", "description": "In order", "items": {
        "type": "object",
        "properties": {
          "title": {"type": "string", "description": "What it is called"},
          "weight": {"type": "number"},
          "tags": {"type": "array", "items": {"type": "string"}}},
        "required": ["title"]}},
      "step": {"type": "object",
        "properties": {
          "title": {"type": "string", "description": "What it is called"},
          "weight": {"type": "number"},
          "tags": {"type": "array", "items": {"type": "string"}}},
        "required": ["title"]},
      "names": {"type": "array", "items": {"type": "string"}}
    },
    "required": ["shape"]
  })"));
}

struct Named {
  std::string_view title;
  std::string_view body;
  static constexpr bool kFromText = true;
  static constexpr Field kFields[] = {Req<&Named::title>("title", {}, {1, 5}), Opt<&Named::body>("body")};
};
struct NamedList {
  std::vector<Named> items;
  static constexpr Field kFields[] = {Req<&NamedList::items>("items")};
};

TEST(Schema, OfWhatMayBeATextOrAnObjectSaysBoth) {
  const NamedList defaults;
  EXPECT_EQ(Schema(&defaults)["properties"]["items"]["items"], Nlohmann::parse(R"({"anyOf": [
    {"type": "string"},
    {"type": "object", "properties": {"title": {"type": "string"}, "body": {"type": "string"}}, "required": ["title"]}
  ]})"));
}

TEST(Decode, ATextStandsForAnObjectWithItsFirstField) {
  const Parsed parsed(R"({"items": ["one", {"title": "two", "body": "b"}]})");
  NamedList list;
  ASSERT_TRUE(DecodeFields(parsed.root(), NamedList::kFields, &list));
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_EQ(list.items[0].title, "one");
  EXPECT_EQ(list.items[1].body, "b");
  const Parsed too_long(R"({"items": ["too long"]})");
  NamedList refused;
  EXPECT_EQ(DecodeFields(too_long.root(), NamedList::kFields, &refused).error().message,
            "items[0].title must be a string of 1 to 5 characters, got 8 characters");
}

TEST(Schema, OfResultsSaysTheTypesOfWhatTheyAlwaysHave) {
  EXPECT_EQ(Schema<Step>(nullptr), Nlohmann::parse(R"({
    "type": "object",
    "properties": {"title": {"type": "string"}}
  })"));
  EXPECT_FALSE(Schema<Everything>(nullptr)["properties"].contains("step"));
}

TEST(Schema, OfNothingIsStillAnObject) {
  const Nothing defaults;
  EXPECT_EQ(Schema(&defaults), Nlohmann::parse(R"({"type":"object","properties":{}})"));
}

// --- Help texts ----------------------------------------------------------------------------------------

TEST(DescribeType, SaysWhatAFieldTakes) {
  std::vector<std::string> all;
  for (const Field& field : Everything::kFields) all.push_back(DescribeType(field));
  EXPECT_EQ(all, (std::vector<std::string>{"true or false", "an integer from 1 to 1024", "an integer at least 0",
                                           "a number at most 1", "a string of at least 1 characters", "a string",
                                           "a time", "one of mesh, ring", "an integer from 1 to 5", "a string",
                                           "an array of 1 to 4 objects", "an object", "an array of elements"}));
  EXPECT_EQ(DescribeType(Step::kFields[0]), "a string of 1 to 20 characters");
  EXPECT_EQ(DescribeType(Step::kFields[1]), "a number");
  EXPECT_EQ(DescribeType(Step::kFields[2]), "an array of at most 3 elements");
}

}  // namespace
}  // namespace skep
