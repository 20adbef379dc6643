#include "cli/action_help.h"

#include <fmt/format.h>

#include <string_view>

#include "bench/compare.h"
#include "bench/scenarios.h"
#include "bench/suites.h"

namespace skep::cli {
namespace {

constexpr std::string_view kWhere =
    "Servers are started in a directory of their own, on the disk that has your data, or in /var/tmp.\n"
    "No project is touched.\n";
constexpr std::string_view kInterrupted = "130 after Ctrl-C, with what was measured by then";

}  // namespace

std::string BenchmarkRunHelp() {
  std::string text = "Suites, and the seconds that each takes unless --duration says otherwise:\n";
  for (const bench::Suite& suite : bench::Suites()) {
    text += fmt::format("  {:<14}{:>4.0f}  {}\n", suite.name, suite.seconds, suite.summary);
  }
  text += fmt::format(
      "A scenario takes {:.0f}: it is played in virtual time and for real.\n\n"
      "A figure is the median of seven repetitions with its 95 % interval, where the time is enough for five. Where "
      "it\n"
      "has a floor, what the machine itself can do, both were measured in turn: on a busy machine only the ratio says\n"
      "much, and what else ran is said above the figures. {}\n"
      "Exit status: 0 when all was measured; 1 when it could not be; 2 for a wrong command line; {}.\n\n"
      "Examples:\n"
      "  skep benchmark run --suite topology --agents 16 --html run.html\n"
      "  skep benchmark run --suite memory --export before.json\n",
      bench::kScenarioS, kWhere, kInterrupted);
  return text;
}

std::string BenchmarkCompareHelp() {
  return fmt::format(
      "A figure that has a floor is judged by its ratio to that, which was measured in the same run: what slows the\n"
      "machine down slows both. Any other is judged by itself, and means little where one of the runs was on a busy\n"
      "machine, which is said. Worse or better is what differs by {:.0f} % at least, with 95 % intervals that do not "
      "overlap.\n\n"
      "Exit status: 0 when nothing is worse; 1 when something is; 2 for a wrong command line, or a file that is no "
      "export.\n\n"
      "Example:\n"
      "  skep benchmark compare before.json after.json\n",
      100 * bench::kWorth);
}

std::string PerfQuickHelp() {
  return fmt::format(
      "Each line: a median, what is required of it if something is, and its ratio to what the machine itself can do.\n"
      "With intervals: skep benchmark run --suite quick. {}\n"
      "Exit status: 0 when all was measured; 1 when it could not be; 2 for a wrong command line; {}.\n\n"
      "Example:\n"
      "  skep perf quick --json\n",
      kWhere, kInterrupted);
}

std::string TestHelp() {
  return fmt::format(
      "Seconds unless --duration says otherwise: load, network and custom 10, stress 20, memory 30, database 1.\n"
      "load and network must have p95 <= 5 ms, no error, and the rate that was due; stress must find that 10,000/s\n"
      "hold; --expect is in place of what load and network must have. Without it custom has nothing to meet. {}\n"
      "Exit status: 0 when all is met; 1 when something is not, or failed; 2 for a wrong command line;\n"
      "{}.\n\n"
      "Examples:\n"
      "  skep test load\n"
      "  skep test memory --duration 600\n"
      "  skep test custom --pattern ramp:100-5000 --mix store=1,retrieve=4 --expect 'p95<20ms'\n",
      kWhere, kInterrupted);
}

std::string ProfileMemoryHelp() {
  return fmt::format(
      "Takes some seconds. {}\n"
      "Exit status: 0 when what is required is met; 1 when something is not, or could not be measured; 2 for a wrong\n"
      "command line; {}.\n\n"
      "Example:\n"
      "  skep profile memory\n",
      kWhere, kInterrupted);
}

}  // namespace skep::cli
