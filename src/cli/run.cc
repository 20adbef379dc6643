#include "cli/run.h"

#include <fmt/format.h>

#include "base/log.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/documents.h"
#include "cli/settings.h"
#include "handlers/list.h"

namespace skep::cli {
namespace {

int Leave(const Exit& exit, const Console& console) {
  if (exit.status == kExitOk) return console.Out(exit.text) ? kExitOk : kExitFailed;
  console.Say(exit.text);
  return exit.status;
}

int PrintDocument(std::string_view name, const Console& console) {
  if (name == "man") return console.Out(ManPage(handlers::AllTools())) ? kExitOk : kExitFailed;
  if (name == "tools") return console.Out(ToolReference(handlers::AllTools())) ? kExitOk : kExitFailed;
  if (name == "resources") {
    const std::string text = ResourceReference(handlers::AllResources(), handlers::AllPrompts());
    return console.Out(text) ? kExitOk : kExitFailed;
  }
  return Leave({kExitUsage, "the documents are man, tools and resources"}, console);
}

}  // namespace

int Run(std::span<const char* const> args, const Environment& environment, const Console& console) {
  const auto line = ParseCommandLine(args, handlers::AllTools(), !console.InIsTerminal());
  if (!line) {
    // A client takes 2 from a hook for a veto, and a hook that is called wrongly must stop nobody.
    const bool hook = !args.empty() && std::string_view(args[0]) == "hook" && line.error().status == kExitUsage;
    return Leave(hook ? Exit{kExitFailed, line.error().text} : line.error(), console);
  }

  if (line->command == Command::kDocs) return PrintDocument(line->document, console);
  if (line->command == Command::kHook && line->hook != "pre-edit") {
    return Leave({kExitUsage, fmt::format("there is no hook \"{}\": the hooks are pre-edit", line->hook)}, console);
  }
  if (line->command == Command::kSimulate) return SimulateSwarm(*line, console);
  if (line->command == Command::kBenchmark) return Benchmark(*line, environment, console);
  if (line->command == Command::kPerf) return MeasureQuickly(*line, environment, console);
  if (line->command == Command::kTest) return TestLoad(*line, environment, console);
  if (line->command == Command::kProfile) return ProfileMemory(*line, environment, console);
  if (line->command == Command::kDoctor) return Examine(*line, environment, console);

  const auto settings = DecideSettings(line->options, environment);
  if (!settings) return Leave(settings.error(), console);
  // A log that cannot be written is no reason not to work.
  if (const auto log = InitLog(settings->log); !log) Log(LogLevel::kError, "{}", log.error().message);

  const bool only_listed = line->options.list && !line->options.json;
  const bool serves = line->command == Command::kServe && settings->connect.empty();
  if ((serves || line->command == Command::kMcp) && !only_listed) {
    const auto made = MakeProjectDataDirectory(settings->paths, settings->project);
    // Any other failure is told to whoever uses the store, and may be over by then.
    if (!made && made.error().code == ErrorCode::kConflict)
      return Leave({kExitBadConfig, made.error().message}, console);
  }

  switch (line->command) {
    case Command::kServe:
      return Serve(*settings, console);
    case Command::kMcp:
      return line->options.list ? ListTools(*line, *settings, console) : CallTool(*line, *settings, console);
    case Command::kStatus:
      return Status(*line, *settings, console);
    case Command::kHook:
      return PreEdit(*settings, console);
    case Command::kTasks:
      return ShowTasks(*line, *settings, console);
    case Command::kLeases:
      return ShowLeases(*line, *settings, console);
    case Command::kSwarm:
      return WatchSwarm(*line, *settings, console);
    case Command::kReport:
      return ShowReport(*line, *settings, console);
    case Command::kMetrics:
      return ShowMetrics(*settings, console);
    case Command::kSimulate:
    case Command::kBenchmark:
    case Command::kPerf:
    case Command::kTest:
    case Command::kProfile:
    case Command::kDoctor:
    case Command::kDocs:
      break;
  }
  return kExitFailed;
}

}  // namespace skep::cli
