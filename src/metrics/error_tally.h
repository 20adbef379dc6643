#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "store/database.h"

namespace skep::metrics {

/// One kind of error: what is said with everything taken out that differs from one time to the next.
struct ErrorKind {
  std::string signature;  ///< See signature.h.
  std::string operation;  ///< Of the call that failed.
  std::string code;       ///< The error's name: "not_found", or of the protocol: "-32601".
  std::string preceding;  ///< The operation before it in its session; empty: it was the first.

  bool operator==(const ErrorKind&) const = default;
};

/// What happened of it.
struct ErrorFigures {
  std::int64_t count = 0;
  std::int64_t total_ns = 0;  ///< That the calls had taken.
  std::int64_t most_ns = 0;
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
  std::string message;  ///< The first one, without what it quotes: see redact.h.
};

struct ErrorKindHash {
  std::size_t operator()(const ErrorKind& kind) const;
};
using ErrorKinds = std::unordered_map<ErrorKind, ErrorFigures, ErrorKindHash>;

/// The errors of this process, by kind. On the loop's thread.
class ErrorTally {
 public:
  /// The signature of all kinds beyond limits::kMaxErrorKinds.
  static constexpr std::string_view kOthers = "(other errors)";

  void Note(std::string_view message, std::string_view operation, std::string_view code, std::string_view preceding,
            std::int64_t took_ns, std::int64_t now_ms);
  /// What was noted since the last time.
  ErrorKinds Take() { return std::exchange(kinds_, {}); }
  const ErrorKinds& kinds() const { return kinds_; }

 private:
  ErrorKinds kinds_;
};

/// Adds to the windows of all levels (see windows.h) in error_windows. In a window there are no more kinds than in a
/// tally, whichever processes have noted them. In a write.
void AddErrors(store::Database& database, const ErrorKinds& kinds, std::int64_t at_ms);

}  // namespace skep::metrics
