#include "metrics/redact.h"

#include <gtest/gtest.h>

#include <string>

namespace skep::metrics {
namespace {

TEST(WithoutSecrets, TheValueBehindASecretsNameIsLeftOut) {
  EXPECT_EQ(WithoutSecrets("login failed: password=hunter2 user=ada"), "login failed: password=… user=ada");
  EXPECT_EQ(WithoutSecrets("GET /x?api_key=abc&page=2"), "GET /x?api_key=…&page=2");
  EXPECT_EQ(WithoutSecrets("X-Api-Key: abc, DB_PASSWORD = 'a b'"), "X-Api-Key: …, DB_PASSWORD = …");
  EXPECT_EQ(WithoutSecrets("Authorization: Bearer a.b.c sent"), "Authorization: … sent");
  EXPECT_EQ(WithoutSecrets(R"({"token":"a\"b","n":1})"), R"({"token":…,"n":1})");
  EXPECT_EQ(WithoutSecrets(R"({\"clientSecret\": \"abc\"})"), R"({\"clientSecret\": \…"})");
  EXPECT_EQ(WithoutSecrets("key=a token=b"), "key=… token=…");
}

TEST(WithoutSecrets, OtherPairsAndSentencesStay) {
  for (const char* const text : {"inputTokens=1500", "unexpected token: }", "no such key: name", "std::token::Parse",
                                 "monkeys: 3", "password", "password=", "took=5 ms", ""}) {
    EXPECT_EQ(WithoutSecrets(text), text);
  }
}

TEST(WithoutQuoted, WhatIsQuotedIsLeftOut) {
  EXPECT_EQ(WithoutQuoted(R"(there is no task "my secret": task_status lists them)"),
            "there is no task \"…\": task_status lists them");
  EXPECT_EQ(WithoutQuoted("`a` and 'b', it's ada's"), "\"…\" and \"…\", it's ada's");
  EXPECT_EQ(WithoutQuoted("secret=x of tk_000001"), "secret=… of tk_000001");
}

TEST(WithoutQuoted, AQuoteThatIsNotClosedQuotesTheRest) {
  EXPECT_EQ(WithoutQuoted("got \"a and more"), "got \"…\"");
  EXPECT_EQ(WithoutQuoted("got \"" + std::string(5000, 'x') + "\" here"), "got \"…\"");
}

TEST(Quotes, AreFoundUpToABound) {
  const std::string within = "\"" + std::string(Quotes::kMaxQuoted - 1, 'x') + "\"";
  EXPECT_EQ(Quotes(within).EndFrom(0), within.size());
  const std::string beyond = "\"" + std::string(Quotes::kMaxQuoted, 'x') + "\"";
  EXPECT_EQ(Quotes(beyond).EndFrom(0), 0U);
}

TEST(Quotes, OneThatIsNotClosedDoesNotHideALaterOne) {
  // The first has no end within the bound, the last has.
  const std::string text = "'a " + std::string(1200, 'x') + " 'b'";
  Quotes quotes(text);
  EXPECT_EQ(quotes.EndFrom(0), 0U);
  EXPECT_EQ(quotes.EndFrom(text.size() - 3), text.size());
}

}  // namespace
}  // namespace skep::metrics
