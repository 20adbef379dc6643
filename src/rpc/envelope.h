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
  std::string id;           ///< As JSON text, ready to be sent back: `7`, `"a-1"`. Empty for a notification.
  std::string_view method;  ///< Empty for a response.
  json::Value params;       ///< An object, or absent.
};

/// Why a message is none, and what may be answered.
struct Refusal {
  ErrorCode code;
  std::string id;  ///< Empty: not readable, so the answer carries none (clients reject `"id": null`).
  std::string message;
};

/// Judges one message. An id is a string or an integer (also written 7.0), as MCP narrows JSON-RPC; null, fractions and
/// ids longer than limits::kMaxIdBytes are refused. A message that has a method and no id is a notification, whose
/// faults are nobody's to hear: it comes back as one, with absent params if they were unusable.
/// `number_out_of_range`: the document has a number that no 64-bit type holds (json::Outcome::kNumberRange).
/// Fills `message`; what is returned is why it could not be.
std::optional<Refusal> ReadEnvelope(json::Value root, bool number_out_of_range, Message& message);

}  // namespace skep::rpc
