#include "fuzz/pool.h"

#include <iterator>

namespace skep::fuzz {

bool Pool::Takes(std::string_view name) {
  return name.ends_with("Id") || name == "cursor" || name == "nextCursor" || name == "uri" || name == "thread" ||
         name == "requestState";
}

void Pool::Add(std::string_view name, std::string_view text) {
  // What a list gives as the next cursor is asked for as the cursor.
  if (name == "nextCursor") name = "cursor";
  auto at = kept_.find(name);
  if (at == kept_.end()) at = kept_.emplace(std::string(name), Kept{}).first;
  Kept& kept = at->second;
  if (kept.texts.size() < kMost) {
    kept.texts.emplace_back(text);
  } else {
    kept.texts[kept.next] = text;
    kept.next = (kept.next + 1) % kMost;
  }
}

const std::string* Pool::Pick(std::string_view name, Random& random) const {
  const auto at = kept_.find(name);
  return at == kept_.end() ? nullptr : &random.Pick(at->second.texts);
}

const std::string* Pool::PickAny(Random& random) const {
  if (kept_.empty()) return nullptr;
  return &random.Pick(std::next(kept_.begin(), static_cast<std::ptrdiff_t>(random.Below(kept_.size())))->second.texts);
}

}  // namespace skep::fuzz
