#include "metrics/log_duration.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <utility>

#include "metrics/characters.h"

namespace skep::metrics {
namespace {

std::optional<double> UnitNs(std::string_view unit) {
  static constexpr std::pair<std::string_view, double> kUnits[] = {
      {"ns", 1},
      {"us", 1e3},
      {"µs", 1e3},
      {"μs", 1e3},
      {"ms", 1e6},
      {"msec", 1e6},
      {"millis", 1e6},
      {"s", 1e9},
      {"sec", 1e9},
      {"secs", 1e9},
      {"second", 1e9},
      {"seconds", 1e9},
      {"milliseconds", 1e6},
      {"min", 60e9},
      {"mins", 60e9},
      {"minutes", 60e9},
  };
  for (const auto& [name, ns] : kUnits) {
    if (SameLetters(name, unit)) return ns;
  }
  return std::nullopt;
}

/// The word that ends before `at`, and where it begins; signs between them are passed over.
std::string_view WordBefore(std::string_view text, std::size_t& at) {
  while (at > 0 && std::string_view(" =:\"'(~").contains(text[at - 1])) --at;
  const std::size_t end = at;
  while (at > 0 && (IsLetter(text[at - 1]) || IsDigit(text[at - 1]) || text[at - 1] == '_')) --at;
  return text.substr(at, end - at);
}

bool TellsOfDuration(std::string_view word) {
  static constexpr std::string_view kTold[] = {"took",   "taken", "duration", "elapsed", "latency", "time",
                                               "lasted", "spent", "after",    "in",      "runtime"};
  return std::ranges::any_of(kTold, [&](std::string_view told) { return SameLetters(told, word); });
}

/// "retrying in 5s" is about what is to come.
bool TellsOfFuture(std::string_view word) {
  static constexpr std::string_view kTold[] = {"retry",   "retrying", "retries",  "again",   "next",   "wait",
                                               "waiting", "sleep",    "sleeping", "expires", "expire", "due"};
  return std::ranges::any_of(kTold, [&](std::string_view told) { return SameLetters(told, word); });
}

/// "elapsed_ms", "durationMs": the unit is in the name.
std::optional<double> UnitInName(std::string_view name) {
  static constexpr std::pair<std::string_view, double> kEnds[] = {
      {"_ns", 1}, {"_us", 1e3}, {"_ms", 1e6}, {"Ms", 1e6}, {"_s", 1e9}, {"_sec", 1e9}, {"_seconds", 1e9}};
  for (const auto& [end, ns] : kEnds) {
    if (name.ends_with(end) && name.size() > end.size()) {
      std::string_view told = name.substr(0, name.size() - end.size());
      if (const std::size_t last = told.rfind('_'); last != std::string_view::npos) told.remove_prefix(last + 1);
      if (TellsOfDuration(told)) return ns;
    }
  }
  return std::nullopt;
}

/// How long the number that begins at `at` says that something took.
std::optional<std::int64_t> DurationAt(std::string_view text, std::size_t at) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  std::size_t unit_at = static_cast<std::size_t>(end - text.data());
  if (unit_at < text.size() && text[unit_at] == ' ') ++unit_at;
  std::size_t unit_end = unit_at;
  while (unit_end < text.size() && (IsLetter(text[unit_end]) || (text[unit_end] & 0x80) != 0)) ++unit_end;

  std::size_t before = at;
  const bool in_brackets = at > 0 && text[at - 1] == '(' && unit_end < text.size() && text[unit_end] == ')';
  const std::string_view word = WordBefore(text, before);
  std::optional<double> ns = UnitNs(text.substr(unit_at, unit_end - unit_at));
  if (!ns) {
    ns = UnitInName(word);
  } else if (!in_brackets) {
    if (!TellsOfDuration(word) && !UnitInName(word)) return std::nullopt;
    if (TellsOfFuture(WordBefore(text, before))) return std::nullopt;
  }
  // Beyond some years it is no duration.
  if (!ns || number * *ns > 1e17) return std::nullopt;
  return static_cast<std::int64_t>(number * *ns);
}

}  // namespace

std::optional<std::int64_t> DurationIn(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (!IsDigit(text[i])) {
      ++i;
      continue;
    }
    const bool within = i > 0 && (IsLetter(text[i - 1]) || text[i - 1] == '.' || text[i - 1] == '-');
    if (!within) {
      if (const auto took = DurationAt(text, i)) return took;
    }
    while (i < text.size() && (IsDigit(text[i]) || text[i] == '.')) ++i;
  }
  return std::nullopt;
}

}  // namespace skep::metrics
