#include <fmt/format.h>
#include <unistd.h>

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
    // A shorter line than the one before it leaves nothing of that.
    std::string screen(kHome);
    for (const char c : text) {
      if (c == '\n') screen += "\x1b[K";
      screen += c;
    }
    screen += kClearRest;
    if (!console.Out(screen)) return kExitFailed;
    std::this_thread::sleep_for(kRefresh);
  }
}

}  // namespace skep::cli
