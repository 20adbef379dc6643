#include "cli/action_help.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>

#include "bench/compare.h"
#include "bench/row.h"
#include "bench/run.h"
#include "bench/scenarios.h"
#include "bench/stress.h"
#include "bench/suites.h"
#include "bench/value_text.h"
#include "cli/test_defaults.h"

namespace skep::cli {
namespace {

/// Of all that measure; each begins with what its 0 and 1 mean.
constexpr std::string_view kRest =
    "2 for a wrong command line;\n"
    "130 after Ctrl-C, with what was measured by then.\n";
/// What 0 and 1 mean where rows are measured.
constexpr std::string_view kMeasured =
    "Exit status: 0, also when some rows have no data, which say why; 1 when not one figure could be measured, or it\n"
    "could not be written;";
constexpr std::string_view kWhere =
    "Servers are started in a directory of their own, on the disk that has your data, or in /var/tmp.\n"
    "No project is touched.\n";

}  // namespace

std::string BenchmarkHelp() {
  return fmt::format(
      "{}\n"
      "Exit status: 0; 1 when not one figure could be measured, or something is worse; {}\n"
      "Examples:\n"
      "  skep benchmark run\n"
      "  skep benchmark run --suite memory --export before.json\n"
      "  skep benchmark compare before.json after.json\n",
      kWhere, kRest);
}

std::string BenchmarkRunHelp() {
  std::string text = "Suites, and the seconds that each takes unless --duration says otherwise:\n";
  for (const bench::Suite& suite : bench::Suites()) {
    text += fmt::format("  {:<14}{:>4.0f}  {}\n", suite.name, suite.seconds, suite.summary);
  }
  text += fmt::format(
      "A scenario takes {:.0f}: it is played in virtual time and for real.\n\n"
      "A figure is the median of {} repetitions with its 95 % interval, where the time is enough for {}.\n"
      "Where it has a floor, what the machine itself can do, both were measured in turn: on a busy machine only\n"
      "the ratio says much. What else ran meanwhile is said above the figures.\n\n{}\n"
      "{} {}\n"
      "Examples:\n"
      "  skep benchmark run --suite topology --agents 16 --html run.html\n"
      "  skep benchmark run --suite memory --export before.json\n",
      bench::kScenarioS, bench::kRepetitions, bench::kLeastForInterval, kWhere, kMeasured, kRest);
  return text;
}

std::string BenchmarkCompareHelp() {
  return fmt::format(
      "A figure that has a floor is judged by its ratio to that, which was measured in the same run: what slows\n"
      "the machine down slows both. Any other is judged by itself, and means little where one of the runs was on a\n"
      "busy machine, which is said. Worse or better is what differs by {:.0f} % at least, with 95 % intervals that do\n"
      "not overlap.\n\n"
      "Exit status: 0 when nothing is worse; 1 when something is; 2 for a wrong command line, or a file that is no\n"
      "export.\n\n"
      "Example:\n"
      "  skep benchmark compare before.json after.json\n",
      100 * bench::kWorth);
}

std::string PerfQuickHelp() {
  return fmt::format(
      "Each line: a median, what is required of it if something is, and its ratio to what the machine itself can\n"
      "do. With intervals: skep benchmark run --suite quick.\n\n{}\n"
      "{} {}\n"
      "Example:\n"
      "  skep perf quick --json\n",
      kWhere, kMeasured, kRest);
}

std::string TestHelp() {
  return fmt::format(
      "Seconds unless --duration says otherwise: load {:g}, network {:g}, custom {:g}, stress {:g}, memory {:g},\n"
      "database {:g}.\n"
      "load must have {}; network {}.\n"
      "--expect is in place of that; custom has nothing to meet without it. In all three some request must succeed,\n"
      "and each be answered, unless an --expect is about errors, which then says how many may stay unanswered.\n"
      "stress must find that {} hold with p95<={:g}ms and no error.\n\n{}\n"
      "Exit status: 0 when all is met; 1 when something is not, or failed; {}\n"
      "Examples:\n"
      "  skep test load\n"
      "  skep test memory --duration 600\n"
      "  skep test custom --pattern ramp:100-5000 --mix store=1,retrieve=4 --expect 'p95<20ms'\n",
      kLoad.seconds, kNetwork.seconds, kCustom.seconds, kStressSteps * kStressStepS, kMemoryS, kDatabaseS,
      fmt::join(kLoad.expect, ", "), fmt::join(kNetwork.expect, ", "), bench::ValueText(kRequiredPerS, "/s"),
      bench::kMostP95Ms, kWhere, kRest);
}

std::string ProfileMemoryHelp() {
  return fmt::format(
      "Takes some seconds.\n\n{}\n"
      "Exit status: 0 when what is required is met; 1 when something is not, or could not be measured;\n{}\n"
      "Example:\n"
      "  skep profile memory\n",
      kWhere, kRest);
}

}  // namespace skep::cli
