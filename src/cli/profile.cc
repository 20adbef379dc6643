#include "bench/profile.h"

#include "cli/benchmark_text.h"
#include "cli/commands.h"
#include "cli/measuring.h"
#include "cli/scratch_disk.h"

namespace skep::cli {
namespace {

/// About how long it takes, for the bar.
constexpr double kSeconds = 3;

}  // namespace

int ProfileMemory(const CommandLine& line, const Environment& environment, const Console& console) {
  auto program = OwnProgram();
  auto directory = ScratchDisk(environment, console);
  if (!program || !directory) {
    console.Say(program ? directory.error().message : program.error().message);
    return kExitFailed;
  }
  const bench::Report report = MeasureAndReport({.program = *std::move(program), .directory = *std::move(directory)},
                                                "memory profile", kSeconds, false, bench::ProfileMemory, console);
  const std::string text = line.options.json ? bench::ToJson(report) + "\n" : TextOf(report, StyleOf(console));
  if (!console.Out(text)) return kExitFailed;
  if (report.interrupted) return kExitInterrupted;
  return bench::WithinRequirements(report.rows) ? kExitOk : kExitFailed;
}

}  // namespace skep::cli
