#pragma once

#include <csignal>

namespace skep::cli {

/// Keeps SIGINT and SIGTERM from ending the process while it lives, so that what was measured so far is not lost: they
/// are held back, and asked() sees that one has come. Nothing is interrupted by them, and processes that are started
/// meanwhile are not concerned. Made before there are threads.
class Interrupt {
 public:
  Interrupt();
  /// A signal that has come is taken as dealt with.
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool asked() const;

 private:
  sigset_t ours_{};
  sigset_t before_{};
};

}  // namespace skep::cli
