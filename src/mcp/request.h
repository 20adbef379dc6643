#pragma once

#include <string>

#include "base/log.h"
#include "json/reader.h"
#include "mcp/revision.h"
#include "rpc/envelope.h"
#include "rpc/reply.h"
#include "skep/dialogue.h"

namespace skep::mcp {

/// One request in its revision. Borrows from the message's document.
struct Request {
  std::string_view method;
  json::Value params;
  Revision revision;
  bool in_batch;
  /// As JSON text, at most limits::kMaxIdBytes; empty: the client does not want to know.
  std::string progress_token;
  /// Of W3C Trace Context, if it has one that is well-formed: logged, and passed on with what its client is asked.
  std::string_view traceparent;
  json::Value client_info;              ///< An object, if the request says who its client is.
  json::Value thread;                   ///< The client's name for the conversation that the request belongs to (Codex).
  LogLevel log_level = LogLevel::kOff;  ///< Modern: the least severe log messages that the request wants.
  /// What its client can be asked: modern, as the request says; else, as the session does.
  ClientAbilities abilities = {};
  /// Modern: whether the client declares the extension for tasks.
  bool may_become_task = false;

  bool modern() const { return revision == kModern; }
};

/// Names in `_meta` that the protocol reserves.
inline constexpr std::string_view kMetaProtocolVersion = "io.modelcontextprotocol/protocolVersion";
inline constexpr std::string_view kMetaClientCapabilities = "io.modelcontextprotocol/clientCapabilities";
inline constexpr std::string_view kMetaClientInfo = "io.modelcontextprotocol/clientInfo";
inline constexpr std::string_view kMetaServerInfo = "io.modelcontextprotocol/serverInfo";
inline constexpr std::string_view kMetaLogLevel = "io.modelcontextprotocol/logLevel";
inline constexpr std::string_view kMetaSubscriptionId = "io.modelcontextprotocol/subscriptionId";
inline constexpr std::string_view kMetaRelatedTask = "io.modelcontextprotocol/related-task";
/// The extension for tasks, in a client's and a server's capabilities.
inline constexpr std::string_view kTasksExtension = "io.modelcontextprotocol/tasks";

/// What a client's `capabilities` say that it can be asked in a revision. Absent: nothing.
ClientAbilities ReadAbilities(json::Value capabilities, Revision revision);

/// Reads which revision the message is in: the one its `_meta` names, else the session's. Answers by itself, through
/// `reply`, and returns false if `_meta` is at fault.
bool ReadRequest(const rpc::Message& message, Revision session_revision, Request& request, rpc::Reply& reply);

}  // namespace skep::mcp
