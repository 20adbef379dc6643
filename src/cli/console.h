#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace skep::cli {

/// Exit statuses: EX_CONFIG of sysexits.h for the last one.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitBadConfig = 78;
/// As a shell has it of SIGINT: what was measured until then has been printed.
inline constexpr int kExitInterrupted = 130;

/// The end of the program before its work has begun: what to say (to standard output when status is kExitOk, else to
/// standard error) and how to exit.
struct Exit {
  int status = kExitOk;
  std::string text;
};

template <class T>
using OrExit = std::expected<T, Exit>;

inline std::unexpected<Exit> ExitWith(int status, std::string text) {
  return std::unexpected<Exit>(Exit{status, std::move(text)});
}

/// The three standard descriptors, or what a test gives in their place.
struct Console {
  int in = 0;
  int out = 1;
  int err = 2;

  bool InIsTerminal() const;
  bool OutIsTerminal() const;
  bool ErrIsTerminal() const;
  /// False when it could not be written whole: the reader has gone, or the disk is full.
  bool Out(std::string_view text) const;
  /// Says something on standard error, in a line of its own.
  void Say(std::string_view message) const;
};

}  // namespace skep::cli
