#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "skep/field.h"

namespace skep {

/// What a client can be asked, as it has declared.
struct ClientAbilities {
  bool form = false;          ///< A person fills in a form (elicitation).
  bool url = false;           ///< A person is sent to a page (elicitation, mode url).
  bool sample = false;        ///< Its model completes a text (sampling).
  bool sample_tools = false;  ///< The same with tools for that model to call.
  bool roots = false;         ///< It tells the directories it works in.

  bool any() const { return form || url || sample || roots; }
};

/// Something that a call has to ask the client before it can go on.
struct Question {
  enum class Kind : std::uint8_t { kForm, kUrl, kSample, kSampleWithTools, kRoots };
  Kind kind = Kind::kForm;
  /// Tells the questions of one call apart: [A-Za-z0-9_]. The same question has the same key when the call is run
  /// again.
  std::string key;
  std::string message;                  ///< kForm, kUrl: what the person reads.
  std::span<const Field> form = {};     ///< kForm: what is to be filled in; numbers, texts, booleans and choices only.
  const void* form_defaults = nullptr;  ///< kForm: an object that lives for ever.
  std::string url;                      ///< kUrl.
  std::string params;                   ///< kSample…: the parameters of sampling/createMessage, as JSON.
};

/// What came of a question.
struct Answer {
  enum class Outcome : std::uint8_t {
    kPending,      ///< It is being asked: return whatever, the call is run again when there is an answer.
    kAccepted,     ///< `content` is the answer.
    kDeclined,     ///< The person said no.
    kDismissed,    ///< Asked in vain: the person closed the form, the client failed or nobody answered in time.
    kUnavailable,  ///< This client cannot be asked such a thing, and was not.
  };
  Outcome outcome = Outcome::kUnavailable;
  Question::Kind kind = Question::Kind::kForm;  ///< Of the question.
  /// kAccepted: JSON. kForm: the form's values; kSample…: the result of sampling/createMessage; kRoots: of roots/list.
  std::string content;
};

/// What one call has asked so far. Belongs to whoever runs the call.
struct Dialogue {
  ClientAbilities abilities;
  std::map<std::string, Answer, std::less<>> answers;  ///< By key.
  std::vector<Question> asked;                         ///< By the last run, and not yet answered.

  /// The answer, if there is one. Otherwise notes the question, and the answer is that it is pending.
  const Answer& Ask(Question question);
};

}  // namespace skep
