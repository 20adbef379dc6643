#include "bench/echo.h"

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <vector>

namespace skep::bench {

bool Echo(int in, int out) {
  // As much as a pipe holds unless its size was changed: larger reads gain nothing.
  std::vector<char> bytes(std::size_t{64} << 10);
  while (true) {
    const ssize_t got = read(in, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got == 0;
    for (ssize_t gone = 0; gone < got;) {
      const ssize_t n = write(out, bytes.data() + gone, static_cast<std::size_t>(got - gone));
      if (n < 0 && errno != EINTR) return false;
      if (n > 0) gone += n;
    }
  }
}

}  // namespace skep::bench
