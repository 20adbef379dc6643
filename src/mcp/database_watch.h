#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/events.h"
#include "skep/context.h"

namespace skep::mcp {

/// Says when the project's database may have changed, whoever has changed it: its log's file is watched. A commit is
/// published some milliseconds after that file has changed, when it has reached the disk; so it is said again 1, 2, 4,
/// … ms later, up to limits::kLastLookMs.
///
/// On the executor's thread.
class DatabaseWatch {
 public:
  /// `look` should be cheap when nothing has changed after all: compare Store::State().
  DatabaseWatch(const Services& services, std::function<void()> look);

  /// Begins to watch, unless it does. Where the system cannot watch files, `look` is never called.
  void Start();
  void Stop();

 private:
  void OnFileChange();
  void OnBurst();

  const Services services_;
  const std::function<void()> look_;
  std::unique_ptr<Events::Watch> watch_;
  std::unique_ptr<Events::Timer> burst_;
  bool running_ = false;
  std::int64_t burst_ms_ = 0;  ///< Until the next look of a burst; 0: there is none.
};

}  // namespace skep::mcp
