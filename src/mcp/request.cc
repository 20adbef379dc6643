#include "mcp/request.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "base/printable.h"
#include "json/writer.h"
#include "mcp/log_relay.h"

namespace skep::mcp {
namespace {

using json::Type;
using json::Value;
using rpc::ErrorCode;

bool Refuse(rpc::Reply& reply, std::string_view message) {
  reply.Error(ErrorCode::kInvalidParams, message);
  return false;
}

/// Version 00 of the W3C's Trace Context, and what later ones begin with: "00-<32 hex>-<16 hex>-<2 hex>".
bool IsTraceparent(std::string_view text) {
  constexpr std::size_t kLength = 55;
  if (text.size() != kLength) return false;
  for (std::size_t i = 0; i < kLength; ++i) {
    const char c = text[i];
    const bool dash = i == 2 || i == 35 || i == 52;
    if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

}  // namespace

ClientAbilities ReadAbilities(Value capabilities, Revision revision) {
  ClientAbilities abilities;
  const Value elicitation = capabilities.Find("elicitation");
  if (elicitation.Is(Type::kObject) && revision >= Revision::k2025_06_18) {
    // Without either it is of the time when there were only forms.
    const bool url = elicitation.Find("url").Is(Type::kObject);
    abilities.form = elicitation.Find("form").Is(Type::kObject) || !url;
    abilities.url = url && revision >= Revision::k2025_11_25;
  }
  const Value sampling = capabilities.Find("sampling");
  abilities.sample = sampling.Is(Type::kObject);
  abilities.sample_tools = sampling.Find("tools").Is(Type::kObject) && revision >= Revision::k2025_11_25;
  abilities.roots = capabilities.Find("roots").Is(Type::kObject);
  return abilities;
}

bool ReadRequest(const rpc::Message& message, Revision session_revision, Request& request, rpc::Reply& reply) {
  request.method = message.method;
  request.params = message.params;
  request.revision = session_revision;
  const Value meta = message.params.Find("_meta");
  if (!meta.exists()) return true;
  if (!meta.Is(Type::kObject)) return Refuse(reply, "params._meta must be an object");

  Value version;
  Value capabilities;
  Value client_info;
  Value log_level;
  std::string_view name;
  Value value;
  for (json::Members members(meta); members.Next(name, value);) {
    if (name == "progressToken") {
      if (!rpc::ReadId(value, request.progress_token)) {
        return Refuse(reply,
                      fmt::format("params._meta.progressToken must be a string of at most {} bytes or an integer",
                                  limits::kMaxIdBytes));
      }
    } else if (name == kMetaProtocolVersion) {
      version = value;
    } else if (name == kMetaClientCapabilities) {
      capabilities = value;
    } else if (name == kMetaClientInfo) {
      client_info = value;
    } else if (name == kMetaLogLevel) {
      log_level = value;
    } else if (name == "threadId") {
      request.thread = value;
    } else if (name == "traceparent" && value.Is(Type::kString) && IsTraceparent(value.AsString())) {
      request.traceparent = value.AsString();
    }
  }
  if (!version.exists()) return true;

  if (!version.Is(Type::kString)) {
    return Refuse(reply, fmt::format("params._meta[\"{}\"] must be a string", kMetaProtocolVersion));
  }
  if (version.AsString() != Name(kModern)) {
    const std::string requested = Printable(version.AsString(), limits::kMaxQuoted);
    reply.Error(ErrorCode::kUnsupportedProtocolVersion,
                fmt::format("protocol version {} is not supported for a request on its own", requested),
                [&](json::Writer& to) {
                  to.BeginObject();
                  to.Key("supported");
                  to.BeginArray();
                  to.String(Name(kModern));
                  to.EndArray();
                  to.Member("requested", requested);
                  to.EndObject();
                });
    return false;
  }
  if (!capabilities.Is(Type::kObject)) {
    return Refuse(reply,
                  fmt::format("params._meta[\"{}\"] is required and must be an object", kMetaClientCapabilities));
  }
  if (client_info.exists() && !client_info.Is(Type::kObject)) {
    return Refuse(reply, fmt::format("params._meta[\"{}\"] must be an object", kMetaClientInfo));
  }
  if (log_level.exists()) {
    const auto level = log_level.Is(Type::kString) ? ParseLogLevel(log_level.AsString()) : std::nullopt;
    if (!level) {
      return Refuse(reply, fmt::format("params._meta[\"{}\"] must be one of {}", kMetaLogLevel, LogLevelNames()));
    }
    request.log_level = *level;
  }
  request.client_info = client_info;
  request.abilities = ReadAbilities(capabilities, kModern);
  request.may_become_task = capabilities.Find("extensions").Find(kTasksExtension).Is(Type::kObject);
  request.revision = kModern;
  return true;
}

}  // namespace skep::mcp
