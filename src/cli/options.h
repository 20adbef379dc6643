#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "skep/field.h"
#include "skep/tool.h"

namespace skep::cli {

enum class Level : int { kTrace, kDebug, kInfo, kWarn, kError, kOff };
constexpr std::array<std::string_view, 6> Names(Level) { return {"trace", "debug", "info", "warn", "error", "off"}; }
static_assert(static_cast<int>(Level::kOff) == static_cast<int>(LogLevel::kOff));

enum class Durability : int {
  kFull,     ///< What is acknowledged is on the disk.
  kRelaxed,  ///< It survives a killed process, not a power cut.
};
constexpr std::array<std::string_view, 2> Names(Durability) { return {"full", "relaxed"}; }

/// Every option that is skep's own, whichever command it belongs to. Tools' arguments are in their own tables.
struct Options {
  std::optional<std::string> project;
  std::optional<Level> log_level;
  std::optional<std::string> log_file;
  std::optional<Durability> durability;
  std::vector<Toolset> toolsets;
  bool json = false;
  bool list = false;
  std::optional<std::string> args;

  static constexpr Field kFields[] = {
      Opt<&Options::project>("project", "Directory to work for (default: the git root, else the working directory)"),
      Opt<&Options::log_level>("log-level", "Least severe events logged (default: warn; also SKEP_LOG)"),
      Opt<&Options::log_file>("log-file", "Where they go (default: standard error)"),
      Opt<&Options::durability>("durability",
                                "relaxed: an acknowledged write survives a killed process, not a power cut"),
      Opt<&Options::toolsets>("toolsets",
                              "Tools that clients are told of (default: core, tasks, leases, messages); any can be "
                              "called"),
      Opt<&Options::json>("json", "One line of JSON, for machines"),
      Opt<&Options::list>("list", "Names the tools"),
      Opt<&Options::args>("args", "All arguments at once as a JSON object; - reads it from stdin, @FILE from a file"),
  };
};
static_assert(Described<Options>);

}  // namespace skep::cli
