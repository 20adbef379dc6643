#include "store/checkpointer.h"

#include <sqlite3.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/printable.h"

namespace skep::store {

Checkpointer::Checkpointer(Database& database) : database_(database) {
  const auto committed = [](void* pages, sqlite3*, const char*, int length) {
    *static_cast<int*>(pages) = length;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(database.handle(), committed, &pages_);
}

Checkpointer::~Checkpointer() { sqlite3_wal_hook(database_.handle(), nullptr, nullptr); }

bool Checkpointer::due() {
  if (pages_ < tried_at_) tried_at_ = 0;
  return pages_ >= limits::kCheckpointPages && pages_ >= tried_at_ + limits::kCheckpointPages / 4;
}

void Checkpointer::Run() {
  tried_at_ = pages_;
  const int code = sqlite3_wal_checkpoint_v2(database_.handle(), "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code != SQLITE_OK && code != SQLITE_BUSY) {
    // Nothing is lost: it is all in the log, and the commit that lacks room there will say so.
    Log(LogLevel::kWarn, "checkpoint of {}: {}", Printable(database_.path()), sqlite3_errmsg(database_.handle()));
  }
}

bool Checkpointer::due_at_exit() const { return pages_ > limits::kCheckpointPagesAtExit; }

void Checkpointer::RunAtExit() {
  sqlite3_busy_timeout(database_.handle(), 0);
  sqlite3_wal_checkpoint_v2(database_.handle(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
}

}  // namespace skep::store
