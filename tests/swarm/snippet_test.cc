#include "swarm/snippet.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace skep::swarm {
namespace {

TEST(Snippet, ShortTextIsShownWhole) {
  EXPECT_EQ(MakeSnippet("a short note"), "a short note");
  EXPECT_EQ(MakeSnippet(""), "");
}

TEST(Snippet, ControlCharactersBecomeSpaces) {
  EXPECT_EQ(MakeSnippet("one\ntwo\tthree"), "one two three");
  EXPECT_EQ(MakeSnippet(std::string_view("a\0b\x1b[31mc\x7f", 10)), "a b [31mc ");
  EXPECT_EQ(MakeSnippet("a\u009bb"), "a b");
  EXPECT_EQ(MakeSnippet("naïve £"), "naïve £");
}

TEST(Snippet, NeverEndsInsideACharacter) {
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::string text(shift, 'x');
    while (text.size() < 2 * limits::kMaxSnippet) text += "🐝";
    const std::string snippet = MakeSnippet(text);
    EXPECT_LE(snippet.size(), limits::kMaxSnippet);
    EXPECT_GT(snippet.size(), limits::kMaxSnippet - 4);
    EXPECT_EQ((snippet.size() - shift) % 4, 0U);
  }
}

TEST(Snippet, ShowsWhatStandsAroundTheMatch) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "filler ";
  const std::size_t at = text.size();
  text += "needle and some more";
  const std::string snippet = MakeSnippet(text, at);
  EXPECT_TRUE(snippet.starts_with("filler filler "));
  EXPECT_TRUE(snippet.ends_with("filler needle and some more"));
  EXPECT_LE(snippet.size(), limits::kMaxSnippet);
}

TEST(Snippet, AMatchNearTheBeginningIsShownWithIt) {
  const std::string text = "The first words, then the needle. " + std::string(500, 'x');
  EXPECT_TRUE(MakeSnippet(text, text.find("needle")).starts_with("The first words, then the needle."));
}

TEST(Snippet, AroundAMatchWithoutSpacesIsCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "蜂";
  for (std::size_t at = 150; at < 159; at += 3) {
    const std::string snippet = MakeSnippet(text, at);
    EXPECT_EQ(snippet.size() % 3, 0U);
    EXPECT_TRUE(snippet.starts_with("蜂"));
  }
}

TEST(Snippet, CutLeavesWhatFits) {
  EXPECT_EQ(CutAtCharacter("añb", 1), "a");
  EXPECT_EQ(CutAtCharacter("añb", 2), "a");
  EXPECT_EQ(CutAtCharacter("añb", 3), "añ");
  EXPECT_EQ(CutAtCharacter("añb", 99), "añb");
  EXPECT_EQ(CutAtCharacter("\x80\x80\x80\x80\x80\x80", 4), "\x80");
}

}  // namespace
}  // namespace skep::swarm
