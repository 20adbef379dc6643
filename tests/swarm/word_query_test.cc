#include "swarm/word_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"
#include "swarm/memory_fixture.h"

namespace skep::swarm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class WordQueryTest : public MemoryFixture {
 protected:
  void SetUp() override {
    MemoryFixture::SetUp();
    tokenizer_ = store::Tokenizer::Make(*database_);
    ASSERT_TRUE(tokenizer_);
  }

  WordQuery Parse(std::string_view pattern) {
    auto query = WordQuery::Parse(pattern, *tokenizer_);
    EXPECT_TRUE(query) << query.error().message;
    return query ? *query : WordQuery();
  }

  std::string Refused(std::string_view pattern) {
    const auto query = WordQuery::Parse(pattern, *tokenizer_);
    return query ? "accepted" : query.error().message;
  }

  std::vector<std::vector<std::string>> Words(std::string_view pattern) {
    std::vector<std::vector<std::string>> words;
    const WordQuery query = Parse(pattern);
    for (const Phrase& phrase : query.phrases()) words.push_back(phrase.words);
    return words;
  }

  bool Matches(std::string_view pattern, std::string_view key, std::string_view value) {
    const WordQuery query = Parse(pattern);
    return WordMatcher(query, *tokenizer_).Matches(key, value);
  }

  std::optional<std::size_t> Find(std::string_view pattern, std::string_view text) {
    const WordQuery query = Parse(pattern);
    return WordMatcher(query, *tokenizer_).Find(text);
  }

  std::unique_ptr<store::Tokenizer> tokenizer_;
};

TEST_F(WordQueryTest, WordsAreWhatStandsBetweenWhiteSpace) {
  EXPECT_THAT(Words("  deploy\tPLAN \n"), ElementsAre(ElementsAre("deploy"), ElementsAre("plan")));
}

TEST_F(WordQueryTest, QuotesHoldAPhraseTogether) {
  EXPECT_THAT(Words("\"blue green\" deploy"), ElementsAre(ElementsAre("blue", "green"), ElementsAre("deploy")));
  EXPECT_THAT(Words("a\"b c\"d"), ElementsAre(ElementsAre("a"), ElementsAre("b", "c"), ElementsAre("d")));
  EXPECT_THAT(Words("\"never closed"), ElementsAre(ElementsAre("never", "closed")));
}

TEST_F(WordQueryTest, PunctuationInsideAWordMakesItAPhrase) {
  EXPECT_THAT(Words("foo-bar/baz.cc"), ElementsAre(ElementsAre("foo", "bar", "baz", "cc")));
}

TEST_F(WordQueryTest, WhatHasNoWordsIsLeftOut) {
  EXPECT_THAT(Words("a && b"), ElementsAre(ElementsAre("a"), ElementsAre("b")));
  EXPECT_THAT(Words("\"\" * x 🐝"), ElementsAre(ElementsAre("x")));
}

TEST_F(WordQueryTest, AStarBehindAWordOrAPhraseMakesAPrefix) {
  const WordQuery query = Parse("dep* \"blue gre\"* plain");
  ASSERT_EQ(query.phrases().size(), 3U);
  EXPECT_TRUE(query.phrases()[0].prefix);
  EXPECT_TRUE(query.phrases()[1].prefix);
  EXPECT_FALSE(query.phrases()[2].prefix);
  EXPECT_EQ(query.RankedPhrases("n"), "sppw");
  EXPECT_EQ(query.RankedPhrases({}), "ppw");
}

TEST_F(WordQueryTest, TheSameWordTwiceIsOne) { EXPECT_THAT(Words("Cafe café cafe"), ElementsAre(ElementsAre("cafe"))); }

TEST_F(WordQueryTest, WithoutAWordItIsRefusedWithAdvice) {
  EXPECT_THAT(Refused("&& --"), HasSubstr("there is no word to look for in \"&& --\""));
  EXPECT_THAT(Refused(""), HasSubstr("give letters or digits"));
  EXPECT_THAT(Refused("🐝 🐝"), HasSubstr("no word"));
}

TEST_F(WordQueryTest, BoundsAreKept) {
  EXPECT_THAT(Refused("x a*"), HasSubstr("\"a*\" would match too much"));
  EXPECT_EQ(Refused("x 蜂*"), "accepted");
  EXPECT_THAT(Refused(std::string(limits::kMaxPattern + 1, 'x')), HasSubstr("a pattern may have 1024 bytes"));
  std::string phrase = "\"";
  std::string words;
  for (int i = 0; i < 70; ++i) {
    phrase += "w ";
    words += "w" + std::to_string(i) + " ";
  }
  EXPECT_THAT(Refused(phrase), HasSubstr("a phrase may have at most 64 words, one has 70"));
  EXPECT_THAT(Refused(words), HasSubstr("a search may have 32 different words"));
}

TEST_F(WordQueryTest, MatchExpressionQuotesEverything) {
  EXPECT_EQ(Parse("a OR b").MatchExpression({}), "{key value} : ( \"a\" \"OR\" \"b\")");
  EXPECT_EQ(Parse("x pre*").MatchExpression("ns"), "space : \"6e73\" AND {key value} : ( \"x\" \"pre*\" *)");
  EXPECT_EQ(Parse(std::string_view("a\0b c", 5)).MatchExpression({}), "{key value} : ( \"a b\" \"c\")");
}

TEST_F(WordQueryTest, MatcherWantsEveryPhraseInKeyOrValue) {
  EXPECT_TRUE(Matches("deploy plan", "plan/7", "how to deploy"));
  EXPECT_TRUE(Matches("deploy plan", "x", "Deploy the PLAN"));
  EXPECT_FALSE(Matches("deploy plan", "plan/7", "how to deployment"));
  EXPECT_FALSE(Matches("\"deploy plan\"", "deploy", "plan"));
}

TEST_F(WordQueryTest, MatcherFindsPhrasesInTheirOrder) {
  EXPECT_TRUE(Matches("\"a b a c\"", "k", "a b a b a c"));
  EXPECT_FALSE(Matches("\"a b a c\"", "k", "a b a a c"));
  EXPECT_TRUE(Matches("\"x x x\"", "k", "x-x;x"));
  EXPECT_FALSE(Matches("\"x x x\"", "k", "x x y x"));
}

TEST_F(WordQueryTest, MatcherKnowsPrefixes) {
  EXPECT_TRUE(Matches("q dep*", "q", "deployment"));
  EXPECT_TRUE(Matches("q dep*", "q", "dep"));
  EXPECT_FALSE(Matches("q dep*", "q", "redeploy"));
  EXPECT_TRUE(Matches("\"blue gre\"*", "k", "the blue green deploy"));
  EXPECT_FALSE(Matches("\"blue gre\"*", "k", "the blueish green deploy"));
}

TEST_F(WordQueryTest, MatcherTakesOffCaseAndAccentsInEveryScript) {
  EXPECT_TRUE(Matches("cafe", "k", "Le Café"));
  EXPECT_TRUE(Matches("CAFÉ", "k", "cafe"));
  EXPECT_TRUE(Matches("привет", "k", "ПРИВЕТ, мир"));
  EXPECT_TRUE(Matches("kelvin", "k", "\u212aelvin"));  // a sign that is K when its case is taken off
  EXPECT_FALSE(Matches("мир", "k", "plain ascii"));
}

TEST_F(WordQueryTest, MatcherLooksNoFurtherThanIsIndexed) {
  std::string value(limits::kMaxIndexedText, ' ');
  value += "needle";
  EXPECT_FALSE(Matches("needle", "k", value));
  EXPECT_TRUE(Matches("needle", "k", value.substr(10)));
}

TEST_F(WordQueryTest, MatcherSaysWhereTheFirstMatchBegins) {
  EXPECT_EQ(Find("green", "the blue green deploy"), 9U);
  EXPECT_EQ(Find("\"blue green\"", "the blue green deploy"), 4U);
  EXPECT_EQ(Find("deploy blue", "the blue green deploy"), 4U);
  EXPECT_EQ(Find("nothing", "the blue green deploy"), std::nullopt);
  EXPECT_EQ(Find("vert", "é è vert"), 6U);
}

TEST_F(WordQueryTest, LowerCaseIsTakenOfLettersOnly) {
  // The characters around A-Z and a-z: were they changed, these would be found or missed wrongly.
  EXPECT_FALSE(Matches("z", "k", "@[`{ no"));
  EXPECT_TRUE(Matches("az", "k", "@AZ["));
  EXPECT_TRUE(Matches("a z", "k", "[A] {Z} `@`"));
}

}  // namespace
}  // namespace skep::swarm
