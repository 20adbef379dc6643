#include "base/time_text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

namespace skep {
namespace {

/// "00", "01" … "99".
constexpr std::array<char, 200> MakePairs() {
  std::array<char, 200> pairs{};
  for (unsigned i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}
constexpr std::array<char, 200> kPairs = MakePairs();

char* TwoDigits(unsigned value, char* to) {
  std::memcpy(to, &kPairs[std::size_t{2} * value], 2);
  return to + 2;
}

}  // namespace

std::string_view FormatTime(std::int64_t ms, char (&to)[kTimeTextSize]) {
  constexpr std::int64_t kYear0 = -62'167'219'200'000;
  constexpr std::int64_t kYear9999 = 253'402'300'799'999;
  using std::chrono::floor;
  const std::chrono::sys_time<std::chrono::milliseconds> time(
      std::chrono::milliseconds(std::clamp(ms, kYear0, kYear9999)));
  const auto day = floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto in_day = static_cast<unsigned>((time - day).count());
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  const unsigned second = in_day / 1000;

  char* p = TwoDigits(year % 100, TwoDigits(year / 100, to));
  *p++ = '-';
  p = TwoDigits(static_cast<unsigned>(date.month()), p);
  *p++ = '-';
  p = TwoDigits(static_cast<unsigned>(date.day()), p);
  *p++ = 'T';
  p = TwoDigits(second / 3600, p);
  *p++ = ':';
  p = TwoDigits(second / 60 % 60, p);
  *p++ = ':';
  p = TwoDigits(second % 60, p);
  *p++ = '.';
  *p++ = static_cast<char>('0' + in_day % 1000 / 100);
  p = TwoDigits(in_day % 100, p);
  *p++ = 'Z';
  return {to, static_cast<std::size_t>(p - to)};
}

}  // namespace skep
