#include <fmt/format.h>

#include "base/id.h"
#include "checks.h"
#include "mcp/list_cursor.h"

namespace skep::fuzz_targets {

std::string CheckCursor(std::string_view input) {
  // Files end with a line end.
  if (input.ends_with('\n')) input.remove_suffix(1);
  const auto differs = [&](std::string_view what, std::string_view written) -> std::string {
    return written == input ? std::string() : fmt::format("{} takes \"{}\" for \"{}\"", what, input, written);
  };
  if (const auto place = mcp::ParseResourceCursor(input)) {
    return place->after < 0 ? "a place before the first" : differs("resources/list", mcp::FormatCursor(*place));
  }
  if (const auto after = mcp::ParseTasksCursor(input)) {
    return *after < 0 ? "a task before the first" : differs("tasks/list", mcp::FormatTasksCursor(*after));
  }
  for (const std::string_view prefix : {"sw", "ag", "tk", "ls"}) {
    if (const auto number = ParseId(prefix, input)) {
      return *number < 0 ? "a number below 0" : differs("an id", FormatId(prefix, *number));
    }
  }
  return "";
}

}  // namespace skep::fuzz_targets
