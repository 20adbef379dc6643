#include "base/buffer_pool.h"
#include "cli/application.h"
#include "cli/commands.h"
#include "net/loop.h"
#include "net/stdio.h"

namespace skep::cli {

int Serve(const Settings& settings, const Console& console) {
  if (console.InIsTerminal()) console.Say("speaking MCP on this terminal: one JSON-RPC message per line; Ctrl-D ends");
  BufferPool pool;
  net::Loop loop;
  Application application(settings, loop, Application::Lifetime::kSession);
  return net::ServeStdio(loop, pool, application.server(), console.in, console.out);
}

}  // namespace skep::cli
