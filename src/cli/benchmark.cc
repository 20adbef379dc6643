#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>

#include "base/printable.h"
#include "bench/compare.h"
#include "bench/echo.h"
#include "bench/page.h"
#include "bench/scenarios.h"
#include "bench/suites.h"
#include "cli/benchmark_text.h"
#include "cli/commands.h"
#include "cli/measuring.h"
#include "cli/replace_file.h"
#include "cli/scratch_disk.h"

namespace skep::cli {
namespace {

constexpr std::int64_t kAgents = 8;
constexpr double kPerfS = 5;

int Failed(const Error& error, const Console& console) {
  console.Say(error.message);
  return error.code == ErrorCode::kInvalidArgument ? kExitUsage : kExitFailed;
}

/// What is to be run, and for how long unless something else is asked for.
struct Chosen {
  std::string name;
  double seconds = 0;
  double least_s = 0;  ///< From which on it keeps to its time.
  std::function<void(bench::Run&, double)> function;
};

Expected<Chosen> Choose(const Options& options) {
  if (options.suite && options.scenario) {
    return Fail(ErrorCode::kInvalidArgument, "a suite measures skep's parts, a scenario plays one project: choose one");
  }
  if (options.scenario) {
    const auto scenario = bench::FindScenario(*options.scenario);
    if (!scenario) return std::unexpected(scenario.error());
    return Chosen{*options.scenario, bench::kScenarioS, 0,
                  [scenario = *scenario](bench::Run& run, double seconds) { bench::Play(*scenario, run, seconds); }};
  }
  const auto suite = bench::FindSuite(options.suite.value_or("quick"));
  if (!suite) return std::unexpected(suite.error());
  return Chosen{std::string((*suite)->name), (*suite)->seconds, (*suite)->least_s, (*suite)->function};
}

Expected<bench::Report> Measured(const Options& options, const Chosen& chosen, const Environment& environment,
                                 const Console& console) {
  auto program = OwnProgram();
  if (!program) return std::unexpected(std::move(program.error()));
  auto directory = ScratchDisk(environment, console);
  if (!directory) return std::unexpected(std::move(directory.error()));
  return MeasureAndReport({.program = std::move(*program),
                           .directory = std::move(*directory),
                           .agents = options.agents.value_or(kAgents),
                           .seed = static_cast<std::uint64_t>(options.seed)},
                          chosen.name, options.duration.value_or(chosen.seconds), options.attached, chosen.function,
                          console);
}

/// Whether a file can be made beside what is there, as ReplaceFile() will.
Expected<void> CheckWritable(const std::string& file) {
  const auto parent = std::filesystem::path(file).parent_path();
  const std::string directory = parent.empty() ? "." : parent.string();
  std::error_code ignored;
  if (!std::filesystem::is_directory(file, ignored) && access(directory.c_str(), W_OK | X_OK) == 0) return {};
  return Fail(ErrorCode::kInvalidArgument, fmt::format("{}: no file can be written there", Printable(file)));
}

/// Of a report that has been told.
int StatusOf(const bench::Report& report) {
  if (report.interrupted) return kExitInterrupted;
  return bench::AnyFigure(report.rows) ? kExitOk : kExitFailed;
}

int RunBenchmark(const Options& options, const Environment& environment, const Console& console) {
  const auto chosen = Choose(options);
  if (!chosen) return Failed(chosen.error(), console);
  // That a file cannot be written is to be known before all is measured.
  for (const auto& file : {options.export_file, options.html}) {
    if (!file) continue;
    if (const auto writable = CheckWritable(*file); !writable) return Failed(writable.error(), console);
  }
  if (const double seconds = options.duration.value_or(chosen->seconds); seconds < chosen->least_s) {
    console.Say(
        fmt::format("{} takes longer than {:g} s: it sets up what it measures, and measures each at least twice; from "
                    "about {:.0f} s on it keeps to its time",
                    chosen->name, seconds, chosen->least_s));
  }
  const auto report = Measured(options, *chosen, environment, console);
  if (!report) return Failed(report.error(), console);
  const std::string json = bench::ToJson(*report) + "\n";
  if (options.export_file) {
    if (auto written = ReplaceFile(*options.export_file, json); !written) return Failed(written.error(), console);
  }
  if (options.html) {
    if (auto written = ReplaceFile(*options.html, bench::WritePage(*report)); !written) {
      return Failed(written.error(), console);
    }
  }
  if (!console.Out(options.json ? json : TextOf(*report, StyleOf(console)))) return kExitFailed;
  return StatusOf(*report);
}

Expected<bench::Report> ReadExport(const std::string& file) {
  std::error_code ignored;
  std::ifstream stream(file, std::ios::binary);
  // A directory can be opened, and read by nobody.
  if (!stream || std::filesystem::is_directory(file, ignored))
    return Fail(ErrorCode::kInvalidArgument, fmt::format("{}: cannot be read", Printable(file)));
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  auto report = bench::FromJson(text);
  if (!report) report.error().message = fmt::format("{}: {}", Printable(file), report.error().message);
  return report;
}

int CompareExports(const CommandLine& line, const Console& console) {
  const auto before = ReadExport(line.files[0]);
  if (!before) return Failed(before.error(), console);
  const auto after = ReadExport(line.files[1]);
  if (!after) return Failed(after.error(), console);
  const bench::Comparison comparison = bench::Compare(*before, *after);
  const std::string text = line.options.json ? bench::ToJson(comparison) + "\n" : TextOf(comparison, StyleOf(console));
  if (!console.Out(text)) return kExitFailed;
  return comparison.Count(bench::Verdict::kWorse) > 0 ? kExitFailed : kExitOk;
}

}  // namespace

int Benchmark(const CommandLine& line, const Environment& environment, const Console& console) {
  if (line.action == "echo") return bench::Echo(console.in, console.out) ? kExitOk : kExitFailed;
  if (line.action == "compare") return CompareExports(line, console);
  return RunBenchmark(line.options, environment, console);
}

int MeasureQuickly(const CommandLine& line, const Environment& environment, const Console& console) {
  const auto report = Measured(line.options, {"quick", kPerfS, 0, bench::Quick}, environment, console);
  if (!report) return Failed(report.error(), console);
  if (!console.Out(line.options.json ? bench::ToJson(*report) + "\n" : LinesOf(*report, StyleOf(console)))) {
    return kExitFailed;
  }
  return StatusOf(*report);
}

}  // namespace skep::cli
