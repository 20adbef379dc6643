#pragma once

#include "base/buffer_pool.h"
#include "base/fd.h"
#include "skep/error.h"

namespace skep::net {

/// Joins a pair of descriptors to a socket, both ways, byte by byte: nothing is parsed, and what one side does not take
/// is not read from the other. Waits until it is over, on a thread of its own or the only one.
///
/// The end of input is passed on; it is over when the server has then ended its side and all of that was written. An
/// error when the server goes before that, or `in` cannot be read or `out` not be written. Whoever reads `out` may
/// leave: that ends the input.
Expected<void> Pump(BufferPool& pool, int in, int out, Fd socket);

}  // namespace skep::net
