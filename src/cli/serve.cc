#include <fmt/format.h>

#include <utility>

#include "base/buffer_pool.h"
#include "cli/application.h"
#include "cli/commands.h"
#include "cli/socket_path.h"
#include "net/fd.h"
#include "net/listener.h"
#include "net/loop.h"
#include "net/pump.h"
#include "net/stdio.h"
#include "net/unix_socket.h"

namespace skep::cli {
namespace {

int Failed(const Error& error, const Console& console) {
  console.Say(error.message);
  return kExitFailed;
}

int Listen(const Settings& settings, const Console& console) {
  if (auto made = MakeSocketDirectory(settings.listen, settings.paths); !made) return Failed(made.error(), console);
  BufferPool pool;
  net::Loop loop;
  auto socket = net::ListeningSocket::Open(settings.listen);
  if (!socket) return Failed(socket.error(), console);
  console.Say(
      fmt::format("serving on {}; clients join with: skep serve --connect {}", settings.listen, settings.listen));
  Application application(settings, loop, Application::Lifetime::kSession);
  net::ServeSocket(loop, pool, application.server(), *std::move(socket));
  return kExitOk;
}

int Join(const Settings& settings, const Console& console) {
  net::OccupyStandardDescriptors();
  auto socket = net::ConnectTo(settings.connect);
  if (!socket) return Failed(socket.error(), console);
  BufferPool pool;
  const auto done = net::Pump(pool, console.in, console.out, *std::move(socket));
  return done ? kExitOk : Failed(done.error(), console);
}

}  // namespace

int Serve(const Settings& settings, const Console& console) {
  if (!settings.connect.empty()) return Join(settings, console);
  if (!settings.listen.empty()) return Listen(settings, console);
  if (console.InIsTerminal()) console.Say("speaking MCP on this terminal: one JSON-RPC message per line; Ctrl-D ends");
  BufferPool pool;
  net::Loop loop;
  Application application(settings, loop, Application::Lifetime::kSession);
  return net::ServeStdio(loop, pool, application.server(), console.in, console.out);
}

}  // namespace skep::cli
