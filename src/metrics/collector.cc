#include "metrics/collector.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string>
#include <utility>

#include "base/limits.h"
#include "base/log.h"
#include "metrics/process.h"
#include "metrics/windows.h"
#include "store/probe.h"

namespace skep::metrics {
namespace {

void MergeInto(const Recorded& recorded, std::vector<Recorded>& all) {
  const auto same = std::ranges::find(all, recorded.operation, &Recorded::operation);
  if (same == all.end()) return all.push_back(recorded);
  same->errors += recorded.errors;
  same->bytes_in += recorded.bytes_in;
  same->bytes_out += recorded.bytes_out;
  same->values.Merge(recorded.values);
}

}  // namespace

/// A window on its way into the database.
class Collector::Writing final : public store::Operation {
 public:
  Writing(const Options& options, const ProcessKey& process, ProcessAge age, std::shared_ptr<Parts> parts,
          std::shared_ptr<Journal> journal)
      : judge_(options.judge),
        clock_(options.clock),
        process_(process),
        age_(age),
        parts_(std::move(parts)),
        journal_(std::move(journal)) {}

  Expected<void> Run(store::Database& database) override {
    for (const Contents& part : *parts_) {
      AddToWindows(database, part.recorded, part.at_ms);
      AddSamples(database, process_, part.samples, part.at_ms, age_);
      AddErrors(database, part.errors, part.at_ms);
      AddContention(database, part.contention, part.at_ms);
    }
    PruneWindows(database, clock_.WallMs());
    if (judge_) judgement_ = judge_(database, process_, clock_.WallMs());
    return {};
  }

  void Finish(Expected<void> outcome) override {
    {
      const std::lock_guard lock(journal_->mutex);
      std::erase(journal_->under_way, parts_);
      if (!outcome) KeepLast();
    }
    if (!outcome) return;
    journal_->written_ms = clock_.WallMs();
    journal_->alert_open = judgement_.alert_open;
    for (const std::string& line : judgement_.said) Log(LogLevel::kWarn, "{}", line);
  }

 private:
  /// For the next window to take with it, but nothing that was there before: a disk that is full stays so for long.
  void KeepLast() {
    const std::size_t lost = parts_->size() - 1 + journal_->again.size();
    // Calls say the same, louder: this is said once.
    if (lost > 0 && journal_->lost == 0) Log(LogLevel::kInfo, "what was measured could not be written down");
    journal_->lost += static_cast<std::int64_t>(lost);
    journal_->again.clear();
    journal_->again.push_back(std::move(parts_->back()));
  }

  const decltype(Options::judge) judge_;
  const Clock& clock_;
  const ProcessKey process_;
  const ProcessAge age_;
  const std::shared_ptr<Parts> parts_;
  const std::shared_ptr<Journal> journal_;
  Judgement judgement_;
};

Collector::Collector(Options options)
    : options_(std::move(options)),
      process_{.pid = options_.pid, .started_ms = options_.clock.WallMs()},
      born_ns_(options_.clock.SteadyNs()),
      timer_(options_.events.MakeTimer([this] { OnTick(); })) {}

Collector::~Collector() = default;

void Collector::Awake() {
  awake_ = true;
  looked_ns_ = 0;
  idle_windows_ = 0;
  window_ms_ = WindowStart(options_.clock.WallMs(), kLevels.front().seconds);
  begun_ns_ = options_.clock.SteadyNs();
  due_ns_ = begun_ns_ + limits::kSampleMs * 1'000'000;
  timer_->Set(limits::kSampleMs);
}

void Collector::OnTick() {
  if (!awake_) return Settle();
  const std::int64_t now_ns = options_.clock.SteadyNs();
  recorder_.Record(Recorder::Thread::kLoop, Operation::kLoopDelay,
                   static_cast<std::uint64_t>(std::max<std::int64_t>(now_ns - due_ns_, 0)));
  Look();
  const std::int64_t window_ms = WindowStart(options_.clock.WallMs(), kLevels.front().seconds);
  if (window_ms != window_ms_) {
    WriteDown(window_ms_);
    window_ms_ = window_ms;
    idle_windows_ = std::exchange(worked_, false) ? 0 : idle_windows_ + 1;
    // Whether this window has cleared an alert is seen at the end of the next.
    if (idle_windows_ > 0 && (!journal_->alert_open || idle_windows_ >= kMostIdleWindows)) awake_ = false;
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

void Collector::Settle() {
  const std::lock_guard lock(journal_->mutex);
  std::vector<Recorded> recorded = recorder_.Take();
  if (recorded.empty()) return;
  journal_->left.clear();
  journal_->left.push_back({.at_ms = window_ms_, .recorded = std::move(recorded)});
}

void Collector::WriteDown(std::int64_t at_ms, bool last) {
  if (store_ == nullptr) return;
  const std::int64_t now_ns = options_.clock.SteadyNs();
  const double seconds = static_cast<double>(now_ns - std::exchange(begun_ns_, now_ns)) / 1e9;
  auto parts = std::make_shared<Parts>();
  {
    const std::lock_guard lock(journal_->mutex);
    for (std::vector<Contents>* const earlier : {&journal_->again, &journal_->left}) {
      std::ranges::move(*earlier, std::back_inserter(*parts));
      earlier->clear();
    }
    Contents& contents = parts->emplace_back(Contents{.at_ms = at_ms,
                                                      .recorded = recorder_.Take(),
                                                      .samples = std::exchange(samples_, {}),
                                                      .errors = errors_.Take(),
                                                      .contention = contention_.Take()});
    rates_.Add(contents.recorded, at_ms, seconds, contents.samples);
    journal_->under_way.push_back(parts);
  }
  const ProcessAge age = !Young() ? ProcessAge::kGrown : last ? ProcessAge::kEndedYoung : ProcessAge::kYoung;
  store_->Submit(std::make_unique<Writing>(options_, process_, age, std::move(parts), journal_));
}

bool Collector::Young() const { return options_.clock.SteadyNs() - born_ns_ < limits::kWindowMs * 1'000'000; }

std::vector<Recorded> Collector::Live(store::Database& database) {
  const std::lock_guard lock(journal_->mutex);
  std::vector<Recorded> live = recorder_.Peek();
  const auto add = [&](const std::vector<Contents>& parts) {
    for (const Contents& part : parts) {
      for (const Recorded& recorded : part.recorded) MergeInto(recorded, live);
    }
  };
  for (const auto& parts : journal_->under_way) {
    // It has been committed, and only has not come back yet.
    if (!HasSamples(database, process_, parts->back().at_ms)) add(*parts);
  }
  add(journal_->again);
  add(journal_->left);
  return live;
}

void Collector::Close() {
  timer_->Stop();
  bool has_failed = false;
  {
    const std::lock_guard lock(journal_->mutex);
    has_failed = !journal_->again.empty();
  }
  // Only what somebody has done, and not that we have written it down. Who ends young is counted.
  if (worked_ || (awake_ && Young()) || has_failed) {
    Look();
    WriteDown(WindowStart(options_.clock.WallMs(), kLevels.front().seconds), true);
  }
  store_ = nullptr;
}

}  // namespace skep::metrics
