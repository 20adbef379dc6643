#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/options.h"
#include "skep/tool.h"

namespace skep::cli {

enum class Command : std::uint8_t {
  kServe,
  kMcp,
  kStatus,
  kTasks,
  kLeases,
  kSwarm,
  kReport,
  kMetrics,
  kSimulate,
  kBenchmark,
  kPerf,
  kTest,
  kProfile,
  kHook,
  kDoctor,
  kDocs
};

/// A command as users see it.
struct CommandInfo {
  Command command;
  std::string_view name;
  std::string_view summary;
  /// The rows of Options that it takes, besides those that all take.
  std::span<const std::string_view> options;
  bool hidden = false;
  /// What follows its name: one of these words. Empty: nothing does.
  std::span<const std::string_view> actions = {};
};
std::span<const CommandInfo> Commands();

/// The options that all commands take.
std::span<const std::string_view> CommonOptions();
const Field& OptionNamed(std::string_view name);

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
