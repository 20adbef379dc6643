#include "metrics/log_moment.h"

#include <charconv>
#include <chrono>
#include <cstddef>

#include "metrics/characters.h"

namespace skep::metrics {
namespace {

constexpr std::int64_t kSecondMs = 1000;
constexpr std::int64_t kDayMs = 24 * 3600 * kSecondMs;
/// 2001 and 2100: digits that are meant as a moment are between them.
constexpr std::int64_t kEarliestS = 978'307'200;
constexpr std::int64_t kLatestS = 4'102'444'800;

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

}  // namespace

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

}  // namespace skep::metrics
