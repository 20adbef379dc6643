#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skep::mcp {

// What a list is continued from, as text that a client carries. A client may bring anything: what is read is exactly
// what was written, in one spelling.

/// Where a page of resources/list begins: behind the thing of this number, of the template at this place.
struct ResourcePlace {
  std::size_t resource = 0;
  std::int64_t after = 0;
};
std::string FormatCursor(const ResourcePlace& place);
/// Nothing if it is none that FormatCursor has written.
std::optional<ResourcePlace> ParseResourceCursor(std::string_view cursor);

/// Of tasks/list: behind the task of this number.
std::string FormatTasksCursor(std::int64_t after);
std::optional<std::int64_t> ParseTasksCursor(std::string_view cursor);

}  // namespace skep::mcp
