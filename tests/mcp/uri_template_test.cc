#include "mcp/uri_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace skep::mcp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr std::string_view kOne = "skep://task/{id}";
constexpr std::string_view kTwo = "skep://memory/{namespace}/{+key}";

TEST(UriTemplate, NamesItsVariables) {
  EXPECT_THAT(UriVariableNames("skep://leases"), IsEmpty());
  EXPECT_THAT(UriVariableNames(kOne), ElementsAre("id"));
  EXPECT_THAT(UriVariableNames(kTwo), ElementsAre("namespace", "key"));
}

TEST(UriTemplate, TakesAUriApart) {
  EXPECT_THAT(*MatchUri("skep://leases", "skep://leases"), IsEmpty());
  EXPECT_THAT(*MatchUri(kOne, "skep://task/tk_1"), ElementsAre(Pair("id", "tk_1")));
  EXPECT_THAT(*MatchUri(kTwo, "skep://memory/default/a/b//c"),
              ElementsAre(Pair("namespace", "default"), Pair("key", "a/b//c")));
}

TEST(UriTemplate, ValuesAreDecoded) {
  EXPECT_THAT(*MatchUri(kOne, "skep://task/a%2Fb%20c%c3%A9"), ElementsAre(Pair("id", "a/b cé")));
  EXPECT_THAT(*MatchUri(kTwo, "skep://memory/a%2fb/c%2Fd"), ElementsAre(Pair("namespace", "a/b"), Pair("key", "c/d")));
  EXPECT_THAT(*MatchUri(kOne, "skep://task/a+b%2B"), ElementsAre(Pair("id", "a+b+"))) << "a plus is a plus";
}

TEST(UriTemplate, WhatIsNotOfItsShapeIsNotTaken) {
  for (const char* uri :
       {"", "skep://task", "skep://task/", "skep://task/a/b", "skep://task/a/", "skep://tasks/a", "SKEP://task/a",
        "skep://task/%", "skep://task/%4", "skep://task/%zz", "skep://task/%ff", "skep://task/%c3"}) {
    EXPECT_FALSE(MatchUri(kOne, uri)) << uri;
  }
  EXPECT_FALSE(MatchUri("skep://leases", "skep://leases/"));
  EXPECT_FALSE(MatchUri("skep://leases", "skep://lease"));
  EXPECT_FALSE(MatchUri(kTwo, "skep://memory/default"));
  EXPECT_FALSE(MatchUri(kTwo, "skep://memory/default/"));
  EXPECT_FALSE(MatchUri(kTwo, "skep://memory//key"));
}

}  // namespace
}  // namespace skep::mcp
