#pragma once

#include <string>

#include "skep/error.h"

namespace skep::cli {

/// Everything that can be read from `fd` until its end; `from` names it in errors. kTooLarge beyond limits::kMaxFrame,
/// which no message could carry.
Expected<std::string> ReadAll(int fd, const std::string& from);

/// A whole file. kNotFound when there is none.
Expected<std::string> ReadFile(const std::string& path);

}  // namespace skep::cli
