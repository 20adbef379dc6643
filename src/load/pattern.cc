#include "load/pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>

namespace skep::load {
namespace {

/// No client sends more, and sums of such rates over a year are far from the end of a double's integers.
constexpr double kMostPerS = 1e8;
/// On one connection: four times what skep takes before it stops to read.
constexpr int kMostDepth = 16'384;
constexpr int kMostSteps = 1000;
/// What an integral of a rate may be off by when it should be a whole number.
constexpr double kRounding = 1e-6;

constexpr std::string_view kWanted =
    "constant:RATE, ramp:RATE-RATE, spike:RATE-RATE, step:RATE-RATE/STEPS or closed:DEPTH, with rates per second";

template <class Number>
std::optional<Number> TakeNumber(std::string_view& text) {
  Number number{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool Take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<double> TakeRate(std::string_view& text) {
  const auto rate = TakeNumber<double>(text);
  if (!rate || !(*rate >= 0 && *rate <= kMostPerS)) return std::nullopt;
  return rate;
}

bool TakeTwoRates(std::string_view& text, Pattern& pattern) {
  const auto from = TakeRate(text);
  if (!from || !Take(text, '-')) return false;
  const auto to = TakeRate(text);
  if (!to || *from + *to <= 0) return false;
  pattern.from_per_s = *from;
  pattern.to_per_s = *to;
  return true;
}

std::optional<Pattern> Parsed(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view shape = text.substr(0, colon);
  std::string_view rest = text.substr(colon + 1);
  Pattern pattern;
  bool good = false;
  if (shape == "closed") {
    const auto depth = TakeNumber<int>(rest);
    good = depth && *depth >= 1 && *depth <= kMostDepth;
    if (good) pattern.depth = *depth;
  } else if (shape == "constant") {
    pattern.shape = Pattern::Shape::kConstant;
    const auto rate = TakeRate(rest);
    good = rate && *rate > 0;
    if (good) pattern.from_per_s = pattern.to_per_s = *rate;
  } else if (shape == "ramp") {
    pattern.shape = Pattern::Shape::kRamp;
    good = TakeTwoRates(rest, pattern);
  } else if (shape == "spike") {
    pattern.shape = Pattern::Shape::kSpike;
    good = TakeTwoRates(rest, pattern);
  } else if (shape == "step") {
    pattern.shape = Pattern::Shape::kStep;
    good = TakeTwoRates(rest, pattern) && Take(rest, '/');
    const auto steps = good ? TakeNumber<int>(rest) : std::nullopt;
    good = steps && *steps >= 2 && *steps <= kMostSteps;
    if (good) pattern.steps = *steps;
  }
  if (!good || !rest.empty()) return std::nullopt;
  return pattern;
}

}  // namespace

Expected<Pattern> ParsePattern(std::string_view text) {
  if (auto pattern = Parsed(text)) return *pattern;
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("\"{}\" is no pattern; wanted: {} (rates above 0, at most {:.0f}; depth 1 to {}; 2 to {} "
                          "steps)",
                          text, kWanted, kMostPerS, kMostDepth, kMostSteps));
}

std::string Text(const Pattern& pattern) {
  switch (pattern.shape) {
    case Pattern::Shape::kConstant:
      return fmt::format("constant:{}", pattern.from_per_s);
    case Pattern::Shape::kRamp:
      return fmt::format("ramp:{}-{}", pattern.from_per_s, pattern.to_per_s);
    case Pattern::Shape::kSpike:
      return fmt::format("spike:{}-{}", pattern.from_per_s, pattern.to_per_s);
    case Pattern::Shape::kStep:
      return fmt::format("step:{}-{}/{}", pattern.from_per_s, pattern.to_per_s, pattern.steps);
    case Pattern::Shape::kClosed:
      break;
  }
  return fmt::format("closed:{}", pattern.depth);
}

Schedule::Schedule(const Pattern& pattern, std::int64_t duration_ns) {
  const double seconds = static_cast<double>(duration_ns) / 1e9;
  const double from = pattern.from_per_s;
  const double to = pattern.to_per_s;
  if (pattern.shape == Pattern::Shape::kSpike) {
    Add(seconds * 2 / 5, from, from);
    Add(seconds / 5, to, to);
    Add(seconds * 2 / 5, from, from);
  } else if (pattern.shape == Pattern::Shape::kStep) {
    for (int step = 0; step < pattern.steps; ++step) {
      const double rate = from + (to - from) * step / (pattern.steps - 1);
      Add(seconds / pattern.steps, rate, rate);
    }
  } else {
    Add(seconds, from, to);
  }
  const Stretch& last = stretches_.back();
  total_ = static_cast<std::uint64_t>(std::ceil(last.before + last.Within(last.seconds) - kRounding));
}

void Schedule::Add(double seconds, double from_per_s, double to_per_s) {
  Stretch stretch{.seconds = seconds, .from_per_s = from_per_s, .to_per_s = to_per_s};
  if (!stretches_.empty()) {
    const Stretch& last = stretches_.back();
    stretch.from_s = last.from_s + last.seconds;
    stretch.before = last.before + last.Within(last.seconds);
  }
  stretches_.push_back(stretch);
}

std::int64_t Schedule::DueNs(std::uint64_t n) const {
  const auto wanted = static_cast<double>(n);
  // Of several that begin there, the first ones have a rate of 0, and nothing is due in them.
  const auto after = std::ranges::upper_bound(stretches_, wanted, {}, &Stretch::before);
  const Stretch& stretch = *std::prev(after);
  const double left = wanted - stretch.before;
  double s = 0;
  if (left > 0) {
    // The root of slope / 2 × s² + from × s = left, in the form that loses no digits when the slope is small.
    const double from = stretch.from_per_s;
    s = 2 * left / (from + std::sqrt(std::max(0.0, from * from + 2 * stretch.Slope() * left)));
  }
  return std::llround((stretch.from_s + std::min(s, stretch.seconds)) * 1e9);
}

std::uint64_t Schedule::DueBy(std::int64_t ns) const {
  if (ns < 0) return 0;
  const double s = static_cast<double>(ns) / 1e9;
  const auto after = std::ranges::upper_bound(stretches_, s, {}, &Stretch::from_s);
  const Stretch& stretch = *std::prev(after);
  const double integral = stretch.before + stretch.Within(std::min(s - stretch.from_s, stretch.seconds));
  // What rounding may have got wrong is put right by the definition.
  auto count = std::min(static_cast<std::uint64_t>(integral) + 1, total_);
  while (count > 0 && DueNs(count - 1) > ns) --count;
  while (count < total_ && DueNs(count) <= ns) ++count;
  return count;
}

}  // namespace skep::load
