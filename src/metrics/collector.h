#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/events.h"
#include "metrics/contention.h"
#include "metrics/error_tally.h"
#include "metrics/rates.h"
#include "metrics/recorder.h"
#include "metrics/samples.h"
#include "store/store.h"

namespace skep::metrics {

/// Takes a figure's name and what it is now.
using Gauges = std::function<void(std::string_view name, double value)>;

/// What was made of what was measured.
struct Judgement {
  std::vector<std::string> said;  ///< Each a line of the log.
  bool alert_open = false;        ///< More windows, of whatever is in them, may clear it.
};

/// What is measured in this process: counts it, looks at the process once a second while there is work, and writes all
/// of it down at the end of each window (see windows.h), and in Close(). At rest it does nothing; it comes to rest a
/// window after the last work, or when no alert is open, but no later than kMostIdleWindows. On the loop's thread, but
/// for the recorder.
class Collector {
 public:
  struct Options {
    const Clock& clock;
    Events& events;
    std::int64_t pid = 0;
    /// Called on the store's thread, in the transaction that writes a window down, after all of it has been: looks at
    /// what there is.
    std::function<Judgement(store::Database& database, const ProcessKey& process, std::int64_t now_ms)> judge = {};
  };
  /// Two minutes: alerts are cleared after four windows, but one may be of what is no work of ours.
  static constexpr int kMostIdleWindows = 12;

  /// What the options name must outlive this.
  explicit Collector(Options options);
  ~Collector();
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  Recorder& recorder() { return recorder_; }
  ErrorTally& errors() { return errors_; }
  Contention& contention() { return contention_; }
  /// Under which its samples are kept.
  const ProcessKey& process() const { return process_; }

  /// Where to write. Until then, and after Close(), nothing is written.
  void Attach(store::Store& store) { store_ = &store; }
  /// Writes down what there is, and no more from then on. Before the store goes.
  void Close();

  /// Something was done: there will be something to write down.
  void NoteWork() {
    worked_ = true;
    if (!awake_) [[unlikely]]
      Awake();
  }
  /// Calls `source` whenever the process is looked at.
  void AddGauges(std::function<void(const Gauges&)> source) { sources_.push_back(std::move(source)); }
  /// What the process is like now.
  void ReadGauges(const Gauges& to) const;
  /// What it was like when it was last looked at; nothing before that. Any thread.
  void LastGauges(const Gauges& to) const;

  /// What was recorded and is not in the database as a read of it sees it: what the window has that is being filled,
  /// and those that are on their way. Any thread, with the database of that thread.
  std::vector<Recorded> Live(store::Database& database);

  /// When a window of this process was last written down, wall clock; 0: none was.
  std::int64_t written_ms() const { return journal_->written_ms; }
  /// Windows that could not be written down, and are lost.
  std::int64_t lost_windows() const { return journal_->lost; }

 private:
  class Writing;
  /// What was measured in a window.
  struct Contents {
    std::int64_t at_ms = 0;
    std::vector<Recorded> recorded;
    Samples samples;
    ErrorKinds errors;
    std::unordered_map<std::string, Contention::Path> contention;
  };
  /// What is written down together: a window, after what could not be written before it.
  using Parts = std::vector<Contents>;
  /// What has become of the windows; outlives the collector in those that are on their way.
  struct Journal {
    std::atomic<std::int64_t> written_ms = 0;
    std::atomic<std::int64_t> lost = 0;
    std::atomic<bool> alert_open = false;
    std::mutex mutex;
    /// The rest under `mutex`, as is taking from the recorder: what was taken is here until it is in the database.
    std::vector<std::shared_ptr<Parts>> under_way;
    std::vector<Contents> again;  ///< To be written with the next window: one at most that could not be.
    std::vector<Contents> left;   ///< And one at most that came when the last window had gone.
  };

  void Awake();
  void OnTick();
  /// Looks at the process.
  void Look();
  /// Keeps what writing the last window has caused: it is not of the time when there is work again.
  void Settle();
  /// Ends the window that began at `at_ms`. `last`: the process ends as well.
  void WriteDown(std::int64_t at_ms, bool last = false);
  /// Whether the process has not yet lived for as long as a window.
  bool Young() const;

  const Options options_;
  const ProcessKey process_;
  const std::int64_t born_ns_;
  store::Store* store_ = nullptr;
  Recorder recorder_;
  ErrorTally errors_;
  Contention contention_;
  Samples samples_;
  Rates rates_;
  std::vector<std::function<void(const Gauges&)>> sources_;
  mutable std::mutex last_mutex_;
  std::map<std::string, double, std::less<>> last_;  ///< Of the last look.
  const std::shared_ptr<Journal> journal_ = std::make_shared<Journal>();
  std::unique_ptr<Events::Timer> timer_;
  bool awake_ = false;
  bool worked_ = false;         ///< Since the last window began.
  int idle_windows_ = 0;        ///< In a row, without work.
  std::int64_t window_ms_ = 0;  ///< Of the window that is being filled.
  std::int64_t begun_ns_ = 0;   ///< When that window really began.
  std::int64_t due_ns_ = 0;     ///< When the timer is to ring.
  double cpu_s_ = 0;            ///< At the last look.
  std::int64_t looked_ns_ = 0;  ///< When that was; 0: never.
};

}  // namespace skep::metrics
