#include "mcp/list_cursor.h"

#include <fmt/format.h>

#include <charconv>

namespace skep::mcp {
namespace {

/// Takes a number from the beginning of `text`.
template <class Number>
bool TakeNumber(std::string_view& text, Number& number) {
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  return true;
}

bool TakeText(std::string_view& text, std::string_view wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(wanted.size());
  return true;
}

}  // namespace

std::string FormatCursor(const ResourcePlace& place) {
  return fmt::format("resources-{}-{}", place.resource, place.after);
}

std::optional<ResourcePlace> ParseResourceCursor(std::string_view cursor) {
  ResourcePlace place;
  std::string_view rest = cursor;
  if (!TakeText(rest, "resources-") || !TakeNumber(rest, place.resource) || !TakeText(rest, "-") ||
      !TakeNumber(rest, place.after) || place.after < 0 || FormatCursor(place) != cursor) {
    return std::nullopt;
  }
  return place;
}

std::string FormatTasksCursor(std::int64_t after) { return fmt::format("tasks-{}", after); }

std::optional<std::int64_t> ParseTasksCursor(std::string_view cursor) {
  std::int64_t after = 0;
  std::string_view rest = cursor;
  if (!TakeText(rest, "tasks-") || !TakeNumber(rest, after) || after < 0 || FormatTasksCursor(after) != cursor) {
    return std::nullopt;
  }
  return after;
}

}  // namespace skep::mcp
