#include "base/version.h"

namespace skep {

std::string_view Version() { return SKEP_VERSION; }

}  // namespace skep
