#include "load/request.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <span>
#include <utility>

namespace skep::load {
namespace {

void AppendNumber(std::string& to, std::int64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  to.append(digits.data(), end);
}

}  // namespace

Request::Request(std::string_view line, By by) {
  static constexpr std::array<std::pair<std::string_view, Hole>, 7> kHoles = {{{"{id}", Hole::kId},
                                                                               {"{n}", Hole::kId},
                                                                               {"{key}", Hole::kKey},
                                                                               {"{word}", Hole::kWord},
                                                                               {"{agent}", Hole::kAgent},
                                                                               {"{task}", Hole::kTask},
                                                                               {"{epoch}", Hole::kEpoch}}};
  constexpr std::size_t kOfAnyone = 4;
  const std::span<const std::pair<std::string_view, Hole>> holes(kHoles.data(),
                                                                 by == By::kAgent ? kHoles.size() : kOfAnyone);
  pieces_.emplace_back();
  while (!line.empty()) {
    std::size_t taken = 0;
    for (const auto& [name, hole] : holes) {
      if (!line.starts_with(name)) continue;
      pieces_.back().hole = hole;
      pieces_.emplace_back();
      taken = name.size();
    }
    if (taken == 0) {
      pieces_.back().text += line.front();
      taken = 1;
    }
    line.remove_prefix(taken);
  }
  pieces_.back().text += '\n';
}

void Request::AppendTo(std::string& to, const Varying& varying) const {
  for (const Piece& piece : pieces_) {
    to += piece.text;
    switch (piece.hole) {
      case Hole::kNone:
        break;
      case Hole::kId:
        AppendNumber(to, varying.id);
        break;
      case Hole::kKey:
        AppendNumber(to, varying.key);
        break;
      case Hole::kWord:
        AppendNumber(to, varying.word);
        break;
      case Hole::kAgent:
        to += varying.agent;
        break;
      case Hole::kTask:
        to += varying.task;
        break;
      case Hole::kEpoch:
        AppendNumber(to, varying.epoch);
        break;
    }
  }
}

}  // namespace skep::load
