#include "mcp/request_state.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"
#include "support/parsed.h"

namespace skep::mcp {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;

Dialogue Asked() {
  Dialogue dialogue;
  dialogue.abilities.form = true;
  dialogue.answers["done"] = {
      .outcome = Answer::Outcome::kAccepted, .kind = Question::Kind::kForm, .content = R"({"a":"ä\n"})"};
  dialogue.Ask({.kind = Question::Kind::kForm, .key = "open", .message = "?", .url = {}, .params = {}});
  return dialogue;
}

TEST(RequestState, BringsBackWhatWasAskedAndAnswered) {
  const RequestStates states;
  const std::string state = states.Seal("digest", Asked(), kNow);
  Dialogue back;
  ASSERT_TRUE(states.Open(state, "digest", kNow + limits::kAskMs, back));
  ASSERT_EQ(back.answers.size(), 2U);
  EXPECT_EQ(back.answers["done"].outcome, Answer::Outcome::kAccepted);
  EXPECT_EQ(back.answers["done"].content, R"({"a":"ä\n"})");
  EXPECT_EQ(back.answers["open"].outcome, Answer::Outcome::kPending);
}

TEST(RequestState, IsRefusedWhenAnyCharacterOfItIsAnother) {
  const RequestStates states;
  const std::string state = states.Seal("digest", Asked(), kNow);
  for (std::size_t i = 0; i < state.size(); ++i) {
    std::string tampered = state;
    tampered[i] = tampered[i] == 'A' ? 'B' : 'A';
    Dialogue back;
    EXPECT_FALSE(states.Open(tampered, "digest", kNow, back)) << i;
    EXPECT_TRUE(back.answers.empty()) << i;
  }
  // Base 64 has no such letters, but libsodium reads each as one of those it has.
  for (int c = 0x80; c <= 0xff; ++c) {
    for (const std::size_t i : {std::size_t{0}, state.size() / 2}) {
      std::string tampered = state;
      tampered[i] = static_cast<char>(c);
      Dialogue back;
      EXPECT_FALSE(states.Open(tampered, "digest", kNow, back)) << c << " at " << i;
    }
  }
  for (std::size_t size = 0; size < state.size(); ++size) {
    Dialogue back;
    EXPECT_FALSE(states.Open(state.substr(0, size), "digest", kNow, back)) << size;
  }
  Dialogue back;
  EXPECT_FALSE(states.Open(state + "A", "digest", kNow, back));
}

TEST(RequestState, IsGoodForOneCallOneTimeAndOneProcess) {
  const RequestStates states;
  const std::string state = states.Seal("digest", Asked(), kNow);
  Dialogue back;
  EXPECT_FALSE(states.Open(state, "another", kNow, back));
  EXPECT_FALSE(states.Open(state, "digest", kNow + limits::kAskMs + 1, back));
  EXPECT_FALSE(states.Open(state, "digest", kNow - 1, back));
  EXPECT_FALSE(RequestStates().Open(state, "digest", kNow, back));
}

TEST(RequestState, TakesAnswersToWhatIsPendingAndNoOthers) {
  Dialogue dialogue = Asked();
  const Parsed responses(
      R"({"open":{"action":"accept","content":{"x":1}},"done":{"action":"decline"},"other":{"action":"accept"}})");
  TakeAnswers(responses.root(), dialogue);
  EXPECT_EQ(dialogue.answers.size(), 2U);
  EXPECT_EQ(dialogue.answers["open"].outcome, Answer::Outcome::kAccepted);
  EXPECT_EQ(dialogue.answers["open"].content, R"({"x":1})");
  EXPECT_EQ(dialogue.answers["done"].outcome, Answer::Outcome::kAccepted);
}

TEST(RequestState, AnswersThatAreNoneAreLikeAFormThatWasClosed) {
  for (const std::string text : {"1", "null", "[]", "{}", R"({"action":1})", R"({"action":"cancel"})",
                                 R"({"action":"maybe"})", R"({"content":{}})"}) {
    EXPECT_EQ(ReadAnswer(Question::Kind::kForm, Parsed(text).root()).outcome, Answer::Outcome::kDismissed) << text;
  }
  EXPECT_EQ(ReadAnswer(Question::Kind::kForm, Parsed(R"({"action":"decline"})").root()).outcome,
            Answer::Outcome::kDeclined);
  const Answer bare = ReadAnswer(Question::Kind::kUrl, Parsed(R"({"action":"accept"})").root());
  EXPECT_EQ(bare.outcome, Answer::Outcome::kAccepted);
  EXPECT_EQ(bare.content, "{}");
  EXPECT_EQ(ReadAnswer(Question::Kind::kRoots, Parsed(R"({"roots":[]})").root()).content, R"({"roots":[]})");
}

}  // namespace
}  // namespace skep::mcp
