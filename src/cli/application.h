#pragma once

#include <cstdint>
#include <memory>

#include "cli/settings.h"
#include "mcp/server.h"
#include "metrics/collector.h"
#include "net/loop.h"
#include "skep/context.h"
#include "store/liveness.h"
#include "store/store.h"

namespace skep::cli {

/// skep itself, for whoever serves it: the project's store, and the server with all tools on it. A store that cannot be
/// opened does not keep it from being made: calls then answer with the reason.
class Application {
 public:
  /// Whether agents live in the sessions that act as them, and no longer.
  enum class Lifetime : std::uint8_t {
    kSession,  ///< A server.
    kForever,  ///< A single call: what it takes is held until its deadline.
  };

  /// `loop` is on the thread that connections live on; it must outlive this, as this must outlive them.
  Application(const Settings& settings, net::Loop& loop, Lifetime lifetime = Lifetime::kForever);
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  mcp::Server& server() { return server_; }
  store::Store& store() { return *store_; }
  /// Null: nothing is measured.
  metrics::Collector* collector() { return collector_.get(); }

 private:
  store::Liveness liveness_;
  const std::unique_ptr<metrics::Collector> collector_;
  std::unique_ptr<store::Store> store_;
  mcp::Server server_;
};

}  // namespace skep::cli
