#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "base/buffer_pool.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/application.h"
#include "cli/commands.h"
#include "cli/socket_path.h"
#include "handlers/telemetry.h"
#include "metrics/collector.h"
#include "net/fd.h"
#include "net/http_server.h"
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

/// The port for telemetry, if there is to be one. Servers of several clients have one configuration: it is enough that
/// one of them has the port.
Expected<std::optional<net::ListeningPort>> OpenPort(const Settings& settings, const Console& console) {
  if (!settings.otlp) return std::nullopt;
  auto port = net::ListeningPort::Open(*settings.otlp);
  if (!port && settings.otlp_must) return std::unexpected(std::move(port.error()));
  if (!port) {
    Log(LogLevel::kInfo, "telemetry is not received here: {}", port.error().message);
    return std::nullopt;
  }
  const std::string where = fmt::format("receiving telemetry on http://{}", port->address().text());
  if (settings.otlp_must) {
    console.Say(where);
  } else {
    Log(LogLevel::kInfo, "{}", where);
  }
  return *std::move(port);
}

/// Clients' telemetry, on its way from the port to the store.
class Receiver {
 public:
  Receiver(net::Loop& loop, Application& application, net::ListeningPort port)
      : telemetry_(application.store(), SystemClock()),
        server_(loop, std::move(port), [this](net::HttpRequest request, net::HttpReply reply) {
          telemetry_.Take(
              request.method, request.path, request.content_type, std::move(request.body),
              [reply = std::move(reply)](handlers::TelemetryAnswer answer) {
                reply({.status = answer.status, .body = std::move(answer.body), .header = std::string(answer.header)});
              });
        }) {}

 private:
  handlers::Telemetry telemetry_;
  net::HttpServer server_;
};

/// The pool that connections borrow from is looked at with the rest of the process.
void MeasureBlocks(Application& application, const BufferPool& pool) {
  if (application.collector() == nullptr) return;
  application.collector()->AddGauges([&pool](const metrics::Gauges& to) {
    const BufferPool::Stats stats = pool.stats();
    to("blocks:hits", static_cast<double>(stats.hits));
    to("blocks:misses", static_cast<double>(stats.misses));
    to("blocks:lent", static_cast<double>(stats.outstanding));
    to("blocks:kept", static_cast<double>(stats.kept));
  });
}

int Listen(const Settings& settings, const Console& console) {
  if (auto made = MakeSocketDirectory(settings.listen, settings.paths); !made) return Failed(made.error(), console);
  BufferPool pool;
  net::Loop loop;
  auto socket = net::ListeningSocket::Open(settings.listen);
  if (!socket) return Failed(socket.error(), console);
  auto port = OpenPort(settings, console);
  if (!port) return Failed(port.error(), console);
  console.Say(
      fmt::format("serving on {}; clients join with: skep serve --connect {}", settings.listen, settings.listen));
  Application application(settings, loop, Application::Lifetime::kSession);
  MeasureBlocks(application, pool);
  std::optional<Receiver> receiver;
  if (*port) receiver.emplace(loop, application, **std::move(port));
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
  auto port = OpenPort(settings, console);
  if (!port) return Failed(port.error(), console);
  Application application(settings, loop, Application::Lifetime::kSession);
  MeasureBlocks(application, pool);
  std::optional<Receiver> receiver;
  if (*port) receiver.emplace(loop, application, **std::move(port));
  return net::ServeStdio(loop, pool, application.server(), console.in, console.out);
}

}  // namespace skep::cli
