#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <span>
#include <string_view>
#include <vector>

#include "base/suggest.h"
#include "skep/error.h"

namespace skep::bench {

/// The one of that name; else kInvalidArgument, with what there is. `kind`: what each of them is, "suite".
template <class Named>
Expected<const Named*> FindNamed(std::string_view kind, std::span<const Named> all, std::string_view name) {
  std::vector<std::string_view> names;
  for (const Named& one : all) {
    if (one.name == name) return &one;
    names.push_back(one.name);
  }
  const std::string_view nearest = Nearest(name, names);
  return Fail(
      ErrorCode::kInvalidArgument,
      fmt::format("there is no {0} \"{1}\"{2}: the {0}s are {3}", kind, name,
                  nearest.empty() ? "" : fmt::format("; did you mean \"{}\"?", nearest), fmt::join(names, ", ")));
}

}  // namespace skep::bench
