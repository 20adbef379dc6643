#include "metrics/log_line.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

namespace skep::metrics {
namespace {

constexpr std::int64_t kSecondMs = 1000;
constexpr std::int64_t kDayMs = 24 * 3600 * kSecondMs;
/// 2001 and 2100: digits that are meant as a moment are between them.
constexpr std::int64_t kEarliestS = 978'307'200;
constexpr std::int64_t kLatestS = 4'102'444'800;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool IsLetter(char c) { return Lower(c) >= 'a' && Lower(c) <= 'z'; }

bool SameLetters(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, Lower, Lower); }

/// Reads forward, and only what it is asked for.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool Char(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool OneOf(std::string_view chars) {
    if (at_ >= text_.size() || !chars.contains(text_[at_])) return false;
    ++at_;
    return true;
  }
  /// Exactly so many digits.
  std::optional<int> Digits(std::size_t count) {
    int value = 0;
    if (at_ + count > text_.size()) return std::nullopt;
    for (std::size_t i = 0; i < count; ++i) {
      if (!IsDigit(text_[at_ + i])) return std::nullopt;
      value = value * 10 + (text_[at_ + i] - '0');
    }
    at_ += count;
    return value;
  }
  /// Digits behind the point, as thousandths.
  int Fraction() {
    int value = 0;
    int scale = 100;
    for (; at_ < text_.size() && IsDigit(text_[at_]); ++at_, scale /= 10) value += (text_[at_] - '0') * scale;
    return value;
  }
  void Spaces() {
    while (Char(' ')) {
    }
  }
  std::string_view rest() const { return text_.substr(at_); }
  void Skip(std::size_t count) { at_ += count; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<std::int64_t> DayMs(int year, int month, int day) {
  const std::chrono::year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return std::nullopt;
  return std::int64_t{std::chrono::sys_days(date).time_since_epoch().count()} * kDayMs;
}

/// 08:30:00, perhaps .123 or ,123.
std::optional<std::int64_t> ReadClock(Scanner& from) {
  const auto hour = from.Digits(2);
  if (!hour || *hour > 23 || !from.Char(':')) return std::nullopt;
  const auto minute = from.Digits(2);
  if (!minute || *minute > 59 || !from.Char(':')) return std::nullopt;
  const auto second = from.Digits(2);
  if (!second || *second > 60) return std::nullopt;
  std::int64_t ms = ((std::int64_t{*hour} * 60 + *minute) * 60 + *second) * kSecondMs;
  Scanner behind = from;
  if (behind.OneOf(".,") && !behind.rest().empty() && IsDigit(behind.rest().front())) {
    ms += behind.Fraction();
    from = behind;
  }
  return ms;
}

/// Z, +02:00, +0200 or nothing.
std::int64_t ReadOffset(Scanner& from) {
  if (from.Char('Z')) return 0;
  Scanner behind = from;
  const bool east = behind.Char('+');
  if (!east && !behind.Char('-')) return 0;
  const auto hours = behind.Digits(2);
  behind.Char(':');
  const auto minutes = behind.Digits(2);
  if (!hours || !minutes) return 0;
  from = behind;
  const std::int64_t ms = (std::int64_t{*hours} * 60 + *minutes) * 60 * kSecondMs;
  return east ? ms : -ms;
}

std::optional<std::int64_t> ReadIso(Scanner& from) {
  Scanner at = from;
  const auto year = at.Digits(4);
  if (!year || !at.OneOf("-/")) return std::nullopt;
  const auto month = at.Digits(2);
  if (!month || !at.OneOf("-/")) return std::nullopt;
  const auto day = at.Digits(2);
  if (!day || !at.OneOf("T ")) return std::nullopt;
  const auto day_ms = DayMs(*year, *month, *day);
  const auto clock_ms = ReadClock(at);
  if (!day_ms || !clock_ms) return std::nullopt;
  const std::int64_t offset_ms = ReadOffset(at);
  from = at;
  return *day_ms + *clock_ms - offset_ms;
}

std::optional<std::int64_t> ReadSyslog(Scanner& from, std::int64_t now_ms) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  Scanner at = from;
  const std::string_view name = at.rest().substr(0, 3);
  const std::size_t place = kMonths.find(name);
  if (name.size() < 3 || place == std::string_view::npos || place % 3 != 0) return std::nullopt;
  at.Skip(3);
  if (!at.Char(' ')) return std::nullopt;
  const bool one_digit = at.Char(' ');
  const auto day = at.Digits(one_digit ? 1 : 2);
  if (!day || !at.Char(' ')) return std::nullopt;
  const auto clock_ms = ReadClock(at);
  if (!clock_ms) return std::nullopt;
  const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(now_ms))));
  // It may be in a zone where tomorrow has begun.
  for (int year = static_cast<int>(today.year()) + 1; year > static_cast<int>(today.year()) - 9; --year) {
    const auto day_ms = DayMs(year, static_cast<int>(place / 3) + 1, *day);
    if (!day_ms || *day_ms + *clock_ms > now_ms + kDayMs) continue;
    from = at;
    return *day_ms + *clock_ms;
  }
  return std::nullopt;
}

std::optional<std::int64_t> ReadEpoch(Scanner& from) {
  std::int64_t number = 0;
  const std::string_view rest = from.rest();
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc()) return std::nullopt;
  const auto digits = static_cast<std::size_t>(end - rest.data());
  const bool seconds = number >= kEarliestS && number < kLatestS;
  if (!seconds && (number < kEarliestS * kSecondMs || number >= kLatestS * kSecondMs)) return std::nullopt;
  Scanner at = from;
  at.Skip(digits);
  std::int64_t ms = seconds ? number * kSecondMs : number;
  if (at.Char('.')) {
    const int fraction = at.Fraction();
    if (seconds) ms += fraction;
  }
  // A number that goes on in letters is something else.
  if (!at.rest().empty() && !std::string_view(" \t]):,|").contains(at.rest().front())) return std::nullopt;
  from = at;
  return ms;
}

/// The moment that the line begins with; `text` is what follows.
std::optional<std::int64_t> ReadMoment(std::string_view line, std::int64_t now_ms, std::string_view& text) {
  Scanner at(line);
  at.Spaces();
  // Syslog's priority, <34> or <34>1.
  if (Scanner priority = at; priority.Char('<')) {
    while (priority.Digits(1)) {
    }
    if (priority.Char('>')) {
      if (Scanner version = priority; version.Digits(1) && version.Char(' ')) priority = version;
      at = priority;
    }
  }
  at.OneOf("[(");
  std::optional<std::int64_t> moment = ReadIso(at);
  if (!moment) moment = ReadSyslog(at, now_ms);
  if (!moment) moment = ReadEpoch(at);
  if (!moment) return std::nullopt;
  while (at.OneOf("]):, \t|")) {
  }
  text = at.rest();
  return moment;
}

/// Calls `each` with every word, and where it begins, until that says stop.
template <class Each>
void ForEachWord(std::string_view text, Each each) {
  for (std::size_t i = 0; i < text.size();) {
    if (!IsLetter(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && (IsLetter(text[end]) || IsDigit(text[end]) || text[end] == '_')) ++end;
    if (!each(text.substr(i, end - i), i)) return;
    i = end;
  }
}

struct LevelWord {
  std::string_view word;
  Severity severity;
};
constexpr LevelWord kLevelWords[] = {
    {"trace", Severity::kDebug},    {"debug", Severity::kDebug},  {"info", Severity::kInfo},
    {"notice", Severity::kInfo},    {"warn", Severity::kWarning}, {"warning", Severity::kWarning},
    {"error", Severity::kError},    {"err", Severity::kError},    {"fatal", Severity::kFatal},
    {"critical", Severity::kFatal}, {"crit", Severity::kFatal},   {"alert", Severity::kFatal},
    {"panic", Severity::kFatal},    {"emerg", Severity::kFatal},  {"severe", Severity::kError},
};
/// Words of failure where no level is named.
constexpr std::string_view kFailures[] = {
    "error",   "errors", "failed",  "failure", "fails",    "exception", "traceback", "panic",  "panicked", "aborted",
    "refused", "denied", "timeout", "timed",   "segfault", "killed",    "cannot",    "unable", "fatal"};

/// Levels stand near the beginning, behind names of hosts and programs.
constexpr std::size_t kHead = 96;

/// Whether a level is meant: in capitals, in brackets or quotes, before a colon, or as a value.
bool StandsAsLevel(std::string_view text, std::string_view word, std::size_t at) {
  if (std::ranges::none_of(word, [](char c) { return c >= 'a' && c <= 'z'; })) return true;
  const char before = at == 0 ? '\0' : text[at - 1];
  const std::size_t end = at + word.size();
  const char after = end < text.size() ? text[end] : '\0';
  return (before == '[' && after == ']') || (before == '(' && after == ')') || (before == '"' && after == '"') ||
         (before == '<' && after == '>') || before == '=' || after == ':' || after == '|';
}

Severity SeverityOf(std::string_view text) {
  Severity severity = Severity::kNone;
  ForEachWord(text.substr(0, kHead), [&](std::string_view word, std::size_t at) {
    for (const LevelWord& level : kLevelWords) {
      if (!SameLetters(level.word, word) || !StandsAsLevel(text, word, at)) continue;
      severity = level.severity;
      return false;
    }
    return true;
  });
  if (severity != Severity::kNone) return severity;
  ForEachWord(text, [&](std::string_view word, std::size_t) {
    const auto same = [&](std::string_view failure) { return SameLetters(failure, word); };
    // "ConnectionError", "TimeoutException".
    if (std::ranges::any_of(kFailures, same) || word.ends_with("Error") || word.ends_with("Exception")) {
      severity = Severity::kError;
      return false;
    }
    return true;
  });
  return severity;
}

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

}  // namespace

LogLine ReadLogLine(std::string_view line, std::int64_t now_ms) {
  LogLine read{.text = line};
  read.at_ms = ReadMoment(line, now_ms, read.text);
  read.severity = SeverityOf(read.text);
  read.took_ns = DurationIn(read.text);
  return read;
}

}  // namespace skep::metrics
