#pragma once

#include <string_view>

namespace skep {

/// "0.1.0", from project() in CMakeLists.txt: what `--version` and serverInfo say.
std::string_view Version();

}  // namespace skep
