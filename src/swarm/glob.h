#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace skep::swarm {

/// A pattern over keys or paths: * is any text (also none, also with slashes), ? one character, [a-z_] one of a set,
/// [^a-z] or [!a-z] one that is not in it. A ] that comes first in a set belongs to it; a [ that is never closed is an
/// ordinary character. Case counts. Borrows the pattern.
class Glob {
 public:
  explicit Glob(std::string_view pattern);

  /// Adds to `steps` how many characters were compared: a hostile pattern needs pattern × text of them, no more.
  bool Matches(std::string_view text, std::int64_t& steps) const;
  bool Matches(std::string_view text) const;
  /// What every match begins with.
  std::string_view literal_prefix() const { return pattern_.substr(0, prefix_); }

  /// Whether `text` has a character that means something here.
  static bool IsGlob(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

 private:
  std::string_view pattern_;
  std::size_t prefix_;
};

}  // namespace skep::swarm
