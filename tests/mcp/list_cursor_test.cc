#include "mcp/list_cursor.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace skep::mcp {
namespace {

TEST(ListCursor, IsReadAsItWasWritten) {
  const auto place = ParseResourceCursor(FormatCursor({.resource = 3, .after = 70}));
  ASSERT_TRUE(place);
  EXPECT_EQ(place->resource, 3U);
  EXPECT_EQ(place->after, 70);
  EXPECT_EQ(ParseTasksCursor(FormatTasksCursor(INT64_MAX)), INT64_MAX);
}

TEST(ListCursor, WhatNobodyHasWrittenIsNone) {
  for (const char* const cursor : {"", "resources-", "resources-1", "resources-1-", "resources-1--1", "resources-01-2",
                                   "resources-1-2 ", "resources-99999999999999999999-1", "tasks-1"}) {
    EXPECT_FALSE(ParseResourceCursor(cursor)) << cursor;
  }
  for (const char* const cursor : {"", "tasks-", "tasks--1", "tasks-007", "tasks-1x", "tasks-9223372036854775808"}) {
    EXPECT_FALSE(ParseTasksCursor(cursor)) << cursor;
  }
}

}  // namespace
}  // namespace skep::mcp
