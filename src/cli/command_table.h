#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "skep/field.h"

/// Which commands there are, and what each takes. The command line is parsed by it, and help and the man page are made
/// of it.
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

/// What follows the name of some commands.
struct ActionInfo {
  std::string_view name;
  std::string_view summary;
  /// The rows of Options that it takes, besides those that all commands take.
  std::span<const std::string_view> options;
  /// What its help says behind the options: defaults, exit statuses, examples.
  std::string (*more)() = nullptr;
  bool takes_files = false;  ///< CommandLine::files.
  bool hidden = false;
};

/// A command as users see it.
struct CommandInfo {
  Command command;
  std::string_view name;
  std::string_view summary;
  /// The rows of Options that it takes, besides those that all take.
  std::span<const std::string_view> options;
  bool hidden = false;
  /// What follows its name: one of these. Empty: nothing does.
  std::span<const ActionInfo> actions = {};
  std::string (*more)() = nullptr;  ///< As an action's.
};
std::span<const CommandInfo> Commands();

/// The options that all commands take.
std::span<const std::string_view> CommonOptions();
const Field& OptionNamed(std::string_view name);

}  // namespace skep::cli
