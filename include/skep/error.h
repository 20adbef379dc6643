#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace skep {

/// What went wrong, as far as a caller can act on it. The wire has its own codes: a tool's error becomes a result
/// with `isError`, see mcp/tool_call.h; a protocol error has a JSON-RPC number, see rpc/error_code.h.
enum class ErrorCode : std::uint8_t {
  kInvalidArgument,  ///< The request is at fault: another value would be accepted.
  kNotFound,         ///< What was named does not exist.
  kConflict,         ///< It exists, or has changed, against what the request expects.
  kTooLarge,         ///< Over a limit of limits.h.
  kUnavailable,      ///< The machine is at fault and may recover: disk full, lock held, no permission.
  kCorrupt,          ///< Stored data cannot be trusted, or was written by a newer skep.
  kCancelled,        ///< Whoever asked no longer wants to know.
  kInternal,         ///< A bug of ours.
};

/// "invalid_argument", "not_found", … : the name on the wire and in logs.
std::string_view Name(ErrorCode code);

/// An error is a sentence for the person who must act: what was wrong, where, what would be right.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
};

template <class T>
using Expected = std::expected<T, Error>;

/// Builds the error half of an Expected: `return Fail(ErrorCode::kNotFound, "…")`.
inline std::unexpected<Error> Fail(ErrorCode code, std::string message) {
  return std::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace skep
