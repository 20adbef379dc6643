#include "bench/run.h"

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <utility>

#include "base/clock.h"

namespace skep::bench {
namespace {

/// What one side of a measurement has given: values by figure.
using Columns = std::vector<std::vector<double>>;

void Keep(const std::vector<double>& values, Columns& columns) {
  for (std::size_t i = 0; i < columns.size() && i < values.size(); ++i) columns[i].push_back(values[i]);
}

}  // namespace

Run::Run(Options options, double seconds, Told told, Stopped stopped)
    : options_(std::move(options)), length_s_(seconds), told_(std::move(told)), asked_(std::move(stopped)) {
  std::signal(SIGPIPE, SIG_IGN);
}

bool Run::stopped() {
  stopped_ = stopped_ || (asked_ && asked_());
  return stopped_;
}

void Run::Begin(double seconds) {
  done_s_ += part_s_;
  part_s_ = seconds;
  part_began_ns_ = SystemClock().SteadyNs();
}

void Run::At(std::string_view what) {
  if (!told_) return;
  const double elapsed_s = static_cast<double>(SystemClock().SteadyNs() - part_began_ns_) / 1e9;
  const double done_s = done_s_ + std::min(part_s_, elapsed_s);
  told_(length_s_ > 0 ? std::min(1.0, done_s / length_s_) : 1, what);
}

void Run::AddNoData(std::string_view suite, const std::vector<Figure>& figures, std::string_view why) {
  for (const Figure& figure : figures) Add(NoData(suite, figure, why));
}

void Measure(Run& run, const Measurement& measurement, double seconds) {
  const int sides = measurement.floor ? 2 : 1;
  const double each_s = seconds / ((kRepetitions + 1) * sides);
  run.Begin(seconds);
  const std::int64_t began_ns = SystemClock().SteadyNs();
  const auto over = [&](int repetition) {
    const double elapsed_s = static_cast<double>(SystemClock().SteadyNs() - began_ns) / 1e9;
    return repetition > kRepetitions || (repetition > 1 && elapsed_s + each_s * sides > seconds * 1.25);
  };
  Columns values(measurement.figures.size());
  Columns floors(measurement.floor ? values.size() : 0);
  std::string failed;
  for (int repetition = 0; !over(repetition) && !run.stopped() && failed.empty(); ++repetition) {
    run.At(measurement.suite + ": " + measurement.figures.front().name);
    const auto measured = measurement.probe(each_s);
    if (!measured) {
      failed = measured.error().message;
      break;
    }
    const auto floor = measurement.floor ? measurement.floor(each_s) : Expected<std::vector<double>>();
    if (!floor) failed = measurement.floor_name + ": " + floor.error().message;
    if (repetition == 0 || !floor) continue;
    Keep(*measured, values);
    Keep(*floor, floors);
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Figure& figure = measurement.figures[i];
    if (values[i].empty()) {
      run.Add(NoData(measurement.suite, figure, failed.empty() ? "it was stopped before" : failed));
      continue;
    }
    run.Add(Summarise(measurement.suite, figure, values[i], measurement.floor_name,
                      floors.empty() ? std::vector<double>() : floors[i], run.options().seed));
  }
}

}  // namespace skep::bench
