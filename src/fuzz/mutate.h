#pragma once

#include <string>

#include "fuzz/random.h"

namespace skep::fuzz {

/// Damages a line (without its end): bytes changed, taken out, put in or repeated; cut off, with or without an end to
/// it; what is no UTF-8 or no text put in. What becomes of it may be several lines, or part of one.
void Mutate(Random& random, std::string& line);

}  // namespace skep::fuzz
