#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace skep::swarm {

/// A path pattern as a nondeterministic automaton over characters, built from its beginning to its end.
class PathAutomaton {
 public:
  PathAutomaton();

  /// Characters that are themselves.
  void AddText(std::string_view text);
  /// A name, or a part of one, in which *, ?, sets and choices are special.
  void AddName(std::string_view name);
  /// Whole names, each with a slash behind it; or nothing.
  void AddNames();
  /// Anything.
  void AddRest();

  /// Whether it is one text so far.
  bool plain() const { return plain_; }

  /// Whether there is a path that both take. `work` counts the steps; when they exceed limits::kMaxPathWork, the answer
  /// is true.
  static bool Meet(const PathAutomaton& a, const PathAutomaton& b, std::int64_t& work);

 private:
  enum class Kind : std::uint8_t {
    kOne,   ///< One character of a set.
    kStar,  ///< Any characters but slashes.
    kDeep,  ///< Any characters up to the beginning of a name: whole names with their slashes, or nothing.
    kRest,  ///< Any characters.
    kFork,  ///< Nothing: the pattern goes on behind this and at `target`.
    kJump,  ///< Nothing: it goes on at `target`.
  };
  /// A step of the automaton that the pattern is. What it takes: a slash, a dot, and the other characters in ranges.
  struct Step {
    Kind kind = Kind::kOne;
    bool slash = false;
    bool dot = false;
    std::uint32_t ranges_begin = 0;
    std::uint32_t ranges_end = 0;
    std::uint32_t target = 0;
  };
  struct CharRange {
    char32_t first;
    char32_t last;
  };
  class Product;

  void CompileName(std::u32string_view name);
  std::size_t CompileSet(std::u32string_view from);
  std::size_t CompileChoice(std::u32string_view from);
  void CompileText(std::u32string_view text);
  void AddWild(Kind kind, bool slash);
  void AddRanges(Step& step, std::vector<CharRange> ranges, bool negated);
  bool TakesCommon(const Step& mine, const PathAutomaton& other, const Step& theirs) const;

  bool plain_ = true;
  std::vector<Step> steps_;
  std::vector<CharRange> ranges_;
};

}  // namespace skep::swarm
