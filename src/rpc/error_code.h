#pragma once

namespace skep::rpc {

/// JSON-RPC 2.0's numbers and those that MCP adds. protocol/error_codes.json holds the same table with their use.
enum class ErrorCode : int {
  kParse = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternal = -32603,
  kResourceNotFound = -32002,  ///< Legacy revisions only.
  kMissingClientCapability = -32021,
  kUnsupportedProtocolVersion = -32022,
};

}  // namespace skep::rpc
