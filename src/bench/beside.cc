#include "bench/beside.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/clock.h"

namespace skep::bench {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double OwnS() {
  double sum = 0;
  for (const int whose : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used{};
    if (getrusage(whose, &used) == 0) sum += Seconds(used.ru_utime) + Seconds(used.ru_stime);
  }
  return sum;
}

std::optional<double> BusyNowS() {
  std::ifstream file("/proc/stat");
  std::string line;
  std::getline(file, line);
  return BusyS(line, static_cast<double>(sysconf(_SC_CLK_TCK)));
}

}  // namespace

Beside::Beside() : began_ns_(SystemClock().SteadyNs()), busy_s_(BusyNowS()), own_s_(OwnS()) {}

std::optional<double> Beside::Cores() const {
  const auto busy_s = BusyNowS();
  const double elapsed_s = static_cast<double>(SystemClock().SteadyNs() - began_ns_) / 1e9;
  if (!busy_s || !busy_s_ || elapsed_s <= 0) return std::nullopt;
  return OthersCores(*busy_s - *busy_s_, OwnS() - own_s_, elapsed_s);
}

std::optional<double> BusyS(std::string_view stat, double ticks_per_s) {
  // proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal; what guests had is contained in the first two.
  std::istringstream line{std::string(stat)};
  std::string name;
  double user = 0;
  double nice = 0;
  double system = 0;
  double idle = 0;
  double waiting = 0;
  double irq = 0;
  double softirq = 0;
  double stolen = 0;
  line >> name >> user >> nice >> system >> idle >> waiting >> irq >> softirq >> stolen;
  if (!line || name != "cpu" || ticks_per_s <= 0) return std::nullopt;
  return (user + nice + system + irq + softirq + stolen) / ticks_per_s;
}

double OthersCores(double busy_s, double own_s, double elapsed_s) { return std::max(0.0, busy_s - own_s) / elapsed_s; }

bool Disturbs(double others_cores, std::int64_t online_cores) {
  return others_cores > static_cast<double>(online_cores) / 6;
}

std::string BesideText(double others_cores, std::int64_t online_cores) {
  return fmt::format("other work took {:.2f} of {} {} meanwhile{}", others_cores, online_cores,
                     online_cores == 1 ? "core" : "cores",
                     Disturbs(others_cores, online_cores) ? ": on a quiet machine figures are better, and surer" : "");
}

}  // namespace skep::bench
