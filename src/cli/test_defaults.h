#pragma once

#include <array>
#include <span>
#include <string_view>

/// What `skep test` does unless something else is asked for. Its help is made from it.
namespace skep::cli {

/// A load on servers of our own, and what it is to show.
struct Loading {
  std::string_view pattern;
  std::string_view mix;
  std::span<const std::string_view> expect = {};
  bool socket = false;  ///< One server on a socket for all connections, else each has its own.
  int connections = 1;
  double seconds = 10;
};

/// What is required: 10,000 messages a second go on and on, 50,000 for a moment; p95 of a round trip within 5 ms; and
/// all are answered.
inline constexpr std::array<std::string_view, 3> kLoadExpect = {"p95<=5ms", "errors<=0%", "rate>=17500/s"};
inline constexpr Loading kLoad{.pattern = "spike:10000-50000", .mix = "ping=8,retrieve=2", .expect = kLoadExpect};
/// 200 clients of one server: those who wait for each other's answers on its one thread.
inline constexpr std::array<std::string_view, 3> kNetworkExpect = {"p95<=5ms", "errors<=0%", "rate>=9900/s"};
inline constexpr Loading kNetwork{.pattern = "constant:10000",
                                  .mix = "ping=8,retrieve=2",
                                  .expect = kNetworkExpect,
                                  .socket = true,
                                  .connections = 200};
inline constexpr Loading kCustom{.pattern = "constant:1000", .mix = "ping"};

inline constexpr std::string_view kStressMix = "ping=8,retrieve=2";
inline constexpr double kStressStepS = 2;
/// Rates that a search tries, about: it doubles some times, and halves the gap then.
inline constexpr double kStressSteps = 10;
/// The rate that it must find to hold.
inline constexpr double kRequiredPerS = 10'000;

inline constexpr double kMemoryS = 30;
inline constexpr double kDatabaseS = 1;

}  // namespace skep::cli
