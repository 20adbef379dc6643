#pragma once

#include <string>
#include <string_view>

#include "base/paths.h"
#include "skep/error.h"

namespace skep::cli {

/// The path that `unix:PATH` names, or `unix`: the project's own. An error when it is neither, or too long for a
/// socket.
Expected<std::string> ListeningPath(std::string_view text, const Paths& paths, std::string_view project);

/// The same where a socket that exists is wanted: also a path by itself.
Expected<std::string> ConnectingPath(std::string_view text, const Paths& paths, std::string_view project);

/// Makes the directory that a socket is to lie in if it is ours to make: below the user's directory of sockets and
/// such ($XDG_RUNTIME_DIR, or where SKEP_HOME puts it). Any other must be there.
Expected<void> MakeSocketDirectory(const std::string& path, const Paths& paths);

}  // namespace skep::cli
