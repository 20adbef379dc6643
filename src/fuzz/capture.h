#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fuzz/methods.h"
#include "json/reader.h"

namespace skep::fuzz {

/// Something that an answer has named, for later use: the answer's id as JSON, the member's name, its text.
struct Capture {
  std::string id;
  std::string name;
  std::string text;
};

/// Adds what a result names: of a greeting the revision, of a call that became a task the task, what the pool takes,
/// and the claims that a report on a task needs. `id`: the answer's.
void AddCaptures(std::string_view id, Method method, json::Value result, std::vector<Capture>& to);

}  // namespace skep::fuzz
