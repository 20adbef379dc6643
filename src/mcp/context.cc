#include "skep/context.h"

#include <unistd.h>

#include "base/clock.h"
#include "store/liveness.h"
#include "store/store.h"
#include "swarm/session.h"

namespace skep {

ToolContext::ToolContext(const Services& services, SessionScope& session, store::Database* database, Dialogue* dialogue)
    : services_(services),
      session_(session),
      database_(database),
      dialogue_(dialogue),
      writing_(database != nullptr),
      now_ms_(services.clock.WallMs()) {}

Moment ToolContext::now() const { return {.wall_ms = now_ms_, .boot_ms = services_.clock.BootMs()}; }

store::Database& ToolContext::database() {
  if (database_ == nullptr) database_ = &services_.store.Reader();
  return *database_;
}

std::int64_t ToolContext::SessionRow() {
  if (services_.liveness == nullptr) return 0;
  session_row_ = session_.row;
  if (session_row_ != 0) return session_row_;
  const auto token = services_.liveness->Hold();
  if (!token) {
    database().SetError(token.error());
    return 0;
  }
  const std::int64_t process = swarm::OpenProcess(database(), *token, ::getpid(), store::BootNumber(), now());
  session_row_ = swarm::OpenSession(database(), process, session_.serial, session_.client(), now());
  return session_row_;
}

store::Cache* ToolContext::cache() const { return writing_ ? nullptr : &services_.store.cache(); }

}  // namespace skep
