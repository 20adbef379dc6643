#include "metrics/log_severity.h"

#include <algorithm>
#include <cstddef>

#include "metrics/characters.h"

namespace skep::metrics {
namespace {

/// Calls `each` with every word, and where it begins, until that says stop.
template <class Each>
void ForEachWord(std::string_view text, Each each) {
  for (std::size_t i = 0; i < text.size();) {
    if (!IsLetter(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && (IsLetter(text[end]) || IsDigit(text[end]) || text[end] == '_')) ++end;
    if (!each(text.substr(i, end - i), i)) return;
    i = end;
  }
}

struct LevelWord {
  std::string_view word;
  Severity severity;
};
constexpr LevelWord kLevelWords[] = {
    {"trace", Severity::kDebug},    {"debug", Severity::kDebug},  {"info", Severity::kInfo},
    {"notice", Severity::kInfo},    {"warn", Severity::kWarning}, {"warning", Severity::kWarning},
    {"error", Severity::kError},    {"err", Severity::kError},    {"fatal", Severity::kFatal},
    {"critical", Severity::kFatal}, {"crit", Severity::kFatal},   {"alert", Severity::kFatal},
    {"panic", Severity::kFatal},    {"emerg", Severity::kFatal},  {"severe", Severity::kError},
};
/// Words of failure where no level is named.
constexpr std::string_view kFailures[] = {
    "error",   "errors", "failed",  "failure", "fails",    "exception", "traceback", "panic",  "panicked", "aborted",
    "refused", "denied", "timeout", "timed",   "segfault", "killed",    "cannot",    "unable", "fatal"};

/// Levels stand near the beginning, behind names of hosts and programs.
constexpr std::size_t kHead = 96;

/// Whether a level is meant: in capitals, in brackets or quotes, before a colon, or as a value.
bool StandsAsLevel(std::string_view text, std::string_view word, std::size_t at) {
  if (std::ranges::none_of(word, [](char c) { return c >= 'a' && c <= 'z'; })) return true;
  const char before = at == 0 ? '\0' : text[at - 1];
  const std::size_t end = at + word.size();
  const char after = end < text.size() ? text[end] : '\0';
  return (before == '[' && after == ']') || (before == '(' && after == ')') || (before == '"' && after == '"') ||
         (before == '<' && after == '>') || before == '=' || after == ':' || after == '|';
}

}  // namespace

Severity SeverityOf(std::string_view text) {
  Severity severity = Severity::kNone;
  ForEachWord(text.substr(0, kHead), [&](std::string_view word, std::size_t at) {
    for (const LevelWord& level : kLevelWords) {
      if (!SameLetters(level.word, word) || !StandsAsLevel(text, word, at)) continue;
      severity = level.severity;
      return false;
    }
    return true;
  });
  if (severity != Severity::kNone) return severity;
  ForEachWord(text, [&](std::string_view word, std::size_t) {
    const auto same = [&](std::string_view failure) { return SameLetters(failure, word); };
    // "ConnectionError", "TimeoutException".
    if (std::ranges::any_of(kFailures, same) || word.ends_with("Error") || word.ends_with("Exception")) {
      severity = Severity::kError;
      return false;
    }
    return true;
  });
  return severity;
}

}  // namespace skep::metrics
