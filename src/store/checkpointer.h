#pragma once

#include "store/database.h"

namespace skep::store {

/// Copies the log back into the database when it has grown long. Always under the write lock, on the thread of the
/// connection.
class Checkpointer {
 public:
  /// Watches the commits of this connection, which must outlive it.
  explicit Checkpointer(Database& database);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  /// Asked after each commit: whether the log has reached limits::kCheckpointPages, and has been begun anew or has
  /// grown by a quarter of that since the last try. (Readers of an old state keep the log from being copied or begun
  /// anew.)
  bool due();
  /// Copies what can be copied without waiting for anyone.
  void Run();
  /// Whether an exit should copy it.
  bool due_at_exit() const;
  /// Copies everything and empties the log, unless another process is using it.
  void RunAtExit();

 private:
  Database& database_;
  /// The log's length after the last commit here.
  int pages_ = 0;
  /// That length when it was last copied, since it was begun.
  int tried_at_ = 0;
};

}  // namespace skep::store
