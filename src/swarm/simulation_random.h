#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>

namespace skep::swarm {

/// Numbers that look random and depend on the seed alone: the same with every compiler and library (the distributions
/// of <random> are not). SplitMix64.
class Random {
 public:
  /// Several numbers make one seed: so what happens at one claim of one task is the same whatever happened before it.
  Random(std::initializer_list<std::uint64_t> seed) {
    for (const std::uint64_t part : seed) state_ = Mix(state_ + kStep + part);
  }

  std::uint64_t Next() { return Mix(state_ += kStep); }
  /// In [0, 1).
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1p-53; }
  bool Chance(double probability) { return Unit() < probability; }
  /// In [0, bound).
  std::int64_t Below(std::int64_t bound) {
    return static_cast<std::int64_t>(Next() % static_cast<std::uint64_t>(bound > 0 ? bound : 1));
  }
  /// Log-normal with mean 1. The normal is a sum of twelve uniform ones, which needs no library.
  double LogNormal(double sigma) {
    double normal = -6;
    for (int i = 0; i < 12; ++i) normal += Unit();
    return std::exp(sigma * normal - sigma * sigma / 2);
  }

 private:
  static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15;
  static std::uint64_t Mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  std::uint64_t state_ = 0;
};

}  // namespace skep::swarm
