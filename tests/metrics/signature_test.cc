#include "metrics/signature.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"

namespace skep::metrics {
namespace {

TEST(SignatureOf, WordsStay) {
  EXPECT_EQ(SignatureOf("nothing is ready: others are at work; claim again with wait"),
            "nothing is ready: others are at work; claim again with wait");
  EXPECT_EQ(SignatureOf("can't read/write it's agent's"), "can't read/write it's agent's");
  EXPECT_EQ(SignatureOf(""), "");
}

TEST(SignatureOf, QuotedTextIsLeftOut) {
  EXPECT_EQ(SignatureOf(R"(there is no task "tk_0x": list them)"), "there is no task \"…\": list them");
  EXPECT_EQ(SignatureOf(R"(got "a \" b" and 'c d' and `e`)"), "got \"…\" and \"…\" and \"…\"");
  EXPECT_EQ(SignatureOf("an open \" stays"), "an open \" stays");
}

TEST(SignatureOf, SecretsAreLeftOut) {
  EXPECT_EQ(SignatureOf("login as ada: password=hunter2"), SignatureOf("login as ada: password=correct-horse"));
  EXPECT_EQ(SignatureOf("password=hunter2 refused"), "password=… refused");
}

TEST(SignatureOf, NumbersAreLeftOut) {
  EXPECT_EQ(SignatureOf("limit must be from 1 to 1000, got -7.5"), "limit must be from # to #, got #");
  EXPECT_EQ(SignatureOf("10.0.0.1:8080 after 12ms, attempt-3 of v1.2"), "# after #ms, attempt-# of v#");
}

TEST(SignatureOf, IdsKeepWhatTheyAreOf) {
  EXPECT_EQ(SignatureOf("tk_00000a is ag_000001's now, in sw_000002"), "tk_… is ag_…'s now, in sw_…");
  EXPECT_EQ(SignatureOf("no_reason given"), "no_reason given");
}

TEST(SignatureOf, PathsAddressesAndHashesAreLeftOut) {
  EXPECT_EQ(SignatureOf("cannot open /tmp/x/y: src/a.cc:12:5: C:\\temp\\z"), "cannot open <path>: <path>: <path>");
  EXPECT_EQ(SignatureOf("GET https://a.b/c?d=1 failed"), "GET <url> failed");
  EXPECT_EQ(SignatureOf("at 0x7ffe01 in 9f86d081884c7d65 of 123e4567-e89b-12d3-a456-426614174000"),
            "at <hex> in <hex> of <hex>");
  EXPECT_EQ(SignatureOf("request req-8Kx02Pq9ZzT71bn4 failed"), "request <id> failed");
}

TEST(SignatureOf, AListIsOneHoweverLong) {
  EXPECT_EQ(SignatureOf("one of 1, 2, 3"), SignatureOf("one of 7, 8"));
  EXPECT_EQ(SignatureOf(R"(held: "a", "b","c")"), "held: \"…\"");
}

TEST(SignatureOf, WhiteSpaceIsOneSpace) { EXPECT_EQ(SignatureOf("  a\t\n b \x1b[0m "), "a b [#m"); }

TEST(SignatureOf, LengthIsBoundedAtACharacter) {
  std::string message;
  for (int i = 0; i < 1000; ++i) message += "ä";
  const std::string signature = SignatureOf(message);
  EXPECT_LE(signature.size(), limits::kMaxSignature);
  EXPECT_EQ(signature.size() % 2, 0U);
}

}  // namespace
}  // namespace skep::metrics
