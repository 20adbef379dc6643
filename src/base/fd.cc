#include "base/fd.h"

#include <fcntl.h>

namespace skep {

void OccupyStandardDescriptors(int mode) {
  int fd = open("/dev/null", mode | O_CLOEXEC);
  while (fd != -1 && fd <= STDERR_FILENO) fd = open("/dev/null", mode | O_CLOEXEC);
  if (fd != -1) close(fd);
}

}  // namespace skep
