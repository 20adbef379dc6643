#include "metrics/process.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace skep::metrics {
namespace {

/// The fields of /proc/self/stat from the third on: the second, the program's name, may have anything in it.
std::vector<std::string> ReadStat() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  return {std::istream_iterator<std::string>(fields), {}};
}

/// Where proc(5) counts the fields from.
constexpr std::size_t kFirstField = 3;
constexpr std::size_t kUserTime = 14 - kFirstField;
constexpr std::size_t kSystemTime = 15 - kFirstField;
constexpr std::size_t kStartTime = 22 - kFirstField;
constexpr std::size_t kVirtualBytes = 23 - kFirstField;
constexpr std::size_t kResidentPages = 24 - kFirstField;

/// When the machine was started, in seconds since 1970.
std::optional<double> BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
  }
  return std::nullopt;
}

}  // namespace

ProcessFigures MeasureProcess() {
  ProcessFigures figures;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const std::vector<std::string> stat = ReadStat();
  if (stat.size() > kResidentPages) {
    const auto number = [&](std::size_t field) { return std::strtoll(stat[field].c_str(), nullptr, 10); };
    figures.cpu_s = static_cast<double>(number(kUserTime) + number(kSystemTime)) / ticks;
    figures.resident_bytes = number(kResidentPages) * sysconf(_SC_PAGESIZE);
    figures.virtual_bytes = number(kVirtualBytes);
    if (const auto boot = BootTime()) figures.started_s = *boot + static_cast<double>(number(kStartTime)) / ticks;
  }
  std::error_code failed;
  std::int64_t files = 0;
  for (std::filesystem::directory_iterator file("/proc/self/fd", failed), end; !failed && file != end;
       file.increment(failed)) {
    ++files;
  }
  // One of them is the directory itself.
  if (!failed && files > 0) figures.open_files = files - 1;
  return figures;
}

}  // namespace skep::metrics
