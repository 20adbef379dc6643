#pragma once

namespace skep::bench {

/// Writes what comes in to where it goes, with calls that block, until the input ends: the least that a program can do
/// with two pipes. What a server's round trip is measured against. False when it could not be written.
bool Echo(int in, int out);

}  // namespace skep::bench
