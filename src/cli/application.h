#pragma once

#include "base/executor.h"
#include "cli/settings.h"
#include "mcp/server.h"
#include "skep/context.h"
#include "store/store.h"

namespace skep::cli {

/// skep itself, for whoever serves it: the project's store, and the server with all tools on it. A store that cannot be
/// opened does not keep it from being made: calls then answer with the reason.
class Application {
 public:
  /// `executor` is the thread that connections live on; it must outlive this.
  Application(const Settings& settings, Executor& executor);

  mcp::Server& server() { return server_; }

 private:
  store::Store store_;
  mcp::Server server_;
};

}  // namespace skep::cli
