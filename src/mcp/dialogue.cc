#include "skep/dialogue.h"

#include <utility>

#include "json/reader.h"
#include "skep/ask.h"
#include "skep/block.h"

namespace skep {
namespace {

bool Can(const ClientAbilities& abilities, Question::Kind kind) {
  switch (kind) {
    case Question::Kind::kForm:
      return abilities.form;
    case Question::Kind::kUrl:
      return abilities.url;
    case Question::Kind::kSample:
      return abilities.sample;
    case Question::Kind::kSampleWithTools:
      return abilities.sample_tools;
    case Question::Kind::kRoots:
      return abilities.roots;
  }
  return false;
}

constexpr auto kPending = Answer::Outcome::kPending;
const Answer kUnavailable;

}  // namespace

const Answer& Dialogue::Ask(Question question) {
  // What was answered stands, whatever the client says now that it can.
  if (!Can(abilities, question.kind) && !answers.contains(question.key)) return kUnavailable;
  const auto [answer, is_new] =
      answers.try_emplace(question.key, Answer{.outcome = kPending, .kind = question.kind, .content = {}});
  if (answer->second.outcome == kPending) asked.push_back(std::move(question));
  return answer->second;
}

const Answer& ToolContext::Ask(Question question) {
  return dialogue_ == nullptr ? kUnavailable : dialogue_->Ask(std::move(question));
}

bool DecodeForm(const std::string& content, std::span<const Field> fields, void* form) {
  Block text(content.size());
  text.Append(content);
  json::Reader reader;
  if (reader.Parse({text.data(), text.size()}) != json::Outcome::kOk) return false;
  return DecodeFields(reader.root(), fields, form).has_value();
}

}  // namespace skep
