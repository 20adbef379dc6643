#pragma once

#include "bench/run.h"

namespace skep::bench {

/// What a server takes of memory: at rest, for a connection, for a request that waits, for 1,000 entries; each with
/// what is required of it, if something is. From the kernel's figures of the server's process. Takes some seconds,
/// however many: `seconds` only scales the progress that is told.
void ProfileMemory(Run& run, double seconds);

/// Whether all that is required is met. False when something could not be measured.
bool WithinRequirements(const std::vector<Row>& rows);

}  // namespace skep::bench
