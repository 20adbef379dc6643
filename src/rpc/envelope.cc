#include "rpc/envelope.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "base/limits.h"
#include "json/escape.h"

namespace skep::rpc {
namespace {

using json::Type;
using json::Value;

/// A string's JSON text, unless it is too long for an id. It comes from the parser, so it is valid UTF-8.
bool ReadStringId(std::string_view text, std::string& to) {
  char json[limits::kMaxIdBytes * json::kMaxEscape + json::kEscapeSlack];
  if (text.size() > limits::kMaxIdBytes) return false;
  const auto size = static_cast<std::size_t>(json::Escape(text, json).end - json);
  if (size + 2 > limits::kMaxIdBytes) return false;
  to.reserve(size + 2);
  to = '"';
  to.append(json, size);
  to += '"';
  return true;
}

/// The members that mean something; what else a message has is ignored.
enum Member : unsigned { kVersion, kId, kMethod, kParams, kResult, kError, kMembers };
constexpr std::string_view kNames[kMembers] = {"jsonrpc", "id", "method", "params", "result", "error"};

/// Which member a name is, by its length first: this runs for every member of every message, and a comparison with a
/// literal is one or two instructions.
unsigned FindMember(std::string_view name) {
  switch (name.size()) {
    case 2:
      return name == "id" ? kId : kMembers;
    case 5:
      return name == "error" ? kError : kMembers;
    case 6:
      return name == "method" ? kMethod : name == "params" ? kParams : name == "result" ? kResult : kMembers;
    case 7:
      return name == "jsonrpc" ? kVersion : kMembers;
    default:
      return kMembers;
  }
}

}  // namespace

bool ReadId(Value id, std::string& to) {
  char digits[24];
  const auto assign = [&](auto number) {
    const auto size = static_cast<std::size_t>(std::to_chars(digits, digits + sizeof(digits), number).ptr - digits);
    to.resize_and_overwrite(size, [&](char* text, std::size_t) {
      std::memcpy(text, digits, size);
      return size;
    });
    return true;
  };
  switch (id.type()) {
    case Type::kInt:
      return assign(id.AsInt());
    case Type::kUint:
      return assign(id.AsUint());
    case Type::kDouble: {
      const double value = id.AsDouble();
      if (std::trunc(value) != value || std::abs(value) > 0x1p53) return false;
      return assign(static_cast<std::int64_t>(value));
    }
    case Type::kString:
      return ReadStringId(id.AsString(), to);
    default:
      return false;
  }
}

std::optional<Refusal> ReadEnvelope(Value root, bool number_out_of_range, Message& message) {
  const auto refuse = [&](ErrorCode code, std::string why) {
    return Refusal{code, std::move(message.id), std::move(why)};
  };
  if (!root.Is(Type::kObject)) return refuse(ErrorCode::kInvalidRequest, "a message must be an object");

  Value members[kMembers];
  std::string_view name;
  Value value;
  std::string_view twice;
  bool id_twice = false;
  bool has_id = false;
  for (json::Members all(root); all.Next(name, value);) {
    const unsigned member = FindMember(name);
    if (member == kMembers) continue;
    if (members[member].exists()) [[unlikely]] {
      twice = kNames[member];
      id_twice = id_twice || member == kId;
    }
    members[member] = value;
  }

  const bool answers = members[kResult].exists() || members[kError].exists();
  if (answers && !members[kMethod].exists()) {
    if (!id_twice) ReadId(members[kId], message.id);
    message.kind = Message::Kind::kResponse;
    if (!members[kError].exists()) message.result = members[kResult];
    return std::nullopt;
  }
  // Of two ids neither can be trusted.
  if (!id_twice) has_id = ReadId(members[kId], message.id);
  if (!twice.empty()) [[unlikely]] {
    return refuse(ErrorCode::kInvalidRequest, fmt::format("\"{}\" is given twice", twice));
  }
  if (!members[kVersion].Is(Type::kString) || members[kVersion].AsString() != "2.0") {
    return refuse(ErrorCode::kInvalidRequest, "\"jsonrpc\" must be \"2.0\"");
  }
  if (members[kId].exists() && !has_id) {
    return refuse(ErrorCode::kInvalidRequest,
                  fmt::format("\"id\" must be a string of at most {} bytes or an integer", limits::kMaxIdBytes));
  }

  if (!members[kMethod].exists()) return refuse(ErrorCode::kInvalidRequest, "\"method\" is missing");
  if (!members[kMethod].Is(Type::kString)) return refuse(ErrorCode::kInvalidRequest, "\"method\" must be a string");
  if (answers) {
    return refuse(ErrorCode::kInvalidRequest, "a message with a \"method\" has no \"result\" and no \"error\"");
  }
  message.method = members[kMethod].AsString();
  message.kind = has_id ? Message::Kind::kRequest : Message::Kind::kNotification;
  const bool usable_params = !members[kParams].exists() || members[kParams].Is(Type::kObject);
  if (usable_params) message.params = members[kParams];
  if (message.kind == Message::Kind::kNotification) return std::nullopt;

  if (members[kParams].Is(Type::kArray)) {
    return refuse(ErrorCode::kInvalidParams, "\"params\" must be an object: MCP names its parameters");
  }
  if (!usable_params) return refuse(ErrorCode::kInvalidRequest, "\"params\" must be an object");
  if (number_out_of_range) {
    return refuse(ErrorCode::kInvalidParams, "a number in this line is beyond what 64-bit integers and doubles hold");
  }
  return std::nullopt;
}

}  // namespace skep::rpc
