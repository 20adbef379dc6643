#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/paths.h"
#include "cli/console.h"
#include "cli/options.h"
#include "skep/field.h"

namespace skep::cli {

enum class Verdict : int { kOk, kWarn, kFail };
constexpr std::array<std::string_view, 3> Names(Verdict) { return {"ok", "warn", "fail"}; }

/// One thing that was looked at.
struct Check {
  std::string name;
  Verdict verdict = Verdict::kOk;
  std::string found;
  std::optional<std::string> advice;  ///< What to do about it.

  static constexpr Field kFields[] = {
      Req<&Check::name>("name"),
      Req<&Check::verdict>("verdict"),
      Req<&Check::found>("found"),
      Opt<&Check::advice>("advice"),
  };
};

struct Diagnosis {
  Verdict verdict = Verdict::kOk;  ///< The worst of the checks.
  std::vector<Check> checks;

  static constexpr Field kFields[] = {
      Req<&Diagnosis::verdict>("verdict"),
      Req<&Diagnosis::checks>("checks"),
  };
};

/// Looks at everything that skep needs. Changes nothing but a probe file of its own, which it removes.
Diagnosis Diagnose(const Options& options, const Environment& environment, const Console& console);

}  // namespace skep::cli
