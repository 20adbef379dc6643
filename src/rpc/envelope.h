#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "json/reader.h"
#include "rpc/error_code.h"

namespace skep::rpc {

/// One JSON-RPC 2.0 message, taken apart. Borrows from the document it was read from, except for the id.
struct Message {
  enum class Kind : std::uint8_t { kRequest, kNotification, kResponse };
  Kind kind = Kind::kRequest;
  /// As JSON text, ready to be sent back: `7`, `"a-1"`. Empty for a notification, and for a response that has none.
  std::string id;
  std::string_view method;  ///< Empty for a response.
  json::Value params;       ///< An object, or absent.
  json::Value result;       ///< Of a response; absent for one that is an error.
};

/// Why a message is none, and what may be answered.
struct Refusal {
  ErrorCode code;
  std::string id;  ///< Empty: not readable, so the answer carries none (clients reject `"id": null`).
  std::string message;
};

/// Writes an id as JSON text; false, and nothing written, if it is none: an id is a string or an integer (also written
/// 7.0), as MCP narrows JSON-RPC, and at most limits::kMaxIdBytes long as text.
bool ReadId(json::Value id, std::string& to);

/// Judges one message: fills `message`, or returns why it is none.
/// With a method and no id it is a notification, whose faults are nobody's to hear: it comes back as one, with absent
/// params if they were unusable. Without a method but with a result or an error it is a response, whatever its faults:
/// an answer to it would name a request of the peer's by the same id, or be answered in turn, without end.
/// `number_out_of_range`: the document has a number that no 64-bit type holds (json::Outcome::kNumberRange).
std::optional<Refusal> ReadEnvelope(json::Value root, bool number_out_of_range, Message& message);

}  // namespace skep::rpc
