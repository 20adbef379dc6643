#include "skep/context.h"

#include "base/clock.h"
#include "store/store.h"

namespace skep {

ToolContext::ToolContext(const Services& services, SessionScope& session, store::Database* database)
    : services_(services),
      session_(session),
      database_(database),
      writing_(database != nullptr),
      now_ms_(services.clock.WallMs()) {}

Moment ToolContext::now() const { return {.wall_ms = now_ms_, .boot_ms = services_.clock.BootMs()}; }

store::Database& ToolContext::database() {
  if (database_ == nullptr) database_ = &services_.store.Reader();
  return *database_;
}

store::Cache* ToolContext::cache() const { return writing_ ? nullptr : &services_.store.cache(); }

}  // namespace skep
