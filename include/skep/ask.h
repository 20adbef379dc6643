#pragma once

#include <string>
#include <utility>

#include "skep/context.h"
#include "skep/field.h"

namespace skep {

/// What a form came back with.
template <class Form>
struct FormAnswer {
  Answer::Outcome outcome = Answer::Outcome::kUnavailable;
  Form form;  ///< kAccepted.

  bool pending() const { return outcome == Answer::Outcome::kPending; }
  bool accepted() const { return outcome == Answer::Outcome::kAccepted; }
  /// Whether the person could not be asked at all.
  bool unavailable() const { return outcome == Answer::Outcome::kUnavailable; }
};

/// Decodes what came back. Not a form of that kind: false.
bool DecodeForm(const std::string& content, std::span<const Field> fields, void* form);

/// Has the person at the client fill in a Form: a struct with a table of plain fields that borrow nothing (texts are
/// std::string). Look at pending() first.
template <class Form>
FormAnswer<Form> AskForm(ToolContext& context, std::string key, std::string message) {
  static_assert(Described<Form>);
  static const Form kDefaults;
  const Answer& answer = context.Ask({.kind = Question::Kind::kForm,
                                      .key = std::move(key),
                                      .message = std::move(message),
                                      .form = Form::kFields,
                                      .form_defaults = &kDefaults});
  FormAnswer<Form> result{.outcome = answer.outcome, .form = {}};
  if (result.accepted() && !DecodeForm(answer.content, Form::kFields, &result.form)) {
    result.outcome = Answer::Outcome::kDismissed;
  }
  return result;
}

}  // namespace skep
