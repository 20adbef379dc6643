#include "swarm/glob.h"

#include <gtest/gtest.h>

#include <string>

namespace skep::swarm {
namespace {

bool Match(std::string_view pattern, std::string_view text) { return Glob(pattern).Matches(text); }

TEST(Glob, WithoutSpecialCharactersIsTheTextItself) {
  EXPECT_TRUE(Match("auth/token", "auth/token"));
  EXPECT_FALSE(Match("auth/token", "auth/tokens"));
  EXPECT_FALSE(Match("auth/token", "auth/toke"));
  EXPECT_FALSE(Match("auth", "Auth"));
  EXPECT_TRUE(Match("", ""));
  EXPECT_FALSE(Match("", "a"));
}

TEST(Glob, StarIsAnyTextAlsoNoneAndAlsoSlashes) {
  EXPECT_TRUE(Match("*", ""));
  EXPECT_TRUE(Match("*", "a/b/c"));
  EXPECT_TRUE(Match("auth/*", "auth/"));
  EXPECT_TRUE(Match("auth/*", "auth/jwt/key"));
  EXPECT_FALSE(Match("auth/*", "auth"));
  EXPECT_TRUE(Match("*key", "auth/key"));
  EXPECT_TRUE(Match("a*b*c", "a-b-b-c"));
  EXPECT_FALSE(Match("a*b*c", "a-b-b-"));
  EXPECT_TRUE(Match("**a**", "bab"));
  EXPECT_TRUE(Match("*aab", "aaaab"));
}

TEST(Glob, QuestionMarkIsOneCharacterHoweverManyBytesItHas) {
  EXPECT_TRUE(Match("a?c", "abc"));
  EXPECT_FALSE(Match("a?c", "ac"));
  EXPECT_TRUE(Match("a?c", "aéc"));
  EXPECT_TRUE(Match("a?c", "a🐝c"));
  EXPECT_FALSE(Match("a?c", "a🐝🐝c"));
  EXPECT_FALSE(Match("?", ""));
}

TEST(Glob, SetIsOneOfItsCharacters) {
  EXPECT_TRUE(Match("v[0-9]", "v7"));
  EXPECT_FALSE(Match("v[0-9]", "vx"));
  EXPECT_FALSE(Match("v[0-9]", "v"));
  EXPECT_TRUE(Match("v[^0-9]", "vx"));
  EXPECT_TRUE(Match("v[!0-9]", "vx"));
  EXPECT_FALSE(Match("v[!0-9]", "v1"));
  EXPECT_TRUE(Match("[α-ω]*", "λόγος"));
  EXPECT_TRUE(Match("[]a]", "]"));
  EXPECT_TRUE(Match("[^]a]", "b"));
  EXPECT_FALSE(Match("[^]a]", "]"));
  EXPECT_TRUE(Match("[a-]", "-"));
  EXPECT_TRUE(Match("[*]", "*"));
  EXPECT_FALSE(Match("[*]", "x"));
}

TEST(Glob, BracketThatIsNeverClosedIsAnOrdinaryCharacter) {
  EXPECT_TRUE(Match("a[1", "a[1"));
  EXPECT_FALSE(Match("a[1", "a1"));
  EXPECT_TRUE(Match("[]", "[]"));
  EXPECT_TRUE(Match("*[", "ab["));
}

TEST(Glob, BytesThatAreNotUtf8AreCharactersOfTheirOwn) {
  EXPECT_TRUE(Match("?", "\xff"));
  EXPECT_TRUE(Match("a?", "a\xf0"));
  EXPECT_TRUE(Match("*\xf0", "a\xf0"));
  EXPECT_TRUE(Match("[\xf0]", "\xf0"));
}

TEST(Glob, LiteralPrefixIsWhatStandsBeforeTheFirstSpecialCharacter) {
  EXPECT_EQ(Glob("auth/*").literal_prefix(), "auth/");
  EXPECT_EQ(Glob("*").literal_prefix(), "");
  EXPECT_EQ(Glob("key").literal_prefix(), "key");
  EXPECT_EQ(Glob("k?y").literal_prefix(), "k");
}

TEST(Glob, HostilePatternTakesPatternTimesTextAndNoMore) {
  const std::string text(1000, 'a');
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*aaa";
  pattern += "b";
  std::int64_t steps = 0;
  EXPECT_FALSE(Glob(pattern).Matches(text, steps));
  EXPECT_LE(steps, static_cast<std::int64_t>(pattern.size() * text.size()));
  EXPECT_GT(steps, 0);
}

}  // namespace
}  // namespace skep::swarm
