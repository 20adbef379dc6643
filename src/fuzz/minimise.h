#pragma once

#include <functional>
#include <vector>

#include "fuzz/script.h"

namespace skep::fuzz {

/// Whether something still goes wrong when only these steps are taken.
using StillFails = std::function<bool(const std::vector<Step>&)>;

/// The least that still fails, as far as `tries` runs of `fails` find it: first the last rounds, twice as many each
/// time, always with the first round (the greeting); then Zeller's ddmin over their steps. Empty: not even all of them
/// fail again. REQUIRES: steps in the order of their rounds.
std::vector<Step> Minimise(const std::vector<Step>& steps, int tries, const StillFails& fails);

}  // namespace skep::fuzz
