#include "swarm/path_automaton.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/limits.h"

// A pattern becomes a nondeterministic automaton over characters. Two patterns have a path in common if the product of
// their automata gets from its beginning to its end over characters that both take. A path is not just any text (no
// empty name, no "." or ".." as a name), so the product also knows what stands in the name that it is in.

namespace skep::swarm {
namespace {

constexpr char32_t kLastChar = 0x10FFFF;
/// Bytes that are not UTF-8 stand for themselves, as characters that no text has.
std::u32string Decode(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
    if (length == 0 || i + length > text.size()) {
      out += static_cast<char32_t>(0xDC00 + lead);
      ++i;
      continue;
    }
    char32_t c = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) c = c << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    out += std::min(c, kLastChar);
    i += length;
  }
  return out;
}

/// Index of the brace that closes the one at 0, if there is one and a comma directly between them.
std::optional<std::size_t> ClosingBrace(std::u32string_view from) {
  int depth = 0;
  bool comma = false;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i] == '{') ++depth;
    if (from[i] == ',' && depth == 1) comma = true;
    if (from[i] == '}' && --depth == 0) return comma ? std::optional(i) : std::nullopt;
  }
  return std::nullopt;
}

/// Index of the bracket that closes the one at 0.
std::optional<std::size_t> ClosingBracket(std::u32string_view from) {
  std::size_t i = 1;
  if (i < from.size() && (from[i] == '!' || from[i] == '^')) ++i;
  const std::size_t end = from.find(']', i + 1);
  return end == std::u32string_view::npos ? std::nullopt : std::optional(end);
}

/// What stands in the name that a path is in, as far as it matters.
enum class InName : std::uint8_t { kNothing, kDot, kTwoDots, kMore };
constexpr std::uint32_t kInNames = 4;

constexpr bool IsName(InName in) { return in == InName::kMore; }

constexpr InName AfterDot(InName in) {
  if (in == InName::kNothing) return InName::kDot;
  return in == InName::kDot ? InName::kTwoDots : InName::kMore;
}

}  // namespace

/// The product of two patterns: a walk over the pairs of steps in which they can be after the same characters.
class PathAutomaton::Product {
 public:
  Product(const PathAutomaton& a, const PathAutomaton& b)
      : a_(a), b_(b), width_(static_cast<std::uint32_t>(b.steps_.size() + 1)) {
    seen_.resize((a.steps_.size() + 1) * width_ * kInNames);
  }

  bool ReachesEnd(std::int64_t& work) {
    Reach(0, 0, InName::kNothing);
    while (!found_ && !to_do_.empty()) {
      const State at = to_do_.back();
      to_do_.pop_back();
      if (++work > limits::kMaxPathWork) return true;
      Leave(at);
    }
    return found_;
  }

 private:
  struct State {
    std::uint32_t a;
    std::uint32_t b;
    InName in;
  };

  void Reach(std::uint32_t a, std::uint32_t b, InName in) {
    const std::size_t index = (a * std::size_t{width_} + b) * kInNames + static_cast<std::size_t>(in);
    if (seen_[index]) return;
    seen_[index] = true;
    to_do_.push_back({a, b, in});
    found_ = found_ || (a == a_.steps_.size() && b == b_.steps_.size() && IsName(in));
  }

  /// Where a pattern gets to without a character. `reach` is told each.
  template <class F>
  static void Slip(const PathAutomaton& automaton, std::uint32_t at, InName in, F reach) {
    if (at == automaton.steps_.size()) return;
    const Step& step = automaton.steps_[at];
    switch (step.kind) {
      case Kind::kOne:
        break;
      case Kind::kFork:
        reach(step.target);
        reach(at + 1);
        break;
      case Kind::kJump:
        reach(step.target);
        break;
      case Kind::kDeep:
        if (in == InName::kNothing) reach(at + 1);
        break;
      case Kind::kStar:
      case Kind::kRest:
        reach(at + 1);
        break;
    }
  }

  static bool TakesOne(const PathAutomaton& automaton, std::uint32_t at) {
    return at < automaton.steps_.size() && automaton.steps_[at].kind != Kind::kFork &&
           automaton.steps_[at].kind != Kind::kJump;
  }

  void Leave(const State& at) {
    Slip(a_, at.a, at.in, [&](std::uint32_t to) { Reach(to, at.b, at.in); });
    Slip(b_, at.b, at.in, [&](std::uint32_t to) { Reach(at.a, to, at.in); });
    if (!TakesOne(a_, at.a) || !TakesOne(b_, at.b)) return;
    const Step& a = a_.steps_[at.a];
    const Step& b = b_.steps_[at.b];
    const std::uint32_t next_a = a.kind == Kind::kOne ? at.a + 1 : at.a;
    const std::uint32_t next_b = b.kind == Kind::kOne ? at.b + 1 : at.b;
    if (a.slash && b.slash && IsName(at.in)) Reach(next_a, next_b, InName::kNothing);
    if (a.dot && b.dot) Reach(next_a, next_b, AfterDot(at.in));
    if (a_.TakesCommon(a, b_, b)) Reach(next_a, next_b, InName::kMore);
  }

  const PathAutomaton& a_;
  const PathAutomaton& b_;
  std::uint32_t width_;
  std::vector<bool> seen_;
  std::vector<State> to_do_;
  bool found_ = false;
};

/// The first two ranges are those of a step that takes anything.
PathAutomaton::PathAutomaton() : ranges_{{1, '.' - 1}, {'/' + 1, kLastChar}} {}

void PathAutomaton::AddText(std::string_view text) { CompileText(Decode(text)); }

void PathAutomaton::AddName(std::string_view name) { CompileName(Decode(name)); }

void PathAutomaton::AddNames() { AddWild(Kind::kDeep, true); }

void PathAutomaton::AddRest() { AddWild(Kind::kRest, true); }

bool PathAutomaton::Meet(const PathAutomaton& a, const PathAutomaton& b, std::int64_t& work) {
  return Product(a, b).ReachesEnd(work);
}

void PathAutomaton::CompileName(std::u32string_view name) {
  while (!name.empty()) {
    std::size_t taken = 0;
    switch (name.front()) {
      case '*':
        taken = std::min(name.find_first_not_of('*'), name.size());
        AddWild(Kind::kStar, false);
        break;
      case '?':
        taken = 1;
        AddWild(Kind::kOne, false);
        break;
      case '[':
        taken = CompileSet(name);
        break;
      case '{':
        taken = CompileChoice(name);
        break;
      default:
        break;
    }
    if (taken == 0) CompileText(name.substr(0, taken = 1));
    name.remove_prefix(taken);
  }
}

/// A set, or the text of it. Returns how many characters that took; 0: this is no set.
std::size_t PathAutomaton::CompileSet(std::u32string_view from) {
  const auto end = ClosingBracket(from);
  if (!end) return 0;
  std::u32string_view body = from.substr(1, *end - 1);
  const bool negated = body.front() == '!' || body.front() == '^';
  if (negated) body.remove_prefix(1);
  std::vector<CharRange> ranges;
  for (std::size_t i = 0; i < body.size();) {
    const bool range = i + 2 < body.size() && body[i + 1] == '-';
    ranges.push_back({body[i], range ? body[i + 2] : body[i]});
    i += range ? 3 : 1;
  }
  plain_ = false;
  const auto begin = static_cast<std::uint32_t>(steps_.size());
  steps_.push_back({.kind = Kind::kFork, .target = begin + 3});
  AddRanges(steps_.emplace_back(), std::move(ranges), negated);
  steps_.push_back({.kind = Kind::kJump, .target = begin + 3 + static_cast<std::uint32_t>(*end + 1)});
  CompileText(from.substr(0, *end + 1));
  return *end + 1;
}

std::size_t PathAutomaton::CompileChoice(std::u32string_view from) {
  const auto end = ClosingBrace(from);
  if (!end) return 0;
  plain_ = false;
  std::vector<std::size_t> jumps;
  int depth = 0;
  std::size_t begin = 1;
  for (std::size_t i = 1; i <= *end; ++i) {
    if (from[i] == '{') ++depth;
    const bool last = i == *end;
    if (!last && from[i] == '}') --depth;
    if (!last && (from[i] != ',' || depth > 0)) continue;
    const std::size_t fork = steps_.size();
    if (!last) steps_.push_back({.kind = Kind::kFork});
    CompileName(from.substr(begin, i - begin));
    begin = i + 1;
    if (last) break;
    jumps.push_back(steps_.size());
    steps_.push_back({.kind = Kind::kJump});
    steps_[fork].target = static_cast<std::uint32_t>(steps_.size());
  }
  for (const std::size_t jump : jumps) steps_[jump].target = static_cast<std::uint32_t>(steps_.size());
  return *end + 1;
}

void PathAutomaton::CompileText(std::u32string_view text) {
  for (const char32_t c : text) {
    Step step{.slash = c == '/', .dot = c == '.'};
    step.ranges_begin = step.ranges_end = static_cast<std::uint32_t>(ranges_.size());
    if (!step.slash && !step.dot) {
      ranges_.push_back({c, c});
      ++step.ranges_end;
    }
    steps_.push_back(step);
  }
}

void PathAutomaton::AddWild(Kind kind, bool slash) {
  plain_ = false;
  steps_.push_back({.kind = kind, .slash = slash, .dot = true, .ranges_begin = 0, .ranges_end = 2});
}

/// Gives a step the characters of the ranges, or all others; never a slash. A dot is kept by itself.
void PathAutomaton::AddRanges(Step& step, std::vector<CharRange> ranges, bool negated) {
  std::ranges::sort(ranges, {}, &CharRange::first);
  step.ranges_begin = static_cast<std::uint32_t>(ranges_.size());
  const auto add = [&](char32_t first, char32_t last) {
    if (first <= '.' && '.' <= last) step.dot = true;
    // What lies below ".", and above "/".
    if (first < '.' && first <= last) ranges_.push_back({first, std::min<char32_t>(last, '.' - 1)});
    if (last > '/' && first <= last) ranges_.push_back({std::max<char32_t>(first, '/' + 1), last});
  };
  char32_t next = 1;  // The first character that no range so far has.
  for (const auto& [first, last] : ranges) {
    if (first > last) continue;
    const char32_t from = std::max(first, next);
    if (negated && first > next) add(next, first - 1);
    if (!negated && from <= last) add(from, last);
    next = std::max<char32_t>(next, last + 1);
  }
  if (negated && next <= kLastChar) add(next, kLastChar);
  step.ranges_end = static_cast<std::uint32_t>(ranges_.size());
}

/// Whether both steps take some character that is neither a slash nor a dot.
bool PathAutomaton::TakesCommon(const Step& mine, const PathAutomaton& other, const Step& theirs) const {
  std::uint32_t i = mine.ranges_begin;
  std::uint32_t k = theirs.ranges_begin;
  while (i < mine.ranges_end && k < theirs.ranges_end) {
    const CharRange& a = ranges_[i];
    const CharRange& b = other.ranges_[k];
    if (a.first <= b.last && b.first <= a.last) return true;
    a.last < b.last ? ++i : ++k;
  }
  return false;
}

}  // namespace skep::swarm
