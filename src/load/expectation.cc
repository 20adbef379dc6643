#include "load/expectation.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>
#include <system_error>
#include <vector>

#include "load/statistics.h"

namespace skep::load {
namespace {

using Kind = Figure::Kind;

struct UnitName {
  std::string_view name;
  double size;
};
constexpr UnitName kDurations[] = {{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}};
constexpr UnitName kShares[] = {{"%", 0.01}};
constexpr UnitName kRates[] = {{"/s", 1}, {"", 1}};
constexpr UnitName kSizes[] = {{"B", 1},    {"KB", 1e3},   {"kB", 1e3},      {"MB", 1e6},
                               {"GB", 1e9}, {"KiB", 1024}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};

std::span<const UnitName> UnitsOf(Kind kind) {
  switch (kind) {
    case Kind::kErrors:
      return kShares;
    case Kind::kRate:
      return kRates;
    case Kind::kResident:
      return kSizes;
    case Kind::kPercentile:
    case Kind::kMax:
    case Kind::kCpu:
      break;
  }
  return kDurations;
}

std::optional<Expectation> Parsed(std::string_view text) {
  const std::size_t at = text.find_first_of("<>");
  if (at == std::string_view::npos) return std::nullopt;
  const auto figure = FindFigure(text.substr(0, at));
  if (!figure) return std::nullopt;
  Expectation expectation{.figure = *figure, .below = text[at] == '<'};
  text.remove_prefix(at + 1);
  if (text.starts_with('=')) {
    expectation.or_equal = true;
    text.remove_prefix(1);
  }
  const auto [end, failed] =
      std::from_chars(text.data(), text.data() + text.size(), expectation.bound, std::chars_format::fixed);
  if (failed != std::errc() || !(expectation.bound >= 0) || !std::isfinite(expectation.bound)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  const auto units = UnitsOf(figure->kind);
  const auto unit = std::ranges::find(units, text, &UnitName::name);
  if (unit == units.end()) return std::nullopt;
  expectation.bound *= unit->size;
  return expectation;
}

}  // namespace

Expected<Expectation> ParseExpectation(std::string_view text) {
  std::string dense(text);
  std::erase(dense, ' ');
  if (auto expectation = Parsed(dense)) return *expectation;
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("\"{}\" is no expectation; wanted: p50<5ms (any percentile, max or cpu, with ns, us, ms or "
                          "s), errors<0.1%, rate>1000/s or rss<50MB, with <, <=, > or >=",
                          text));
}

std::string Text(const Expectation& expectation) {
  return fmt::format("{} {}{} {}", Name(expectation.figure), expectation.below ? '<' : '>',
                     expectation.or_equal ? "=" : "", ValueText(expectation.figure, expectation.bound));
}

Judgement Judge(const Expectation& expectation, std::span<const Outcome> rounds) {
  std::vector<double> values;
  for (const Outcome& outcome : rounds) {
    if (const auto value = ValueOf(expectation.figure, outcome)) values.push_back(*value);
  }
  Judgement judgement{.expectation = expectation, .value = Median(values)};
  if (!judgement.value) return judgement;
  const double value = *judgement.value;
  const double bound = expectation.bound;
  const bool met = (expectation.or_equal && value == bound) || (expectation.below ? value < bound : value > bound);
  judgement.verdict = met ? Judgement::Verdict::kMet : Judgement::Verdict::kNotMet;
  return judgement;
}

std::string Text(const Judgement& judgement) {
  std::string text = fmt::format("{}: {}", Text(judgement.expectation), Name(judgement.verdict));
  if (judgement.value) text += fmt::format(" ({})", ValueText(judgement.expectation.figure, *judgement.value));
  return text;
}

std::string_view Name(Judgement::Verdict verdict) {
  switch (verdict) {
    case Judgement::Verdict::kMet:
      return "met";
    case Judgement::Verdict::kNotMet:
      return "not met";
    case Judgement::Verdict::kNoData:
      break;
  }
  return "no data";
}

}  // namespace skep::load
