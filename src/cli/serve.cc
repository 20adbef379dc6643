#include <fmt/format.h>
#include <malloc.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/buffer_pool.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "cli/application.h"
#include "cli/commands.h"
#include "cli/socket_path.h"
#include "handlers/telemetry.h"
#include "metrics/collector.h"
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

/// Has the heap keep what large messages have freed, for the next one, until the store's thread is at rest and gives it
/// back: a window's end after the last work at the latest. Left alone, glibc moves these bounds with each large block
/// that is freed, and it is chance whether retrieving 9.4 MB faults 45 pages in or 13,848, which takes twice the time.
void KeepFreedMemory() {
  constexpr int kLargestOnHeap = 32 << 20;  // the most that glibc takes: three times the longest line
  mallopt(M_MMAP_THRESHOLD, kLargestOnHeap);
  mallopt(M_TRIM_THRESHOLD, 2 * kLargestOnHeap);  // a value, its answer, and the block that grows into it
}

/// How soon a server has the port that another has left.
constexpr std::int64_t kRetryMs = 2000;

/// Clients' telemetry, on its way from a port to the store. Servers of several clients share one configuration, and one
/// of them has the port: when that ends, another takes it.
class Receiver {
 public:
  Receiver(net::Loop& loop, Application& application, const Settings& settings, const Console& console)
      : loop_(loop),
        settings_(settings),
        console_(console),
        telemetry_(application.store(), SystemClock()),
        retry_(loop.MakeTimer([this] { Open(); })) {
    Open();
  }

 private:
  void Open() {
    auto port = net::ListeningPort::Open(*settings_.otlp);
    if (!port) {
      if (!std::exchange(told_, true)) {
        Tell(fmt::format("telemetry is not received here until the port is free: {}", port.error().message));
      }
      return retry_->Set(kRetryMs);
    }
    Tell(fmt::format("receiving telemetry on http://{}", port->address().text()));
    server_.emplace(loop_, *std::move(port), [this](net::HttpRequest request, net::HttpReply reply) {
      telemetry_.Take(
          request.method, request.path, request.content_type, std::move(request.body),
          [reply = std::move(reply)](handlers::TelemetryAnswer answer) {
            reply({.status = answer.status, .body = std::move(answer.body), .header = std::string(answer.header)});
          });
    });
  }

  /// To whoever asked for it; what a configuration asks for is no news to a client.
  void Tell(const std::string& text) const {
    if (settings_.otlp_by_flag) {
      console_.Say(text);
    } else {
      Log(LogLevel::kInfo, "{}", text);
    }
  }

  net::Loop& loop_;
  const Settings& settings_;
  const Console& console_;
  handlers::Telemetry telemetry_;
  std::optional<net::HttpServer> server_;
  std::unique_ptr<Events::Timer> retry_;
  bool told_ = false;
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
  console.Say(
      fmt::format("serving on {}; clients join with: skep serve --connect {}", settings.listen, settings.listen));
  Application application(settings, loop, Application::Lifetime::kSession);
  MeasureBlocks(application, pool);
  std::optional<Receiver> receiver;
  if (settings.otlp) receiver.emplace(loop, application, settings, console);
  net::ServeSocket(loop, pool, application.server(), *std::move(socket));
  return kExitOk;
}

int Join(const Settings& settings, const Console& console) {
  OccupyStandardDescriptors();
  auto socket = net::ConnectTo(settings.connect);
  if (!socket) return Failed(socket.error(), console);
  BufferPool pool;
  const auto done = net::Pump(pool, console.in, console.out, *std::move(socket));
  return done ? kExitOk : Failed(done.error(), console);
}

}  // namespace

int Serve(const Settings& settings, const Console& console) {
  if (!settings.connect.empty()) return Join(settings, console);
  KeepFreedMemory();
  if (!settings.listen.empty()) return Listen(settings, console);
  if (console.InIsTerminal()) console.Say("speaking MCP on this terminal: one JSON-RPC message per line; Ctrl-D ends");
  BufferPool pool;
  net::Loop loop;
  Application application(settings, loop, Application::Lifetime::kSession);
  MeasureBlocks(application, pool);
  std::optional<Receiver> receiver;
  if (settings.otlp) receiver.emplace(loop, application, settings, console);
  return net::ServeStdio(loop, pool, application.server(), console.in, console.out);
}

}  // namespace skep::cli
