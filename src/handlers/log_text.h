#pragma once

#include <string>
#include <string_view>

#include "json/reader.h"

namespace skep::handlers {

/// A line of a log as text, where many programs write a JSON object a line: its moment, its level, its message and what
/// it says of how long something took, as far as they have one of the usual names. Empty: the line is no such object.
/// `reader` is lent for the call.
std::string LogText(std::string_view line, json::Reader& reader);

}  // namespace skep::handlers
