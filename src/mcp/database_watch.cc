#include "mcp/database_watch.h"

#include <filesystem>
#include <string>
#include <utility>

#include "base/limits.h"
#include "store/store.h"

namespace skep::mcp {

DatabaseWatch::DatabaseWatch(const Services& services, std::function<void()> look)
    : services_(services), look_(std::move(look)), burst_(services.events.MakeTimer([this] { OnBurst(); })) {}

void DatabaseWatch::Start() {
  if (std::exchange(running_, true)) return;
  const std::filesystem::path database(services_.store.path());
  watch_ = services_.events.WatchDirectory(database.parent_path().string(),
                                           [this, log = database.filename().string() + "-wal"](std::string_view name) {
                                             if (name == log) OnFileChange();
                                           });
}

void DatabaseWatch::Stop() {
  running_ = false;
  watch_.reset();
  burst_->Stop();
  burst_ms_ = 0;
}

void DatabaseWatch::OnFileChange() {
  look_();
  // A burst that has just begun is left alone, or a stream of changes would put it off for ever.
  if (!running_ || burst_ms_ == 1) return;
  burst_ms_ = 1;
  burst_->Set(burst_ms_);
}

void DatabaseWatch::OnBurst() {
  look_();
  if (!running_) return;
  burst_ms_ = burst_ms_ < limits::kLastLookMs ? 2 * burst_ms_ : 0;
  if (burst_ms_ != 0) burst_->Set(burst_ms_);
}

}  // namespace skep::mcp
