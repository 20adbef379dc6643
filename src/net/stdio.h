#pragma once

#include "base/buffer_pool.h"
#include "net/loop.h"
#include "skep/transport.h"

namespace skep::net {

/// Serves one session on a pair of descriptors until its peer is done with it, or SIGINT or SIGTERM comes. Then what
/// was accepted is finished and sent, and the exit status returned: 0, or 1 if that failed (the log says why). A second
/// signal ends the process by itself.
///
/// The session is gone when this returns; what other threads still post to the loop for it is not run.
int ServeStdio(Loop& loop, BufferPool& pool, SessionFactory& factory, int in = 0, int out = 1);

}  // namespace skep::net
