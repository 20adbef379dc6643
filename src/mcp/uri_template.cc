#include "mcp/uri_template.h"

#include "json/reader.h"

namespace skep::mcp {
namespace {

struct Part {
  std::string_view text;      ///< In front of the variable.
  std::string_view variable;  ///< Empty: there is none, this is the end.
  bool takes_slashes = false;
};

/// Takes the next part off the front of a template.
Part TakePart(std::string_view& rest) {
  const std::size_t begin = rest.find('{');
  if (begin == std::string_view::npos) {
    const Part part{.text = rest, .variable = {}};
    rest = {};
    return part;
  }
  const std::size_t end = rest.find('}', begin);
  Part part{.text = rest.substr(0, begin), .variable = rest.substr(begin + 1, end - begin - 1)};
  if (part.variable.starts_with('+')) {
    part.variable.remove_prefix(1);
    part.takes_slashes = true;
  }
  rest.remove_prefix(end + 1);
  return part;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> Decode(std::string_view encoded) {
  std::string value;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] != '%') {
      value += encoded[i];
      continue;
    }
    if (i + 2 >= encoded.size()) return std::nullopt;
    const int high = HexDigit(encoded[i + 1]);
    const int low = HexDigit(encoded[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    value += static_cast<char>(16 * high + low);
    i += 2;
  }
  if (value.empty() || !json::IsUtf8(value)) return std::nullopt;
  return value;
}

}  // namespace

std::vector<std::string_view> UriVariableNames(std::string_view uri_template) {
  std::vector<std::string_view> names;
  while (!uri_template.empty()) {
    const Part part = TakePart(uri_template);
    if (!part.variable.empty()) names.push_back(part.variable);
  }
  return names;
}

std::optional<UriVariables> MatchUri(std::string_view uri_template, std::string_view uri) {
  UriVariables variables;
  while (!uri_template.empty()) {
    const Part part = TakePart(uri_template);
    if (!uri.starts_with(part.text)) return std::nullopt;
    uri.remove_prefix(part.text.size());
    if (part.variable.empty()) break;
    const std::size_t end = part.takes_slashes ? uri.size() : std::min(uri.find('/'), uri.size());
    auto value = Decode(uri.substr(0, end));
    if (!value) return std::nullopt;
    variables.emplace_back(part.variable, *std::move(value));
    uri.remove_prefix(end);
  }
  if (!uri.empty()) return std::nullopt;
  return variables;
}

}  // namespace skep::mcp
