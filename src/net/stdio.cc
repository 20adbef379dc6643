#include "net/stdio.h"

#include "base/log.h"
#include "net/connection.h"

namespace skep::net {

int ServeStdio(Loop& loop, BufferPool& pool, SessionFactory& factory, int in, int out) {
  int status = 0;
  Connection connection(loop, pool, factory, in, out, [&](const Expected<void>& outcome) {
    if (!outcome) {
      Log(LogLevel::kError, "{}", outcome.error().message);
      status = 1;
    }
    loop.Stop();
  });
  loop.OnShutdown([&] { connection.Shutdown(); });
  loop.Run();
  loop.OnShutdown(nullptr);
  return status;
}

}  // namespace skep::net
