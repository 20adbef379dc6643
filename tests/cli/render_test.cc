#include "cli/render.h"

#include <gtest/gtest.h>

namespace skep::cli {
namespace {

constexpr Style kPlain;

TEST(RenderForPeople, ScalarsAreAlignedLines) {
  EXPECT_EQ(RenderForPeople(R"({"key":"k","version":12,"found":true,"tags":["a","b"],"gone":null})", kPlain),
            "key      k\n"
            "version  12\n"
            "found    yes\n"
            "tags     a, b\n"
            "gone     -\n");
}

TEST(RenderForPeople, ListsOfObjectsAreTables) {
  EXPECT_EQ(
      RenderForPeople(R"({"n":2,"entries":[{"key":"a","size":7},{"key":"long one","size":1024,"note":"x"}]})", kPlain),
      "n  2\n"
      "\n"
      "entries\n"
      "  key       size  note\n"
      "  a            7\n"
      "  long one  1024  x\n");
}

TEST(RenderForPeople, AnObjectInATableHasItsColumns) {
  EXPECT_EQ(RenderForPeople(R"({"t":[{"a":"x","b":{"n":1,"m":2}},{"a":"y","b":{"m":3}}]})", kPlain),
            "t\n  a  b.n  b.m\n  x    1    2\n  y         3\n");
}

TEST(RenderForPeople, AListWithListsInItIsOneBlockAfterTheOther) {
  EXPECT_EQ(RenderForPeople(R"({"t":[{"a":"x","l":[{"n":1}]},{"a":"y","l":[]}]})", kPlain),
            "t\n  a  x\n\n  l\n    n\n    1\n\n  a  y\n  l  none\n");
}

TEST(RenderForPeople, ObjectsAreIndented) {
  EXPECT_EQ(RenderForPeople(R"({"stats":{"entries":3,"none":[]}})", kPlain), "stats\n  entries  3\n  none     none\n");
}

TEST(RenderForPeople, ATextOfSeveralLinesStandsAsItIs) {
  EXPECT_EQ(RenderForPeople(R"({"value":"one\n\ttwo\u001b[31m","key":"k"})", kPlain),
            "key  k\n\nvalue\none\n\ttwo\x1b[31m\n");
}

TEST(RenderForPeople, ATerminalIsToldNothingByStoredValues) {
  const Style terminal{.bold = false, .harmless = true};
  EXPECT_EQ(RenderForPeople(R"({"value":"one\n\ttwo\u001b[31m\n"})", terminal), "value\none\n\ttwo\\x1b[31m\n");
  EXPECT_EQ(RenderForPeople(R"({"key":"\u001b]0;x"})", kPlain), "key  \\x1b]0;x\n");
}

TEST(RenderForPeople, WidthIsInCharacters) {
  EXPECT_EQ(RenderForPeople(R"({"t":[{"a":"é","b":"x"},{"a":"ee","b":"y"}]})", kPlain),
            "t\n  a   b\n  é   x\n  ee  y\n");
}

TEST(Bold, OnlyWhereItIsWanted) {
  EXPECT_EQ(Bold("x", kPlain), "x");
  EXPECT_EQ(Bold("x", {.bold = true, .harmless = true}), "\x1b[1mx\x1b[0m");
}

TEST(StyleOf, WhatIsNoTerminalIsPlain) {
  const Style style = StyleOf({.in = 0, .out = -1, .err = 2});
  EXPECT_FALSE(style.bold);
  EXPECT_FALSE(style.harmless);
}

}  // namespace
}  // namespace skep::cli
