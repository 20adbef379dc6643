#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/command_table.h"
#include "cli/console.h"
#include "cli/options.h"
#include "skep/tool.h"

namespace skep::cli {

/// What was typed, understood.
struct CommandLine {
  Command command = Command::kServe;
  Options options;
  const Tool* tool = nullptr;      ///< kMcp, unless the tools are to be listed.
  std::vector<Flag> arguments;     ///< The tool's flags.
  std::string document;            ///< kDocs: which.
  std::string hook;                ///< kHook: which.
  std::string action;              ///< Of a command that has actions: which.
  std::vector<std::string> files;  ///< kBenchmark, to compare: the two exports.
};

/// `args` is argv without the program's name. `serves_by_default`: what to do when no command is named; otherwise that
/// is a request for help.
OrExit<CommandLine> ParseCommandLine(std::span<const char* const> args, std::span<const Tool* const> tools,
                                     bool serves_by_default);

}  // namespace skep::cli
