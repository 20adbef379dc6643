#include "checks.h"

namespace skep::fuzz_targets {

std::span<const Target> Targets() {
  static constexpr Target kTargets[] = {
      {"framer", CheckFramer},
      {"envelope", CheckEnvelope},
      {"fields", CheckFields},
      {"writer", CheckWriter},
      {"parser", CheckParser},
      {"cursor", CheckCursor},
      {"request_state", CheckRequestState},
  };
  return kTargets;
}

}  // namespace skep::fuzz_targets
