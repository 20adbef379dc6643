#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace skep::mcp {

/// The value of each variable of a template, by name.
using UriVariables = std::vector<std::pair<std::string_view, std::string>>;

// Templates are RFC 6570's, level 2, as far as resources need them: text, {name} for a value without slashes, and as
// the last thing {+name} for one that may have them. Values are percent-encoded in a URI.

/// Names of the variables, in order. Empty: a URI that stands for itself.
std::vector<std::string_view> UriVariableNames(std::string_view uri_template);

/// Takes a URI apart by a template; nothing if it is not of its shape, or a value is empty or no UTF-8.
std::optional<UriVariables> MatchUri(std::string_view uri_template, std::string_view uri);

}  // namespace skep::mcp
