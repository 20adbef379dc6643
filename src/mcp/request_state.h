#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "json/reader.h"
#include "skep/dialogue.h"
#include "skep/error.h"
#include "skep/tool.h"

namespace skep::mcp {

/// What a call is: the tool and its arguments, however they were spelled. Two calls with the same digest ask for the
/// same.
std::string RequestDigest(const Tool& tool, const void* args);

/// The state of a modern call that has asked something: the client carries it and sends it back with the answers. What
/// a client brings is anybody's, so a state is authenticated (HMAC-SHA-256, under a key that only this process has) and
/// bound to the call it was made for and to a time: with it nobody can claim answers to what was not asked.
class RequestStates {
 public:
  RequestStates();

  /// The state of a call that has asked what is in `dialogue` and has the answers that are there. `wall_ms`: now.
  std::string Seal(std::string_view digest, const Dialogue& dialogue, std::int64_t wall_ms) const;
  /// Restores the dialogue, with its questions pending. An error if the state is none of ours, is for another call, or
  /// is older than limits::kAskMs.
  Expected<void> Open(std::string_view state, std::string_view digest, std::int64_t wall_ms, Dialogue& dialogue) const;

 private:
  std::array<unsigned char, 32> key_;
};

/// What a client says to a question: the result of the request that asked it. What is no answer to such a question is
/// as good as a form that was closed.
Answer ReadAnswer(Question::Kind kind, json::Value result);

/// Takes the answers to what is pending from a request's `inputResponses`; the others are passed over.
void TakeAnswers(json::Value responses, Dialogue& dialogue);

}  // namespace skep::mcp
