#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "skep/error.h"

namespace skep::load {

/// What is asked for, and how often.
struct Mix {
  enum class Kind : std::uint8_t {
    kPing,
    kList,         ///< tools/list
    kStore,        ///< memory_usage: a key of `keys`, each time with another value.
    kRetrieve,     ///< memory_usage: a key of `keys`.
    kSearch,       ///< memory_search for one of the words that the values have.
    kClaimUpdate,  ///< One request of the cycle task_orchestrate, task_claim, task_update, whichever is next.
    kTool,         ///< Any tool of any server.
  };
  struct Part {
    Kind kind = Kind::kPing;
    std::uint32_t weight = 1;  ///< Its share is its weight of the sum of all.
    std::string tool;          ///< Of kTool.
    /// Of kTool: a JSON object in one line, in which Request fills in what varies: {n}, {id}, {key} and {word}.
    std::string arguments;
  };
  std::vector<Part> parts = {Part()};
  std::size_t value_bytes = 100;  ///< Of what is stored.
  std::uint32_t keys = 1000;      ///< That are stored before anything is measured.
};

/// "ping", "ping=8,retrieve=2", "list", "store", "search", "claim-update", "echo={"text":"hello {n}"}=3". Fails with
/// kInvalidArgument and what would be right.
Expected<Mix> ParseMix(std::string_view text);
/// What ParseMix() makes its parts from.
std::string Text(const Mix& mix);

}  // namespace skep::load
