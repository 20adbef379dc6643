#include "json/copy.h"

#include <gtest/gtest.h>

#include <string>

#include "support/parsed.h"

namespace skep::json {
namespace {

TEST(Copy, IsTheSameValueInItsShortestSpelling) {
  for (const std::string text :
       {R"(null)", R"(true)", R"(-1)", R"(18446744073709551615)", R"(0.5)", R"("")", R"("a\"\\\n€")", R"([])", R"({})",
        R"([1,[2,{"a":[]}],"x"])", R"({"a":{"b":[true,false,null]},"ä\n":1,"a":2})"}) {
    EXPECT_EQ(Copy(Parsed(text).root()), text);
  }
  EXPECT_EQ(Copy(Parsed(R"( { "a" : [ 1 , 1.0e2 , "\u0041" ] } )").root()), R"({"a":[1,100,"A"]})");
}

TEST(Copy, StandsBetweenOtherMembers) {
  const Parsed document(R"({"x":[1,2]})");
  Block out;
  Writer to(out);
  to.BeginObject();
  to.Key("copy");
  CopyTo(document.root().Find("x"), to);
  to.Member("after", true);
  to.EndObject();
  EXPECT_EQ(out.view(), R"({"copy":[1,2],"after":true})");
}

TEST(Copy, GoesAsDeepAsAnyDocument) {
  const std::string deep = std::string(1000, '[') + std::string(1000, ']');
  EXPECT_EQ(Copy(Parsed(deep).root()), deep);
}

}  // namespace
}  // namespace skep::json
