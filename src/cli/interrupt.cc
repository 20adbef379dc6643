#include "cli/interrupt.h"

#include <ctime>

namespace skep::cli {

Interrupt::Interrupt() {
  sigemptyset(&ours_);
  sigaddset(&ours_, SIGINT);
  sigaddset(&ours_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ours_, &before_);
}

Interrupt::~Interrupt() {
  constexpr timespec kAtOnce{};
  while (sigtimedwait(&ours_, nullptr, &kAtOnce) > 0) {
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool Interrupt::asked() const {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1;
}

}  // namespace skep::cli
