#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What else the machine did while something was measured. On a busy machine figures are worse, and less sure.
namespace skep::bench {

/// Looks from when it is made. One thread.
class Beside {
 public:
  Beside();
  /// Processors' worth of work, in the mean, that was neither this process's nor of its children that have ended and
  /// were waited for; what the hypervisor gave to other machines is contained. What the kernel does for us in threads
  /// of its own (it writes to the disk) is counted too. Of the whole machine, whatever part of it we may use. Nothing
  /// where the system does not say.
  std::optional<double> Cores() const;

 private:
  std::int64_t began_ns_;
  std::optional<double> busy_s_;
  double own_s_;
};

/// Seconds for which all processors together were busy since the machine began, from the text of /proc/stat.
/// `ticks_per_s`: sysconf(_SC_CLK_TCK).
std::optional<double> BusyS(std::string_view stat, double ticks_per_s);

/// Of what all processors did in so many seconds, in the mean, what was not ours. Never below 0, although the kernel
/// counts all of it in ticks and what is ours to the µs. REQUIRES: elapsed_s > 0.
double OthersCores(double busy_s, double own_s, double elapsed_s);

/// Whether other work took so much of the processors that figures suffer: a sixth, which is more than the kernel's own
/// threads take while a suite writes.
bool Disturbs(double others_cores, std::int64_t online_cores);
/// "other work took 0.42 of 2 cores meanwhile", and what that means if it disturbs.
std::string BesideText(double others_cores, std::int64_t online_cores);

}  // namespace skep::bench
