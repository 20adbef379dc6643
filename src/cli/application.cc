#include "cli/application.h"

#include <filesystem>
#include <string>
#include <system_error>

#include "base/clock.h"
#include "base/limits.h"
#include "base/paths.h"
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

/// Who starts a server that speaks on its standard input and output: what there is of that in the environment.
ClientIdentity ClientHere() {
  std::error_code ignored;
  const char* const session = ProcessEnvironment()("CLAUDE_CODE_SESSION_ID");
  return {.session = session == nullptr ? "" : std::string(session).substr(0, limits::kMaxClientText),
          .directory = std::filesystem::current_path(ignored).string()};
}

}  // namespace

Application::Application(const Settings& settings, net::Loop& loop, Lifetime lifetime)
    : liveness_(settings.database),
      store_(std::make_unique<store::Store>(StoreOptions(settings), SystemClock(), loop)),
      server_({.tools = handlers::AllTools(),
               .toolsets = settings.toolsets,
               .instructions = handlers::Instructions(),
               .resources = handlers::AllResources(),
               .prompts = handlers::AllPrompts(),
               .max_waiting_calls = settings.waiting_calls,
               .request_timeout_ms = settings.request_timeout_ms,
               .project = settings.project,
               .client = ClientHere()},
              Services{.store = *store_,
                       .clock = SystemClock(),
                       .executor = loop,
                       .events = loop,
                       .liveness = lifetime == Lifetime::kSession ? &liveness_ : nullptr}) {}

Application::~Application() {
  server_.Leave();
  // Finishes what was submitted, for which the server must still be there.
  store_.reset();
}

}  // namespace skep::cli
