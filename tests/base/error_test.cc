#include "skep/error.h"

#include <gtest/gtest.h>

#include <set>

namespace skep {
namespace {

TEST(Error, EveryCodeHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    names.insert(Name(static_cast<ErrorCode>(code)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(ErrorCode::kInternal) + 1);
  EXPECT_EQ(Name(ErrorCode::kInvalidArgument), "invalid_argument");
}

TEST(Error, FailMakesTheErrorHalfOfAnExpected) {
  const Expected<int> nothing = Fail(ErrorCode::kNotFound, "no such key");
  ASSERT_FALSE(nothing.has_value());
  EXPECT_EQ(nothing.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(nothing.error().message, "no such key");
}

}  // namespace
}  // namespace skep
