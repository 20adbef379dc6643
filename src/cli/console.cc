#include "cli/console.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

namespace skep::cli {
namespace {

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

bool Console::InIsTerminal() const { return isatty(in) == 1; }

bool Console::OutIsTerminal() const { return isatty(out) == 1; }

bool Console::ErrIsTerminal() const { return isatty(err) == 1; }

bool Console::Out(std::string_view text) const { return WriteAll(out, text); }

void Console::Say(std::string_view message) const { WriteAll(err, fmt::format("skep: {}\n", message)); }

}  // namespace skep::cli
