#include "cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace skep::cli {
namespace {

constexpr std::size_t kBar = 20;
constexpr std::int64_t kDrawNs = 100'000'000;
constexpr std::int64_t kLineNs = 1'000'000'000;
constexpr std::size_t kUsualColumns = 80;
constexpr std::string_view kEraseLine = "\r\x1b[K";

int Percent(double share) { return static_cast<int>(std::floor(std::clamp(share, 0.0, 1.0) * 100)); }

std::size_t ColumnsOf(int fd) {
  winsize size{};
  return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsualColumns;
}

void Write(int fd, std::string_view text) {
  // It is a courtesy: what cannot be shown is not.
  [[maybe_unused]] const ssize_t written = write(fd, text.data(), text.size());
}

}  // namespace

std::string BarText(double share, std::string_view what, std::size_t columns) {
  const auto full = static_cast<std::size_t>(std::floor(std::clamp(share, 0.0, 1.0) * kBar));
  std::string text = fmt::format("[{:{}}] {:3} % {}", std::string(full, '#'), kBar, Percent(share), what);
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // Bytes that go on with a character take no column of their own.
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
    if (width++ == columns) {
      text.resize(i);
      break;
    }
  }
  return text;
}

Progress::~Progress() {
  if (drawn_) Write(console_.err, kEraseLine);
}

void Progress::Show(double share, std::string_view what, std::int64_t now_ns) {
  if (!terminal_) {
    if (what == what_ || (!what_.empty() && now_ns - shown_ns_ < kLineNs)) return;
    what_ = what;
    shown_ns_ = now_ns;
    console_.Say(fmt::format("{} % {}", Percent(share), what));
    return;
  }
  if (drawn_ && now_ns - shown_ns_ < kDrawNs) return;
  drawn_ = true;
  shown_ns_ = now_ns;
  const std::size_t columns = ColumnsOf(console_.err);
  Write(console_.err, fmt::format("{}{}", kEraseLine, BarText(share, what, columns - 1)));
}

}  // namespace skep::cli
