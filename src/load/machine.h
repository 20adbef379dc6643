#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace skep::load {

/// Where a load ran. Texts are empty, and numbers absent, where the system does not say.
struct Machine {
  std::string processor;
  std::int64_t cores = 0;         ///< That we may use.
  std::int64_t online_cores = 0;  ///< That run, ours or not: what is counted of the whole machine is out of these.
  std::optional<std::int64_t> memory_bytes;
  std::string kernel;
  std::optional<double> load;  ///< The load average of the last minute: what else ran.
};
Machine LookAtMachine();
/// "Intel Xeon …, 2 cores, 24 GB, Linux 6.1, load 0.3"
std::string Text(const Machine& machine);

}  // namespace skep::load
