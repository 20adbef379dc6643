#include "fuzz/schema.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "support/parsed.h"

namespace skep::fuzz {
namespace {

/// What is wrong with a value; "" when nothing is.
std::string Fault(std::string_view schema, std::string_view value) {
  const Parsed parsed(value);
  return Schema(nlohmann::json::parse(schema)).Check(parsed.root()).value_or("");
}

TEST(Schema, EachTypeIsThatTypeOnly) {
  constexpr std::string_view kTypes[] = {"null", "boolean", "integer", "string", "array", "object"};
  constexpr std::string_view kValues[] = {"null", "true", "7", R"("x")", "[]", "{}"};
  for (std::size_t type = 0; type < std::size(kTypes); ++type) {
    for (std::size_t value = 0; value < std::size(kValues); ++value) {
      const std::string schema = R"({"type":")" + std::string(kTypes[type]) + R"("})";
      EXPECT_EQ(Fault(schema, kValues[value]).empty(), type == value) << kTypes[type] << " " << kValues[value];
    }
  }
}

TEST(Schema, AnIntegerIsANumberAndMayHaveAPoint) {
  EXPECT_EQ(Fault(R"({"type":"number"})", "7"), "");
  EXPECT_EQ(Fault(R"({"type":"integer"})", "7.0"), "");
  EXPECT_NE(Fault(R"({"type":"integer"})", "7.5"), "");
  EXPECT_EQ(Fault(R"({"type":["integer","null"]})", "null"), "");
}

TEST(Schema, TheFaultNamesItsPlace) {
  constexpr std::string_view kSchema =
      R"({"type":"object","properties":{"a":{"type":"array","items":{"type":"string"}}},"required":["a"]})";
  EXPECT_EQ(Fault(kSchema, R"({"a":["x",1]})"), "/a/1: is of another type");
  EXPECT_EQ(Fault(kSchema, "{}"), ": \"a\" is missing");
  EXPECT_EQ(Fault(kSchema, R"({"a":[],"b":1})"), "");
}

TEST(Schema, WhatRefersToItselfWithoutEndFitsNothing) {
  EXPECT_EQ(Fault(R"({"$ref":"#"})", "1"), ": has a schema that refers to itself without end");
  EXPECT_EQ(Fault(R"({"properties":{"child":{"$ref":"#"}}})", R"({"child":{"child":{}}})"), "");
}

TEST(Schema, OtherMembersMayBeForbiddenOrTyped) {
  EXPECT_EQ(Fault(R"({"properties":{"a":{}},"additionalProperties":false})", R"({"b":1})"), "/b: must not be there");
  EXPECT_NE(Fault(R"({"additionalProperties":{"type":"string"}})", R"({"b":1})"), "");
  EXPECT_EQ(Fault(R"({"additionalProperties":{"type":"string"}})", R"({"b":"x"})"), "");
}

TEST(Schema, ChoicesAreComparedByTypeAndValue) {
  EXPECT_EQ(Fault(R"({"enum":["a",1]})", R"("a")"), "");
  EXPECT_EQ(Fault(R"({"enum":["a",1]})", "1"), "");
  EXPECT_NE(Fault(R"({"enum":["a",1]})", R"("1")"), "");
  EXPECT_NE(Fault(R"({"const":"b"})", R"("a")"), "");
}

TEST(Schema, BoundsHold) {
  EXPECT_EQ(Fault(R"({"minimum":1,"maximum":2})", "2"), "");
  EXPECT_NE(Fault(R"({"minimum":1,"maximum":2})", "0"), "");
  EXPECT_NE(Fault(R"({"minimum":1,"maximum":2})", "3"), "");
  EXPECT_NE(Fault(R"({"exclusiveMinimum":1})", "1"), "");
  EXPECT_NE(Fault(R"({"exclusiveMaximum":1})", "1"), "");
  EXPECT_NE(Fault(R"({"minLength":2})", R"("ä")"), "");
  EXPECT_EQ(Fault(R"({"maxLength":1})", R"("ä")"), "");
  EXPECT_NE(Fault(R"({"minItems":1})", "[]"), "");
  EXPECT_NE(Fault(R"({"maxItems":0})", "[1]"), "");
}

TEST(Schema, CombinationsHold) {
  constexpr std::string_view kAny = R"({"anyOf":[{"type":"string"},{"type":"integer"}]})";
  EXPECT_EQ(Fault(kAny, "1"), "");
  EXPECT_NE(Fault(kAny, "true"), "");
  constexpr std::string_view kOne = R"({"oneOf":[{"type":"number"},{"type":"integer"}]})";
  EXPECT_EQ(Fault(kOne, "1.5"), "");
  EXPECT_NE(Fault(kOne, "1"), "");
  EXPECT_NE(Fault(R"({"allOf":[{"type":"number"},{"minimum":3}]})", "1"), "");
}

TEST(Schema, APartMayReferToItself) {
  constexpr std::string_view kTree =
      R"({"$ref":"#/$defs/tree","$defs":{"tree":{"type":"object","properties":{"kids":{"type":"array","items":{"$ref":"#/$defs/tree"}}}}}})";
  EXPECT_EQ(Fault(kTree, R"({"kids":[{"kids":[]}]})"), "");
  EXPECT_EQ(Fault(kTree, R"({"kids":[{"kids":7}]})"), "/kids/0/kids: is of another type");
}

TEST(Schema, WhatItDoesNotKnowItNames) {
  const Schema schema(nlohmann::json::parse(
      R"({"type":"object","description":"d","properties":{"a":{"type":"string","pattern":"x"}},"if":{}})"));
  EXPECT_EQ(schema.unknown(), (std::set<std::string>{"if", "pattern"}));
}

}  // namespace
}  // namespace skep::fuzz
