#include "load/words.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace skep::load {
namespace {

using Words = std::vector<std::string>;

TEST(SplitWords, CutsAsAShellDoes) {
  EXPECT_EQ(SplitWords("skep serve"), Words({"skep", "serve"}));
  EXPECT_EQ(SplitWords("  a\t b\n"), Words({"a", "b"}));
  EXPECT_EQ(SplitWords(R"(node 'my server.js' "a \"b\" \\ \n" c\ d e'f'"g" '')"),
            Words({"node", "my server.js", R"(a "b" \ \n)", "c d", "efg", ""}));
}

TEST(SplitWords, SaysWhatDoesNotEnd) {
  for (const std::string text : {"", "   ", "a 'b", "a \"b", "a \\"}) {
    const auto words = SplitWords(text);
    ASSERT_FALSE(words) << text;
    EXPECT_EQ(words.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST(JoinWords, GivesACommandThatSplitsIntoTheSame) {
  const Words words = {"node", "my server.js", "it's", "", "a\"b\\", "--x={y}"};
  EXPECT_EQ(SplitWords(JoinWords(words)), words);
  EXPECT_EQ(JoinWords({"build/release/skep", "serve"}), "build/release/skep serve");
}

}  // namespace
}  // namespace skep::load
