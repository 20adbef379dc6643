#include "mcp/request_state.h"

#include <fmt/format.h>

#include <string>

#include "base/limits.h"
#include "bytes.h"
#include "checks.h"
#include "document.h"
#include "json/reader.h"

namespace skep::fuzz_targets {
namespace {

constexpr std::int64_t kNowMs = 1'700'000'000'000;

/// A dialogue made up from bytes.
Dialogue MakeDialogue(Bytes& bytes) {
  Dialogue dialogue;
  for (unsigned count = bytes.Byte() % 4; count > 0; --count) {
    const std::string key(bytes.Text(bytes.Byte() % 16));
    const std::string content(bytes.Text(bytes.Byte()));
    const auto kind = static_cast<Question::Kind>(bytes.Byte() % 5);
    const auto outcome = static_cast<Answer::Outcome>(bytes.Byte() % 5);
    // Keys and contents come from a parsed document.
    if (!json::IsUtf8(key) || !json::IsUtf8(content)) continue;
    dialogue.answers[key] = {.outcome = outcome, .kind = kind, .content = content};
  }
  return dialogue;
}

bool Same(const Dialogue& one, const Dialogue& other) {
  return std::ranges::equal(one.answers, other.answers, [](const auto& a, const auto& b) {
    return a.first == b.first && a.second.outcome == b.second.outcome && a.second.kind == b.second.kind &&
           a.second.content == b.second.content;
  });
}

/// What a client says may be anything: it changes the answers that are pending, and no others.
std::string CheckAnswers(std::string_view input, const Dialogue& dialogue) {
  PaddedText text(input, '"');
  json::Reader reader;
  if (reader.Parse(text.text()) != json::Outcome::kOk) return "";
  Dialogue answered = dialogue;
  answered.answers["pending"] = {.outcome = Answer::Outcome::kPending, .kind = Question::Kind::kForm, .content = {}};
  mcp::TakeAnswers(reader.root(), answered);
  for (const auto& [key, answer] : dialogue.answers) {
    const bool pending = answer.outcome == Answer::Outcome::kPending || key == "pending";
    if (!pending && answered.answers.at(key).content != answer.content) return fmt::format("{} is answered twice", key);
  }
  for (const auto kind :
       {Question::Kind::kForm, Question::Kind::kUrl, Question::Kind::kSample, Question::Kind::kRoots}) {
    const Answer answer = mcp::ReadAnswer(kind, reader.root());
    if (answer.outcome == Answer::Outcome::kPending || answer.outcome == Answer::Outcome::kUnavailable) {
      return "an answer that is none yet";
    }
    PaddedText content(answer.content, '"');
    json::Reader other;
    if (answer.outcome == Answer::Outcome::kAccepted && other.Parse(content.text()) != json::Outcome::kOk) {
      return fmt::format("accepted with {}, which is no JSON", answer.content);
    }
  }
  return "";
}

}  // namespace

std::string CheckRequestState(std::string_view input) {
  static const mcp::RequestStates states;
  constexpr std::string_view kDigest = "digest";
  const auto open = [](std::string_view state, std::string_view digest, std::int64_t at_ms, Dialogue& dialogue) {
    return states.Open(state, digest, at_ms, dialogue).has_value();
  };
  Dialogue opened;
  if (open(input, kDigest, kNowMs, opened)) return "a state that nobody has given is taken";

  Bytes bytes(input);
  const auto place = bytes.Number<std::uint16_t>();
  const char other = bytes.Number<char>();
  const Dialogue dialogue = MakeDialogue(bytes);
  const std::string state = states.Seal(kDigest, dialogue, kNowMs);
  opened = {};
  if (!open(state, kDigest, kNowMs + limits::kAskMs, opened)) return "a state of ours is refused";
  if (!Same(opened, dialogue)) return "a state gives back something else";

  if (open(state, "other", kNowMs, opened)) return "a state of another call is taken";
  if (open(state, kDigest, kNowMs + limits::kAskMs + 1, opened)) return "a state that is too old is taken";
  if (open(state, kDigest, kNowMs - 1, opened)) return "a state from the future is taken";
  std::string changed = state;
  changed[place % changed.size()] = other;
  if (changed != state && open(changed, kDigest, kNowMs, opened))
    return fmt::format("{} is taken for {}", changed, state);
  if (open(state.substr(0, place % state.size()), kDigest, kNowMs, opened)) return "a part of a state is taken";
  return CheckAnswers(input, dialogue);
}

}  // namespace skep::fuzz_targets
