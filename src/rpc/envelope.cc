#include "rpc/envelope.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "base/limits.h"
#include "json/writer.h"

namespace skep::rpc {
namespace {

using json::Type;
using json::Value;

std::string StringId(std::string_view text) {
  Block out;
  json::Writer(out).String(text);
  return std::string(out.view());
}

/// The id as JSON text, or nothing if it is not one that MCP allows.
std::optional<std::string> ReadId(Value id) {
  char digits[24];
  const auto text = [&](auto number) {
    return std::string(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
  };
  switch (id.type()) {
    case Type::kInt:
      return text(id.AsInt());
    case Type::kUint:
      return text(id.AsUint());
    case Type::kDouble: {
      const double value = id.AsDouble();
      if (std::trunc(value) != value || std::abs(value) > 0x1p53) return std::nullopt;
      return text(static_cast<std::int64_t>(value));
    }
    case Type::kString:
      if (id.AsString().size() > limits::kMaxIdBytes) return std::nullopt;
      return StringId(id.AsString());
    default:
      return std::nullopt;
  }
}

/// The members that mean something; what else a message has is ignored.
enum Member : unsigned { kVersion, kId, kMethod, kParams, kResult, kError, kMembers };
constexpr std::string_view kNames[kMembers] = {"jsonrpc", "id", "method", "params", "result", "error"};

}  // namespace

std::expected<Message, Refusal> ReadEnvelope(Value root, bool number_out_of_range) {
  std::string readable_id;
  const auto refuse = [&](ErrorCode code, std::string message) {
    return std::unexpected(Refusal{code, std::move(readable_id), std::move(message)});
  };
  if (!root.Is(Type::kObject)) return refuse(ErrorCode::kInvalidRequest, "a message must be an object");

  Value members[kMembers];
  std::string_view name;
  Value value;
  std::string_view twice;
  for (json::Members all(root); all.Next(name, value);) {
    for (unsigned i = 0; i < kMembers; ++i) {
      if (kNames[i] != name) continue;
      if (members[i].exists()) twice = kNames[i];
      members[i] = value;
      break;
    }
  }

  std::optional<std::string> id = ReadId(members[kId]);
  if (id && twice != kNames[kId]) readable_id = *id;
  if (!twice.empty()) return refuse(ErrorCode::kInvalidRequest, fmt::format("\"{}\" is given twice", twice));
  if (!members[kVersion].Is(Type::kString) || members[kVersion].AsString() != "2.0") {
    return refuse(ErrorCode::kInvalidRequest, "\"jsonrpc\" must be \"2.0\"");
  }
  if (members[kId].exists() && !id) {
    return refuse(ErrorCode::kInvalidRequest, "\"id\" must be a string (of at most 1024 bytes) or an integer");
  }

  Message message;
  if (id) message.id = std::move(*id);
  const bool answers = members[kResult].exists() || members[kError].exists();
  if (!members[kMethod].exists()) {
    if (!answers) return refuse(ErrorCode::kInvalidRequest, "\"method\" is missing");
    if (message.id.empty() || (members[kResult].exists() && members[kError].exists())) {
      return refuse(ErrorCode::kInvalidRequest, "a response has an \"id\" and either \"result\" or \"error\"");
    }
    message.kind = Message::Kind::kResponse;
    return message;
  }
  if (!members[kMethod].Is(Type::kString)) return refuse(ErrorCode::kInvalidRequest, "\"method\" must be a string");
  if (answers) {
    return refuse(ErrorCode::kInvalidRequest, "a message with a \"method\" has no \"result\" and no \"error\"");
  }
  message.method = members[kMethod].AsString();
  message.kind = message.id.empty() ? Message::Kind::kNotification : Message::Kind::kRequest;
  const bool usable_params = !members[kParams].exists() || members[kParams].Is(Type::kObject);
  if (usable_params) message.params = members[kParams];
  if (message.kind == Message::Kind::kNotification) return message;

  if (members[kParams].Is(Type::kArray)) {
    return refuse(ErrorCode::kInvalidParams, "\"params\" must be an object: MCP names its parameters");
  }
  if (!usable_params) return refuse(ErrorCode::kInvalidRequest, "\"params\" must be an object");
  if (number_out_of_range) {
    return refuse(ErrorCode::kInvalidParams, "a number is beyond what 64-bit integers and doubles hold");
  }
  return message;
}

}  // namespace skep::rpc
