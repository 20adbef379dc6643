#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "cli/commands.h"
#include "cli/snapshot.h"

namespace skep::cli {
namespace {

/// How often a watched view is taken anew: what people follow with their eyes.
constexpr auto kRefresh = std::chrono::seconds(1);
/// Cursor to the corner, and clear from there to the end: without flicker.
constexpr std::string_view kHome = "\x1b[H";
constexpr std::string_view kClearRest = "\x1b[J";
constexpr std::string_view kClear = "\x1b[2J";

/// The screen's worth of a text: what is wider or longer than the terminal would make it scroll.
std::string Fit(std::string_view text, int terminal) {
  winsize size{};
  if (ioctl(terminal, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) size = {50, 200, 0, 0};
  std::string screen(kHome);
  for (int row = 1; !text.empty() && row < size.ws_row; ++row) {
    const std::string_view line = text.substr(0, text.find('\n'));
    std::size_t columns = 0;
    bool in_escape = false;
    for (const char c : line) {
      in_escape = in_escape || c == '\x1b';
      // A character's later bytes, and what only sets the style, take no column.
      const bool takes_column = !in_escape && (c & 0xc0) != 0x80;
      if (takes_column && columns == size.ws_col) break;
      columns += takes_column ? 1 : 0;
      screen += c;
      if (in_escape && c == 'm') in_escape = false;
    }
    // A shorter line than the one that was there leaves nothing of that.
    screen.append("\x1b[0m\x1b[K\n");
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return screen.append(kClearRest);
}

int Show(const CommandLine& line, const Settings& settings, const Console& console, Look look) {
  const auto snapshot = TakeSnapshot(settings, look);
  if (!snapshot) {
    console.Say(snapshot.error().message);
    return kExitFailed;
  }
  const std::string text = line.options.json ? *snapshot + "\n" : RenderSnapshot(*snapshot, look, StyleOf(console));
  return console.Out(text) ? kExitOk : kExitFailed;
}

}  // namespace

int ShowTasks(const CommandLine& line, const Settings& settings, const Console& console) {
  return Show(line, settings, console, Look::kTasks);
}

int ShowLeases(const CommandLine& line, const Settings& settings, const Console& console) {
  return Show(line, settings, console, Look::kLeases);
}

int WatchSwarm(const CommandLine& line, const Settings& settings, const Console& console) {
  // For a machine, or a file, one look is all that makes sense.
  if (line.options.json || !console.OutIsTerminal()) return Show(line, settings, console, Look::kSwarm);
  if (!console.Out(kClear)) return kExitFailed;
  const Style style = StyleOf(console);
  while (true) {
    const auto snapshot = TakeSnapshot(settings, Look::kSwarm);
    std::string text = snapshot ? RenderSnapshot(*snapshot, Look::kSwarm, style) : snapshot.error().message + "\n";
    const std::string screen = Fit(text, console.out);
    if (!console.Out(screen)) return kExitFailed;
    std::this_thread::sleep_for(kRefresh);
  }
}

}  // namespace skep::cli
