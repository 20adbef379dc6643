#include "handlers/log_text.h"

#include <fmt/format.h>

#include <array>
#include <initializer_list>

#include "skep/block.h"

namespace skep::handlers {
namespace {

using json::Type;
using json::Value;

/// The first that there is.
Value FirstOf(Value object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (const Value found = object.Find(name); found.exists()) return found;
  }
  return {};
}

bool IsNumber(Value value) { return value.Is(Type::kInt) || value.Is(Type::kUint) || value.Is(Type::kDouble); }

std::string Plain(Value value) {
  if (value.Is(Type::kString)) return std::string(value.AsString());
  if (IsNumber(value)) return fmt::format("{}", value.AsDouble());
  return {};
}

/// Levels are words, or numbers as bunyan and pino have them.
std::string Level(Value value) {
  if (!IsNumber(value)) return Plain(value);
  static constexpr std::array<std::string_view, 7> kLevels = {"", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
  const double tens = value.AsDouble() / 10;
  return tens >= 1 && tens < 7 ? std::string(kLevels[static_cast<std::size_t>(tens)]) : std::string();
}

}  // namespace

std::string LogText(std::string_view line, json::Reader& reader) {
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos || line[begin] != '{') return {};
  Block block(line.size());
  block.Append(line);
  if (reader.Parse({block.data(), block.size()}) != json::Outcome::kOk) return {};
  const Value root = reader.root();
  const std::string message = Plain(FirstOf(root, {"message", "msg", "error", "err", "event"}));
  if (message.empty()) return {};
  std::string text;
  if (const Value moment = FirstOf(root, {"timestamp", "time", "ts", "@timestamp", "t"}); moment.exists()) {
    text += Plain(moment) + " ";
  }
  if (const std::string level = Level(FirstOf(root, {"level", "severity", "lvl"})); !level.empty()) {
    text += level + ": ";
  }
  text += message;
  for (const std::string_view name : {"duration_ms", "durationMs", "elapsed_ms", "elapsedMs", "latency_ms", "latencyMs",
                                      "took_ms", "duration", "elapsed", "latency", "took"}) {
    const Value took = root.Find(name);
    if (!took.exists()) continue;
    text += fmt::format(" {}={}", name, Plain(took));
    break;
  }
  return text;
}

}  // namespace skep::handlers
