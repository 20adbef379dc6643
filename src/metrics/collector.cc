#include "metrics/collector.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/limits.h"
#include "base/log.h"
#include "metrics/process.h"
#include "metrics/windows.h"
#include "store/probe.h"

namespace skep::metrics {

/// A window on its way into the database.
class Collector::Writing final : public store::Operation {
 public:
  struct Contents {
    std::vector<Recorded> recorded;
    Samples samples;
    ErrorKinds errors;
    std::unordered_map<std::string, Contention::Path> contention;
  };
  Writing(const Options& options, const ProcessKey& process, Contents contents, std::int64_t at_ms,
          std::shared_ptr<Tally> tally)
      : judge_(options.judge),
        clock_(options.clock),
        process_(process),
        contents_(std::move(contents)),
        at_ms_(at_ms),
        tally_(std::move(tally)) {}

  Expected<void> Run(store::Database& database) override {
    AddToWindows(database, contents_.recorded, at_ms_);
    AddSamples(database, process_, contents_.samples, at_ms_);
    AddErrors(database, contents_.errors, at_ms_);
    AddContention(database, contents_.contention, at_ms_);
    PruneWindows(database, clock_.WallMs());
    if (judge_) said_ = judge_(database, process_, clock_.WallMs());
    return {};
  }

  void Finish(Expected<void> outcome) override {
    if (outcome) {
      tally_->written_ms = clock_.WallMs();
      for (const std::string& line : said_) Log(LogLevel::kWarn, "{}", line);
    } else if (tally_->lost++ == 0) {
      // Calls say the same, louder: this is said once.
      Log(LogLevel::kInfo, "what was measured could not be written down: {}", outcome.error().message);
    }
  }

 private:
  const decltype(Options::judge) judge_;
  const Clock& clock_;
  const ProcessKey process_;
  const Contents contents_;
  const std::int64_t at_ms_;
  const std::shared_ptr<Tally> tally_;
  std::vector<std::string> said_;
};

Collector::Collector(Options options)
    : options_(std::move(options)),
      process_{.pid = options_.pid, .started_ms = options_.clock.WallMs()},
      timer_(options_.events.MakeTimer([this] { OnTick(); })) {}

Collector::~Collector() = default;

void Collector::Awake() {
  awake_ = true;
  looked_ns_ = 0;
  window_ms_ = WindowStart(options_.clock.WallMs(), kLevels.front().seconds);
  due_ns_ = options_.clock.SteadyNs() + limits::kSampleMs * 1'000'000;
  timer_->Set(limits::kSampleMs);
}

void Collector::OnTick() {
  const std::int64_t now_ns = options_.clock.SteadyNs();
  recorder_.Record(Recorder::Thread::kLoop, Operation::kLoopDelay,
                   static_cast<std::uint64_t>(std::max<std::int64_t>(now_ns - due_ns_, 0)));
  Look();
  const std::int64_t window_ms = WindowStart(options_.clock.WallMs(), kLevels.front().seconds);
  if (window_ms != window_ms_) {
    WriteDown(window_ms_);
    window_ms_ = window_ms;
    if (!std::exchange(worked_, false)) {
      awake_ = false;
      return;
    }
  }
  due_ns_ = now_ns + limits::kSampleMs * 1'000'000;
  timer_->Set(limits::kSampleMs);
}

void Collector::ReadGauges(const Gauges& to) const {
  const ProcessFigures process = MeasureProcess();
  const auto add = [&](std::string_view name, const auto& value) {
    if (value) to(name, static_cast<double>(*value));
  };
  add("process:cpu_s", process.cpu_s);
  add("process:resident_bytes", process.resident_bytes);
  add("process:open_files", process.open_files);
  const struct mallinfo2 heap = mallinfo2();
  to("heap:used_bytes", static_cast<double>(heap.uordblks + heap.hblkhd));
  to("heap:free_bytes", static_cast<double>(heap.fordblks));
  double load = 0;
  if (getloadavg(&load, 1) == 1) to("machine:load", load);
  if (store_ != nullptr) {
    const store::DiskUse disk = store::MeasureDisk(store_->path());
    if (disk.database >= 0) to("store:database_bytes", static_cast<double>(disk.database));
    if (disk.wal >= 0) to("store:wal_bytes", static_cast<double>(disk.wal));
    if (disk.free >= 0) to("store:free_bytes", static_cast<double>(disk.free));
    to("store:queued", static_cast<double>(store_->queued()));
    const store::Cache::Stats cache = store_->cache().stats();
    to("cache:hits", static_cast<double>(cache.hits));
    to("cache:misses", static_cast<double>(cache.misses));
    to("cache:evictions", static_cast<double>(cache.evictions));
    to("cache:invalidations", static_cast<double>(cache.invalidations));
    to("cache:entries", static_cast<double>(cache.entries));
    to("cache:bytes", static_cast<double>(cache.bytes));
  }
  for (const auto& source : sources_) source(to);
}

void Collector::LastGauges(const Gauges& to) const {
  const std::lock_guard lock(last_mutex_);
  for (const auto& [name, value] : last_) to(name, value);
}

void Collector::Look() {
  const std::int64_t now_ns = options_.clock.SteadyNs();
  std::map<std::string, double, std::less<>> last;
  ReadGauges([&](std::string_view name, double value) {
    auto found = samples_.find(name);
    if (found == samples_.end()) found = samples_.emplace(std::string(name), Sample()).first;
    found->second.Add(value);
    last.emplace(name, value);
    if (name != "process:cpu_s") return;
    // Processor time since the last look, as cores kept busy.
    if (looked_ns_ != 0 && now_ns > looked_ns_) {
      samples_["process:cpu_cores"].Add((value - cpu_s_) * 1e9 / static_cast<double>(now_ns - looked_ns_));
    }
    cpu_s_ = value;
  });
  looked_ns_ = now_ns;
  const std::lock_guard lock(last_mutex_);
  last_.swap(last);
}

void Collector::WriteDown(std::int64_t at_ms) {
  Writing::Contents contents{.recorded = recorder_.Take(),
                             .samples = std::exchange(samples_, {}),
                             .errors = errors_.Take(),
                             .contention = contention_.Take()};
  if (store_ == nullptr || contents.recorded.empty()) return;
  rates_.Add(contents.recorded, at_ms, contents.samples);
  store_->Submit(std::make_unique<Writing>(options_, process_, std::move(contents), at_ms, tally_));
}

void Collector::Close() {
  timer_->Stop();
  // Only what somebody has done, and not that we have written it down.
  if (worked_) {
    Look();
    WriteDown(WindowStart(options_.clock.WallMs(), kLevels.front().seconds));
  }
  store_ = nullptr;
}

}  // namespace skep::metrics
