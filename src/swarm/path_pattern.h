#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "skep/error.h"
#include "swarm/path_automaton.h"

namespace skep::swarm {

/// Which files of the project a lease is on.
///
///   src/a.cc   that file
///   src/       whatever is below src, however deep; the same as src/**
///   *          any text within a name (also none; also a dot in front)
///   ?          one character of a name
///   [a-z_]     one of a set; [!a-z] or [^a-z] one that is not in it. Also the text as it stands, because web
///              frameworks have files that are called app/[id]/page.tsx
///   {a,b}      one of these parts of a name, which may be patterns; without a comma, it is just text
///   **/x       x, here and however deep below; a/**/x: the same from a on
///
/// Case counts. Paths are relative to the project's directory; they are compared as text: a symbolic link is another
/// path than what it leads to.
class PathPattern {
 public:
  /// `root`: the project's directory, canonical, so that a path may also be absolute; empty: it may not.
  /// "." and ".." are resolved, doubled slashes are one. kNotFound: it is not in the project; kInvalidArgument: it
  /// cannot be understood.
  static Expected<PathPattern> Parse(std::string_view text, std::string_view root);
  /// One file, in whose name nothing is special.
  static Expected<PathPattern> File(std::string_view path, std::string_view root);

  /// The same for all spellings of a path. Parse makes the same pattern of it.
  const std::string& text() const { return text_; }

  /// The text of a pattern up to what may be special: all paths that are in it begin so.
  static std::string_view PrefixOf(std::string_view text);
  /// False: no path is in this pattern and in one of that prefix. True: Meets has to decide. Costs next to nothing.
  bool MayMeet(std::string_view prefix) const;
  /// Whether there can be a path that is in both. Exact. Adds to `work` the steps that it took; a budget of
  /// limits::kMaxPathWork in which it is counted is for the caller to look at: beyond it, the answer is true.
  bool Meets(const PathPattern& other, std::int64_t& work) const;

 private:
  PathPattern() = default;
  void Compile(const std::vector<std::string>& names);

  std::string text_;
  bool plain_ = true;  ///< Nothing in it was special: one file.
  std::size_t prefix_ = 0;
  PathAutomaton automaton_;
};

}  // namespace skep::swarm
