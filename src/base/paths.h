#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "skep/error.h"

namespace skep {

/// Looks up an environment variable: its value, or null. Passed in, so that tests own it.
using Environment = std::function<const char*(const char* name)>;
Environment ProcessEnvironment();

/// The directories of one user, absolute. None is made before it is needed: see MakeDirectory.
struct Paths {
  std::string config;  ///< config.toml
  std::string data;    ///< The projects' databases.
  std::string state;   ///< Logs.
  std::string run;     ///< Sockets.
};

/// SKEP_HOME, when set, holds all four (config/, data/, state/, run/). Else they are `skep` below XDG_CONFIG_HOME,
/// XDG_DATA_HOME, XDG_STATE_HOME and XDG_RUNTIME_DIR, whose defaults are below HOME (for the last one, which has none,
/// run/ below the state). As the XDG specification says, one of these that is not absolute counts as not set.
/// An error when SKEP_HOME is not absolute, or HOME is needed and missing or not absolute.
Expected<Paths> FindPaths(const Environment& environment);

/// Makes a directory and those above it that are missing, each with mode 0700. Fine when it is there already, also
/// when another process makes it at the same moment.
Expected<void> MakeDirectory(const std::string& path);

/// The canonical path of the project's directory: `named` when not empty (it must be a directory), else the nearest
/// directory from `working` upwards that has a `.git` (a directory, or the file of a worktree), else `working`.
Expected<std::string> ProjectDirectory(const std::string& named, const std::string& working = ".");

/// Where the project's own files are: data/projects/NAME-HASH, from the last part of its path for people and eight
/// digits of the whole path's FNV-1a hash for uniqueness. The same in every release, for stored data is found by it.
/// REQUIRES: `project` is what ProjectDirectory returned.
std::string ProjectDataDirectory(const Paths& paths, std::string_view project);

/// The project's database: skep.db in its data directory.
std::string ProjectDatabasePath(const Paths& paths, std::string_view project);

/// Where the project's server listens unless it is told otherwise: run/NAME-HASH.sock.
std::string ProjectSocketPath(const Paths& paths, std::string_view project);

/// Makes the project's data directory and, in it, project.txt, which names the project to people. kConflict when it
/// names another project: two paths with one name and one hash. For whoever is about to make the database.
Expected<void> MakeProjectDataDirectory(const Paths& paths, std::string_view project);

/// The project whose database this is, as project.txt beside it says; empty when it is not said.
std::string ProjectOfDatabase(std::string_view path);

}  // namespace skep
