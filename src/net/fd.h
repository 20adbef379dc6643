#pragma once

#include "base/fd.h"

namespace skep::net {

/// Makes those of the descriptors 0, 1 and 2 that are closed /dev/null. A program may be started so, and whatever it
/// opened next would take their numbers: a log line would go into a database.
void OccupyStandardDescriptors();

}  // namespace skep::net
