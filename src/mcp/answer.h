#pragma once

#include <cstdint>
#include <string_view>

#include "base/function_ref.h"
#include "json/writer.h"
#include "rpc/reply.h"
#include "skep/dialogue.h"
#include "skep/error.h"
#include "skep/resource.h"

namespace skep::mcp {

class Server;

/// What a call was for, which decides how its result becomes an answer.
struct AnswerForm {
  enum class Kind : std::uint8_t { kTool, kResource, kPrompt };
  Kind kind = Kind::kTool;
  bool modern = false;
  const Resource* resource = nullptr;  ///< kResource.
  std::string_view uri = {};           ///< kResource: what was asked for.
};

/// Answers a call. `write` appends its result as JSON, or returns why there is none: whatever it had written is taken
/// back. A tool's failure is a result (see tool_result.h), that of a resource or prompt an error of the protocol.
void AnswerCall(rpc::Reply& reply, const Server& server, const AnswerForm& form,
                FunctionRef<Expected<void>(json::Writer&)> write);

/// Answers a modern call that has to ask first: what it asks, and the state that the client sends back with the
/// answers.
void AnswerInputRequired(rpc::Reply& reply, const Server& server, std::span<const Question> questions,
                         std::string_view traceparent, std::string_view state);

/// No such resource: the two eras have different codes for that.
void RefuseResource(rpc::Reply& reply, bool modern, std::string_view uri, std::string_view message);

/// Appends a question as a request's `method` and `params`. `url_id`: names an elicitation of mode url, which
/// legacy clients want; empty in the modern era. `traceparent`: of the call that asks; empty: it has none.
void WriteQuestion(const Question& question, std::string_view url_id, std::string_view traceparent, json::Writer& to);

}  // namespace skep::mcp
