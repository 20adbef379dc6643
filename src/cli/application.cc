#include "cli/application.h"

#include "base/clock.h"
#include "handlers/list.h"
#include "swarm/full_text.h"

namespace skep::cli {
namespace {

store::Options StoreOptions(const Settings& settings) {
  return {.path = settings.database,
          .fsync = settings.fsync,
          .cache_bytes = settings.cache_bytes,
          .lock_wait_ms = settings.lock_wait_ms,
          .maintenance = [](store::Database& database) { return swarm::Maintain(database, SystemClock().WallMs()); }};
}

}  // namespace

Application::Application(const Settings& settings, Executor& executor)
    : store_(StoreOptions(settings), SystemClock(), executor),
      server_({.tools = handlers::AllTools(), .instructions = handlers::Instructions()},
              Services{.store = store_, .clock = SystemClock(), .executor = executor}) {}

}  // namespace skep::cli
