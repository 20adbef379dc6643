#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/events.h"
#include "metrics/contention.h"
#include "metrics/error_tally.h"
#include "metrics/recorder.h"
#include "store/store.h"

namespace skep::metrics {

/// Takes a figure's name and what it is now.
using Gauges = std::function<void(std::string_view name, double value)>;

/// What is measured in this process: counts it, looks at the process while there is work, and writes all of it down
/// every limits::kWindowMs, and at the end. At rest it does nothing. On the loop's thread, but for the recorder.
class Collector {
 public:
  /// All must outlive this, but for the store, which Close() must go before.
  Collector(store::Store& store, const Clock& clock, Events& events);
  ~Collector();
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  Recorder& recorder() { return recorder_; }
  ErrorTally& errors() { return errors_; }
  Contention& contention() { return contention_; }

  /// Something was done: there will be something to write down. Cheap.
  void NoteWork() {
    if (!awake_) [[unlikely]] Awake();
  }
  /// Calls `source` whenever the process is looked at.
  void AddGauges(std::function<void(const Gauges&)> source) { sources_.push_back(std::move(source)); }
  /// What the process is like now.
  void ReadGauges(const Gauges& to);

  /// Writes down what there is, and no more from then on.
  void Close();

 private:
  class Impl;
  void Awake();

  Recorder recorder_;
  ErrorTally errors_;
  Contention contention_;
  std::vector<std::function<void(const Gauges&)>> sources_;
  bool awake_ = false;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skep::metrics
