#pragma once

#include <memory>

#include "base/events.h"
#include "skep/context.h"
#include "store/wal_stamp.h"
#include "swarm/session.h"

namespace skep::mcp {

/// Who is there: says when sessions of this process end and when it ends itself, and looks twice a second whether the
/// other processes on the database still live; what the sessions of a dead one held is released. Only where sessions
/// leave rows (Services::liveness).
///
/// On the executor's thread.
class RollCall {
 public:
  explicit RollCall(const Services& services);

  /// Behind everything that the session has submitted.
  void EndSession(std::shared_ptr<SessionScope> scope);
  /// Behind everything that the process has submitted.
  void Leave();

 private:
  void Look();
  void FindTheDead();

  const Services services_;
  std::unique_ptr<Events::Timer> timer_;
  /// The processes that are not known to have ended, as the database had them in that state.
  std::vector<swarm::LiveProcess> others_;
  store::Stamp read_at_;
};

}  // namespace skep::mcp
