#include "base/id.h"

#include <array>
#include <cstddef>

namespace skep {
namespace {

constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kBitsPerDigit = 5;
constexpr std::size_t kMinDigits = 6;
constexpr std::size_t kMaxDigits = (63 + kBitsPerDigit - 1) / kBitsPerDigit;

}  // namespace

std::string FormatId(std::string_view prefix, std::int64_t number) {
  std::array<char, kMaxDigits> digits;
  std::size_t first = kMaxDigits;
  auto rest = static_cast<std::uint64_t>(number);
  while (first > 0 && (rest != 0 || kMaxDigits - first < kMinDigits)) {
    digits[--first] = kDigits[rest % kDigits.size()];
    rest /= kDigits.size();
  }
  std::string id;
  id.reserve(prefix.size() + 1 + kMaxDigits);
  id.append(prefix).append(1, '_').append(digits.data() + first, kMaxDigits - first);
  return id;
}

std::optional<std::int64_t> ParseId(std::string_view prefix, std::string_view text) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  if (!text.starts_with('_')) return std::nullopt;
  text.remove_prefix(1);
  if (text.size() < kMinDigits || text.size() > kMaxDigits) return std::nullopt;
  if (text.size() > kMinDigits && text.front() == '0') return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    if (number > static_cast<std::uint64_t>(INT64_MAX) >> kBitsPerDigit) return std::nullopt;
    number = number << kBitsPerDigit | digit;
  }
  return static_cast<std::int64_t>(number);
}

}  // namespace skep
