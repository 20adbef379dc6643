#include "load/mix.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

namespace skep::load {
namespace {

constexpr std::array<std::pair<std::string_view, Mix::Kind>, 6> kNames = {{{"ping", Mix::Kind::kPing},
                                                                           {"list", Mix::Kind::kList},
                                                                           {"store", Mix::Kind::kStore},
                                                                           {"retrieve", Mix::Kind::kRetrieve},
                                                                           {"search", Mix::Kind::kSearch},
                                                                           {"claim-update", Mix::Kind::kClaimUpdate}}};
constexpr std::uint32_t kMostWeight = 1'000'000;

std::unexpected<Error> Wrong(std::string_view part, std::string_view why) {
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("mix \"{}\": {}; wanted: NAME[=WEIGHT],… where NAME is ping, list, store, retrieve, search, "
                          "claim-update or TOOL={{…JSON…}}, and WEIGHT is 1 to {}",
                          part, why, kMostWeight));
}

/// The bytes of the object that the text begins with; nothing when it does not end.
std::optional<std::size_t> ObjectEnd(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return std::nullopt;
}

/// Takes one part from the front of the text, up to its comma.
Expected<Mix::Part> TakePart(std::string_view& text) {
  const std::string_view whole = text;
  Mix::Part part;
  const std::string_view name = text.substr(0, text.find_first_of("=,"));
  text.remove_prefix(name.size());
  if (text.starts_with("={")) {
    text.remove_prefix(1);
    const auto end = ObjectEnd(text);
    if (!end) return Wrong(whole, "the object does not end");
    if (!nlohmann::json::accept(text.substr(0, *end))) return Wrong(whole, "the object is not valid JSON");
    if (name.empty()) return Wrong(whole, "the object has no tool before it");
    part.kind = Mix::Kind::kTool;
    part.tool = name;
    // As it was written: an escaped brace stays one, and is none of those that are filled in.
    part.arguments = text.substr(0, *end);
    std::erase_if(part.arguments, [](char c) { return c == '\n' || c == '\r'; });
    text.remove_prefix(*end);
  } else {
    const auto found = std::ranges::find(kNames, name, [](const auto& pair) { return pair.first; });
    if (found == kNames.end()) return Wrong(whole, fmt::format("\"{}\" is not known", name));
    part.kind = found->second;
  }
  if (text.starts_with('=')) {
    text.remove_prefix(1);
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), part.weight);
    if (failed != std::errc() || part.weight < 1 || part.weight > kMostWeight) {
      return Wrong(whole, "the weight is not one");
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  if (!text.empty() && !text.starts_with(',')) return Wrong(whole, fmt::format("\"{}\" is too much", text));
  return part;
}

}  // namespace

Expected<Mix> ParseMix(std::string_view text) {
  Mix mix;
  mix.parts.clear();
  do {
    auto part = TakePart(text);
    if (!part) return std::unexpected(std::move(part.error()));
    mix.parts.push_back(std::move(*part));
    if (text.empty()) break;
    text.remove_prefix(1);
  } while (true);
  return mix;
}

std::string Text(const Mix& mix) {
  std::string text;
  for (const Mix::Part& part : mix.parts) {
    if (!text.empty()) text += ',';
    if (part.kind == Mix::Kind::kTool) {
      text += part.tool + "=" + part.arguments;
    } else {
      text += std::ranges::find(kNames, part.kind, [](const auto& pair) { return pair.second; })->first;
    }
    if (part.weight != 1) fmt::format_to(std::back_inserter(text), "={}", part.weight);
  }
  return text;
}

}  // namespace skep::load
