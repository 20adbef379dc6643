/// skep_bench_pipe: what a client of a server on a pipe sees, beside the floor measured in the same run.

#include <fmt/format.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/vfs.h>

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "child.h"
#include "measure.h"

namespace skep::pipe {
namespace {

constexpr std::string_view kUsage =
    R"(skep_bench_pipe [OPTION…] SERVER [ARGUMENT…]

Measures an MCP server on pipes, each figure beside its floor: a bare echo (round trips, rates), a static C program
(start), a file that is written and synced (durable stores). Round trips and processor times are taken with client and
server on one core.

  --json         For machines.
  --core N       The core to use (the last one).
  --dir DIR      Where the database is made (/var/tmp). Its disk is what durable stores are measured on.
  --rounds N     How often each measurement alternates with its floor (7).
  --only NAME    One of trips, pipelined, durable, large, start, memory.
)";

struct Part {
  std::string_view name;
  Rows (*measure)(const Setting&);
};
constexpr Part kParts[] = {{"trips", RoundTrips}, {"pipelined", Pipelined}, {"durable", Durable},
                           {"large", Large},      {"start", Start},         {"memory", Memory}};

struct Options {
  Setting setting;
  std::string dir = "/var/tmp";
  std::string_view only;
  bool json = false;
};

int LastCore() {
  cpu_set_t set;
  sched_getaffinity(0, sizeof set, &set);
  for (unsigned core = CPU_SETSIZE; core-- > 0;) {
    if (CPU_ISSET(core, &set)) return static_cast<int>(core);
  }
  return 0;
}

[[noreturn]] void Usage() {
  fmt::print(stderr, "{}", kUsage);
  std::exit(2);
}

int Number(std::string_view text) {
  int number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ptr != text.data() + text.size()) Usage();
  return number;
}

Options Parse(const std::vector<std::string>& arguments) {
  Options options;
  options.setting.core = LastCore();
  options.setting.rounds = 7;
  std::size_t i = 0;
  for (; i < arguments.size() && arguments[i].starts_with("--"); ++i) {
    if (arguments[i] == "--json") {
      options.json = true;
      continue;
    }
    if (i + 1 == arguments.size()) Usage();
    const std::string& name = arguments[i];
    const std::string& value = arguments[++i];
    if (name == "--core") {
      options.setting.core = Number(value);
    } else if (name == "--dir") {
      options.dir = value;
    } else if (name == "--rounds") {
      options.setting.rounds = Number(value);
    } else if (name == "--only") {
      options.only = value;
    } else {
      Usage();
    }
  }
  options.setting.server.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end());
  if (options.setting.server.empty() || options.setting.rounds < 1) Usage();
  return options;
}

void PrintRow(const Row& row) {
  const int decimals = row.value < 10 ? 2 : row.value < 1000 ? 1 : 0;
  fmt::print("{:<52}{:>12.{}f} {:<3}", row.name, row.value, decimals, row.unit);
  if (!row.floor_name.empty()) fmt::print("{:>14}{:>12.{}f}", row.floor_name, row.floor, row.floor < 10 ? 2 : decimals);
  if (row.ratio) fmt::print("{:>9.2f} ×", *row.ratio);
  fmt::print("\n");
  std::fflush(stdout);
}

std::string Json(const Row& row) {
  std::string json = fmt::format(R"({{"name":"{}","unit":"{}","value":{:.4g},"samples":{})", row.name, row.unit,
                                 row.value, row.samples);
  if (!row.floor_name.empty())
    json += fmt::format(R"(,"floor":{{"name":"{}","value":{:.4g}}})", row.floor_name, row.floor);
  if (row.ratio) json += fmt::format(R"(,"ratio":{:.4g})", *row.ratio);
  return json + "}";
}

/// What a durable write means there is not what it means on a disk.
bool IsInMemory(const std::string& dir) {
  struct statfs what{};
  return statfs(dir.c_str(), &what) == 0 && what.f_type == TMPFS_MAGIC;
}

/// Where the servers live, for what is done at exit: also when a measurement ends the program.
std::string home_to_remove;

int Main(const std::vector<std::string>& arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  Options options = Parse(arguments);
  Setting& setting = options.setting;
  setting.echo = std::filesystem::read_symlink("/proc/self/exe").replace_filename("skep_bench_echo");
  if (setting.server.front().find('/') != std::string::npos) {
    setting.server.front() = std::filesystem::absolute(setting.server.front());
  }
  std::string home = std::filesystem::absolute(options.dir) / "skep-bench-XXXXXX";
  if (mkdtemp(home.data()) == nullptr) Die("cannot make a directory in " + options.dir);
  setting.home = home;
  home_to_remove = home;
  std::atexit([] { std::filesystem::remove_all(home_to_remove); });
  if (IsInMemory(home))
    fmt::print(stderr, "skep_bench_pipe: {} is in memory: durable means nothing there\n", options.dir);

  if (!options.json)
    fmt::print("{} · core {} · data in {}\n", fmt::join(setting.server, " "), setting.core, options.dir);
  std::string json;
  for (const Part& part : kParts) {
    if (!options.only.empty() && options.only != part.name) continue;
    for (const Row& row : part.measure(setting)) {
      if (options.json) {
        json += (json.empty() ? "" : ",\n ") + Json(row);
      } else {
        PrintRow(row);
      }
    }
  }
  if (options.json)
    fmt::print(R"({{"core":{},"rows":[{}]}})"
               "\n",
               setting.core, json);
  return 0;
}

}  // namespace
}  // namespace skep::pipe

int main(int argc, char** argv) { return skep::pipe::Main({argv + 1, argv + argc}); }
