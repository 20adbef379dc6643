#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "fuzz/contract.h"
#include "fuzz/methods.h"

namespace skep::fuzz {

/// What was reached: counted by answers, since what is not answered may not have been looked at.
struct Coverage {
  struct Count {
    std::uint64_t good = 0;
    std::uint64_t refused = 0;
  };
  Count methods[kMethods.size() + 1][2];  ///< By Method (unknown ones last), and era: legacy, modern.
  std::vector<Count> tools;               ///< As in the contract.
  std::map<std::int64_t, std::uint64_t> codes;
  std::map<std::string, std::uint64_t, std::less<>> revisions;    ///< Agreed on; of the modern one its answers.
  std::map<std::string, std::uint64_t, std::less<>> from_server;  ///< Its own requests and notifications, by method.

  void Answered(Method method, bool modern, int tool, bool good);
};

/// Methods that the server does not announce: "tasks/list", or, where it does in the other era, "tasks/list (modern)".
std::vector<std::string> NotOffered(const Contract& contract);

/// What the contract names and was not reached: "method tasks/list (legacy)", "tool x: result", "error -32042".
std::vector<std::string> NotReached(const Contract& contract, const Coverage& coverage);

}  // namespace skep::fuzz
