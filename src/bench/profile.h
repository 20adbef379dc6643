#pragma once

#include "bench/run.h"

namespace skep::bench {

/// What a server takes of memory: at rest, for a connection, for a request that waits, for 1,000 entries; each with
/// what is required of it as its floor. From the kernel's figures of the server's process.
void ProfileMemory(Run& run);

/// Whether nothing of that takes more than is required. False when something could not be measured.
bool WithinRequirements(const std::vector<Row>& rows);

}  // namespace skep::bench
