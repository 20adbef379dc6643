#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "load/figure.h"
#include "load/load.h"
#include "skep/error.h"

namespace skep::load {

/// What a run is to show.
struct Expectation {
  Figure figure;
  bool below = true;  ///< Of the bound; else above it.
  bool or_equal = false;
  double bound = 0;  ///< In the figure's unit.
};

/// "p95<5ms", "max<=1s", "errors<0.1%", "rate>1000/s", "cpu<2us", "rss<50MB"; spaces do not matter. Units are ns, us
/// (µs), ms, s; %; /s, which may be left out; B, KB, MB, GB (of 1000) and KiB, MiB, GiB. Fails with kInvalidArgument
/// and what would be right.
Expected<Expectation> ParseExpectation(std::string_view text);
/// "p95 < 5 ms"
std::string Text(const Expectation& expectation);

struct Judgement {
  enum class Verdict : std::uint8_t {
    kMet,
    kNotMet,
    kNoData,  ///< Which is not met either.
  };
  Expectation expectation;
  Verdict verdict = Verdict::kNoData;
  std::optional<double> value;
};
/// By the median over the rounds that have the figure. An outcome by itself is one round.
Judgement Judge(const Expectation& expectation, std::span<const Outcome> rounds);
/// "p95 < 5 ms: met (1.2 ms)", "p95 < 5 ms: no data"
std::string Text(const Judgement& judgement);
/// "met", "not met", "no data"
std::string_view Name(Judgement::Verdict verdict);

}  // namespace skep::load
