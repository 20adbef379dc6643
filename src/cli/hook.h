#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "skep/error.h"

namespace skep::cli {

/// What a client is about to do, as it tells its hooks.
struct PlannedEdit {
  std::string session;             ///< Its own id of it.
  std::vector<std::string> paths;  ///< The file, under each name it is known by. Empty: it edits none.
};
/// Understands the JSON that Claude Code gives to a PreToolUse hook (session_id, cwd, tool_input).
Expected<PlannedEdit> ReadPlannedEdit(std::string_view payload);

}  // namespace skep::cli
