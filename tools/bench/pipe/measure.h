#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace skep::pipe {

struct Setting {
  std::vector<std::string> server;
  std::string echo;  ///< Path of skep_bench_echo.
  std::string home;  ///< An empty directory, on the disk that is measured.
  int core = 0;      ///< Where client, server and echo run together.
  int rounds = 0;    ///< How often each measurement alternates between server and floor.
};

/// One figure, and beside it what it is compared with.
struct Row {
  std::string name;
  std::string unit;
  double value = 0;
  std::string floor_name = {};  ///< Empty: there is none.
  double floor = 0;
  std::optional<double> ratio = {};  ///< Median over the rounds where both were measured in each, else value ÷ floor.
  std::size_t samples = 0;
};
using Rows = std::vector<Row>;

/// Sequential round trips, all on one core.
Rows RoundTrips(const Setting& setting);
/// As many requests as the pipes take at once: the rate on one core and on all, and the server's processor time.
Rows Pipelined(const Setting& setting);
/// Durable stores, pipelined and one after the other, and the disk's own time.
Rows Durable(const Setting& setting);
/// Lines of up to 10 MB, there and back: bytes a second of both directions together.
Rows Large(const Setting& setting);
/// From exec to the first answers, with a database that exists.
Rows Start(const Setting& setting);
/// Memory after initialize, at rest.
Rows Memory(const Setting& setting);

}  // namespace skep::pipe
