#include "net/fd.h"

#include <fcntl.h>

namespace skep::net {

void OccupyStandardDescriptors() {
  int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  while (fd != -1 && fd <= STDERR_FILENO) fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (fd != -1) close(fd);
}

}  // namespace skep::net
