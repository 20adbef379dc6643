#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"

namespace skep::mcp {

// The protocol's own "tasks" are calls that a client does not wait for: it is given a name, and asks for the result
// later. They are records of calls, and have nothing to do with a swarm's tasks.

enum class CallStatus : int { kWorking, kCompleted, kFailed, kCancelled };
constexpr std::array<std::string_view, 4> Names(CallStatus) { return {"working", "completed", "failed", "cancelled"}; }

/// One call that became a task, as the database has it. It outlives the process that runs it.
struct CallRecord {
  std::int64_t number = 0;
  std::string id;  ///< 128 random bits, so that nobody guesses another's: the protocol's taskId.
  bool modern = false;
  std::string tool;
  CallStatus status = CallStatus::kWorking;
  std::string message;  ///< Why, or how far it is.
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::int64_t ttl_ms = 0;   ///< It is kept for so long after it was made.
  bool tool_failed = false;  ///< The result is one with isError.
  std::string result;        ///< JSON: the result, or for kFailed the error.
};

/// Notes a call that begins in a process, and forgets some that are too old. In a write.
void InsertCall(store::Database& database, const CallRecord& record, std::int64_t process);
/// Notes how it has ended. In a write.
void EndCall(store::Database& database, const CallRecord& record);

/// The call of that id and era, unless it is too old. One whose process has ended without it has failed.
std::optional<CallRecord> FindCall(store::Database& database, std::string_view id, bool modern, std::int64_t now_ms);
/// Those of an era after the one numbered `after`, the oldest first, without their results.
std::vector<CallRecord> ListCalls(store::Database& database, bool modern, std::int64_t after, std::int64_t limit,
                                  std::int64_t now_ms);

}  // namespace skep::mcp
