#pragma once

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/settings.h"

/// What `skep COMMAND` does; each in its own file. They return the exit status.
namespace skep::cli {

int Serve(const Settings& settings, const Console& console);
int ListTools(const CommandLine& line, const Settings& settings, const Console& console);
int CallTool(const CommandLine& line, const Settings& settings, const Console& console);
int ShowTasks(const CommandLine& line, const Settings& settings, const Console& console);
int ShowLeases(const CommandLine& line, const Settings& settings, const Console& console);
int WatchSwarm(const CommandLine& line, const Settings& settings, const Console& console);
int ShowReport(const CommandLine& line, const Settings& settings, const Console& console);
int ShowMetrics(const Settings& settings, const Console& console);
/// Needs no project: it plays in a directory of its own.
int SimulateSwarm(const CommandLine& line, const Console& console);
/// The four that measure need no project either: their servers have one of their own.
int Benchmark(const CommandLine& line, const Environment& environment, const Console& console);
int MeasureQuickly(const CommandLine& line, const Environment& environment, const Console& console);
int TestLoad(const CommandLine& line, const Environment& environment, const Console& console);
int ProfileMemory(const CommandLine& line, const Environment& environment, const Console& console);
int Status(const CommandLine& line, const Settings& settings, const Console& console);
/// `skep hook pre-edit`. It never exits with 2, by which clients understand that the edit is forbidden: what goes wrong
/// here must not stop anyone's work.
int PreEdit(const Settings& settings, const Console& console);
/// Decides the settings itself: that they cannot be decided is one of the things it finds.
int Examine(const CommandLine& line, const Environment& environment, const Console& console);

}  // namespace skep::cli
