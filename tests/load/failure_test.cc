#include "load/failure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace skep::load {
namespace {

using testing::HasSubstr;

Outcome Good() {
  Outcome outcome{.seconds = 1, .due = 10, .sent = 10, .answered = 10};
  outcome.latency.Record(1000);
  return outcome;
}

std::vector<Expectation> Expected(const char* text) { return {ParseExpectation(text).value()}; }

TEST(Failure, ThereIsNoneOfARunThatWasAnswered) {
  EXPECT_EQ(FailureOf(Good(), {}), "");
  EXPECT_EQ(FailureOf(Outcome(), {}), "") << "nothing was asked";
}

TEST(Failure, AConnectionThatEndedIsOne) {
  Outcome outcome = Good();
  outcome.broken_off = "the server is gone";
  EXPECT_EQ(FailureOf(outcome, Expected("errors<=50%")), "the server is gone");
}

TEST(Failure, ThatNothingHasSucceededIsOneWhateverIsExpected) {
  Outcome refused{.seconds = 1, .due = 10, .sent = 10, .answered = 10};
  refused.errors["error -32602"] = 10;
  EXPECT_THAT(FailureOf(refused, {}), HasSubstr("no request succeeded"));
  EXPECT_THAT(FailureOf(refused, Expected("errors<=100%")), HasSubstr("no request succeeded"));
}

TEST(Failure, ARequestWithoutAnAnswerIsOneUnlessErrorsAreExpected) {
  Outcome outcome = Good();
  outcome.errors[kUnanswered] = 1;
  EXPECT_EQ(FailureOf(outcome, {}), "1 request was unanswered at the end");
  EXPECT_EQ(FailureOf(outcome, Expected("p95<5ms")), "1 request was unanswered at the end");
  EXPECT_EQ(FailureOf(outcome, Expected("errors<0.1%")), "") << "that is for the expectation to judge";
}

TEST(Failure, OtherErrorsAreNot) {
  Outcome outcome = Good();
  outcome.errors["tool error"] = 5;
  EXPECT_EQ(FailureOf(outcome, {}), "");
}

}  // namespace
}  // namespace skep::load
