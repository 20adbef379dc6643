#pragma once

#include <string>
#include <string_view>

#include "skep/error.h"

namespace skep::cli {

/// Writes a file as a whole or not at all: whoever reads it meanwhile finds what was there before. A file that there is
/// keeps its mode. Errors say what to do.
Expected<void> ReplaceFile(const std::string& path, std::string_view content);

}  // namespace skep::cli
