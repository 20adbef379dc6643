#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/row.h"
#include "skep/error.h"

namespace skep::bench {

/// What a benchmark is given.
struct Options {
  std::string program;    ///< skep itself, absolute: servers and floors are started from it.
  std::string directory;  ///< On the disk to be measured; scratch directories are made in it, and removed.
  std::int64_t agents = 8;
  std::uint64_t seed = 1;
};

/// A benchmark under way: what it has found so far, and whether it is to go on. One thread.
class Run {
 public:
  /// `seconds`: what its parts are to take together. `told` hears how much of it is done, from 0 to 1, and what it is
  /// at; `stopped` says whether to end early. Both may be empty, and are called some times a second. SIGPIPE is ignored
  /// in the process from then on: a server that ends is an error of what is measured, not our end.
  using Told = std::function<void(double share, std::string_view what)>;
  using Stopped = std::function<bool()>;
  Run(Options options, double seconds, Told told = {}, Stopped stopped = {});

  const Options& options() const { return options_; }
  /// Whether someone wants it to end. Once true, always true.
  bool stopped();
  /// A part begins that is to take so many seconds; the one before is done, whatever it took.
  void Begin(double seconds);
  /// Says what it is at.
  void At(std::string_view what);

  void Add(Row row) { rows_.push_back(std::move(row)); }
  /// A row for each figure that says why there are none.
  void AddNoData(std::string_view suite, const std::vector<Figure>& figures, std::string_view why);
  const std::vector<Row>& rows() const { return rows_; }

 private:
  const Options options_;
  const double length_s_;
  const Told told_;
  const Stopped asked_;
  bool stopped_ = false;
  double done_s_ = 0;  ///< What the parts that are done were to take.
  double part_s_ = 0;  ///< What the one under way is to take.
  std::int64_t part_began_ns_ = 0;
  std::vector<Row> rows_;
};

/// Measures once, for about so many seconds: a value for each figure.
using Probe = std::function<Expected<std::vector<double>>(double seconds)>;

/// What is measured together.
struct Measurement {
  std::string suite;
  std::vector<Figure> figures;
  Probe probe;
  std::string floor_name;  ///< Empty: there is none.
  /// Gives as many values as there are figures, to which they are compared one by one.
  Probe floor;
};

/// Repetitions that are aimed at: fewer give no interval worth printing, more make each too short.
inline constexpr int kRepetitions = 7;

/// Measures for about so many seconds: one repetition to warm up, and then as many as fit, of the probe and its floor
/// in turn, so that whatever else the machine does meets both. The rows go to `run`, also when it is stopped on the way
/// or the probe fails, which ends this measurement.
void Measure(Run& run, const Measurement& measurement, double seconds);

}  // namespace skep::bench
