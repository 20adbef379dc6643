#include "load/machine.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "metrics/scale.h"

namespace skep::load {
namespace {

/// The model's name, or the numbers that stand for it where a virtual machine hides that.
std::string Processor() {
  std::ifstream lines("/proc/cpuinfo");
  std::string vendor;
  std::string numbers;
  for (std::string line; std::getline(lines, line) && !line.empty();) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    const std::string value = line.substr(colon + 2);
    if (line.starts_with("model name") && value != "unknown") return value;
    if (line.starts_with("vendor_id")) vendor = value;
    if (line.starts_with("cpu family")) numbers += " family " + value;
    if (line.starts_with("model\t")) numbers += " model " + value;
  }
  return vendor + numbers;
}

}  // namespace

Machine LookAtMachine() {
  Machine machine{.processor = Processor()};
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0) machine.cores = CPU_COUNT(&allowed);
  machine.online_cores = std::max(0L, sysconf(_SC_NPROCESSORS_ONLN));
  const long pages = sysconf(_SC_PHYS_PAGES);
  if (pages > 0) machine.memory_bytes = std::int64_t{pages} * sysconf(_SC_PAGESIZE);
  if (utsname name{}; uname(&name) == 0) machine.kernel = fmt::format("{} {}", name.sysname, name.release);
  if (double load = 0; getloadavg(&load, 1) == 1) machine.load = load;
  return machine;
}

std::string Text(const Machine& machine) {
  std::string text = machine.processor.empty() ? "an unknown processor" : machine.processor;
  fmt::format_to(std::back_inserter(text), ", {} core{}", machine.cores, machine.cores == 1 ? "" : "s");
  if (machine.memory_bytes) {
    text += ", " + metrics::ValueText(static_cast<double>(*machine.memory_bytes), metrics::Unit::kBytes);
  }
  if (!machine.kernel.empty()) text += ", " + machine.kernel;
  if (machine.load) fmt::format_to(std::back_inserter(text), ", load {:.2g} before", *machine.load);
  return text;
}

}  // namespace skep::load
