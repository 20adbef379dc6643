#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/console.h"

namespace skep::cli {

/// How far something is that takes more than a second, on standard error: a bar that is drawn over itself on a
/// terminal, else a line when what it is at has changed, one a second at most.
class Progress {
 public:
  explicit Progress(const Console& console) : console_(console), terminal_(console.ErrIsTerminal()) {}
  /// Takes the bar away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `share` from 0 to 1. `now_ns` on the steady clock: a bar is drawn ten times a second at most.
  void Show(double share, std::string_view what, std::int64_t now_ns);

 private:
  const Console& console_;
  const bool terminal_;
  bool drawn_ = false;
  std::int64_t shown_ns_ = 0;
  std::string what_;
};

/// "[########            ]  40 % what", at most `columns` wide.
std::string BarText(double share, std::string_view what, std::size_t columns);

}  // namespace skep::cli
