#include "swarm/path_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "base/printable.h"

namespace skep::swarm {
namespace {

constexpr std::string_view kSpecial = "*?[{";
/// Bytes of a path that an error repeats.
constexpr std::size_t kShown = 100;

std::unexpected<Error> Refuse(std::string_view path, std::string_view why) {
  return Fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" {}", Printable(path, kShown), why));
}

/// The part of a path that is inside the project; nothing when it is not.
std::optional<std::string_view> BelowRoot(std::string_view path, std::string_view root) {
  if (root == "/") return path.substr(1);
  if (!path.starts_with(root)) return std::nullopt;
  path.remove_prefix(root.size());
  if (!path.empty() && path.front() != '/') return std::nullopt;
  return path;
}

bool IsSpecial(std::string_view name) { return name.find_first_of(kSpecial) != std::string_view::npos; }

/// Names that are left of a path when "." and ".." are resolved.
Expected<std::vector<std::string>> Names(std::string_view path, std::string_view root, bool glob) {
  const std::string_view given = path;
  if (path.empty()) return Fail(ErrorCode::kInvalidArgument, "a path must not be empty: \".\" is the whole project");
  if (path.size() > limits::kMaxPath + root.size()) {
    return Refuse(path, fmt::format("is too long: a path may have {} bytes", limits::kMaxPath));
  }
  if (std::ranges::any_of(path, [](char c) { return static_cast<unsigned char>(c) < 0x20; })) {
    return Refuse(path, "has a control character");
  }
  const auto outside = [&] {
    const std::string where = root.empty() ? "" : fmt::format(" ({})", Printable(root, kShown));
    return Fail(ErrorCode::kNotFound, fmt::format("\"{}\" is not in the project{}: only its files can be leased",
                                                  Printable(given, kShown), where));
  };
  if (path.front() == '/') {
    if (root.empty()) return Refuse(given, "is absolute: give it relative to the project's directory");
    const auto below = BelowRoot(path, root);
    if (!below) return outside();
    path = *below;
  }
  std::vector<std::string> names;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (name.empty() || name == ".") continue;
    if (name != "..") {
      names.emplace_back(name);
      continue;
    }
    if (names.empty()) return outside();
    if (glob && IsSpecial(names.back())) return Refuse(given, "has \"..\" behind a glob: which directory is meant?");
    names.pop_back();
  }
  return names;
}

/// Whether a name has a brace that is closed only behind a slash.
bool BraceIsCut(const std::vector<std::string>& names) {
  bool open = false;
  for (const std::string& name : names) {
    int depth = 0;
    for (const char c : name) {
      if (open && c == '}') return true;
      if (c == '{') ++depth;
      if (c == '}' && depth > 0) --depth;
    }
    open = open || depth > 0;
  }
  return false;
}

}  // namespace

Expected<PathPattern> PathPattern::Parse(std::string_view text, std::string_view root) {
  auto names = Names(text, root, true);
  if (!names) return std::unexpected(std::move(names.error()));
  if (BraceIsCut(*names)) return Refuse(text, "has a slash between braces: give each path by itself");
  if (names->empty() || (text.ends_with('/') && names->back() != "**")) names->emplace_back("**");
  PathPattern pattern;
  pattern.text_ = fmt::format("{}", fmt::join(*names, "/"));
  if (pattern.text_.size() > limits::kMaxPath) {
    return Refuse(text, fmt::format("is too long: a path may have {} bytes", limits::kMaxPath));
  }
  pattern.prefix_ = PrefixOf(pattern.text_).size();
  pattern.Compile(*names);
  return pattern;
}

Expected<PathPattern> PathPattern::File(std::string_view path, std::string_view root) {
  const auto names = Names(path, root, false);
  if (!names) return std::unexpected(names.error());
  if (names->empty()) return Refuse(path, "is the project's directory, not a file in it");
  PathPattern pattern;
  pattern.text_ = fmt::format("{}", fmt::join(*names, "/"));
  pattern.prefix_ = pattern.text_.size();
  pattern.automaton_.AddText(pattern.text_);
  return pattern;
}

std::string_view PathPattern::PrefixOf(std::string_view text) { return text.substr(0, text.find_first_of(kSpecial)); }

bool PathPattern::MayMeet(std::string_view prefix) const {
  const std::size_t length = std::min(prefix_, prefix.size());
  return std::string_view(text_).substr(0, length) == prefix.substr(0, length);
}

bool PathPattern::Meets(const PathPattern& other, std::int64_t& work) const {
  ++work;
  if (!plain_ || !other.plain_) return PathAutomaton::Meet(automaton_, other.automaton_, work);
  return text_ == other.text_;
}

void PathPattern::Compile(const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool any = names[i] == "**";
    if (any && i > 0 && names[i - 1] == "**") continue;
    const bool last = std::ranges::all_of(names.begin() + static_cast<std::ptrdiff_t>(i), names.end(),
                                          [](const std::string& name) { return name == "**"; });
    if (i > 0 && names[i - 1] != "**") automaton_.AddText("/");
    if (any) {
      last ? automaton_.AddRest() : automaton_.AddNames();
    } else {
      automaton_.AddName(names[i]);
    }
  }
  plain_ = automaton_.plain();
}

}  // namespace skep::swarm
