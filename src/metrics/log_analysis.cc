#include "metrics/log_analysis.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/limits.h"
#include "metrics/redact.h"
#include "metrics/signature.h"
#include "swarm/snippet.h"

namespace skep::metrics {
namespace {

constexpr std::size_t kSlowest = 3;

/// A line, and which of the signatures it has.
struct Read {
  LogLine line;
  std::int64_t number = 0;
  std::size_t signature = 0;
};

struct Log {
  std::vector<Read> lines;
  std::int64_t count = 0;  ///< Of lines that are not blank.
  std::vector<std::string> signatures;
};

bool IsBlank(std::string_view line) {
  return std::ranges::all_of(line, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

/// Whether a line is set in, perhaps behind its moment.
bool IsSetIn(std::string_view line, std::string_view text) {
  const auto is_space = [&](std::size_t i) { return line[i] == ' ' || line[i] == '\t'; };
  const auto at = static_cast<std::size_t>(text.data() - line.data());
  if (at < 2) return !line.empty() && is_space(0);
  return is_space(at - 1) && is_space(at - 2);
}

/// Makes one line of a Python traceback: what is set in belongs to it, and the line behind that says what happened.
class Traceback {
 public:
  /// Whether a line belongs to the traceback that `last` has begun; then it is added to that.
  bool Takes(std::string_view line, const LogLine& read, LogLine* last) {
    if (!open_) return false;
    if (IsSetIn(line, read.text)) return true;
    open_ = false;
    // Another's line comes before it has said what happened.
    if (read.at_ms && !last->at_ms) return false;
    last->text = read.text;
    last->severity = std::max({last->severity, read.severity, Severity::kError});
    return true;
  }
  void Begin(const LogLine& read) { open_ = read.text.contains("Traceback (most recent call last)"); }

 private:
  bool open_ = false;
};

Log ReadLog(std::span<const std::string_view> lines, std::int64_t now_ms) {
  Log log;
  Traceback traceback;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (IsBlank(lines[i])) continue;
    ++log.count;
    const LogLine line = ReadLogLine(lines[i], now_ms);
    if (traceback.Takes(lines[i], line, log.lines.empty() ? nullptr : &log.lines.back().line)) continue;
    traceback.Begin(line);
    log.lines.push_back({.line = line, .number = static_cast<std::int64_t>(i) + 1});
  }
  std::unordered_map<std::string, std::size_t> known;
  for (Read& read : log.lines) {
    const auto [found, is_new] = known.try_emplace(SignatureOf(read.line.text), log.signatures.size());
    if (is_new) log.signatures.push_back(found->first);
    read.signature = found->second;
  }
  return log;
}

/// Gives each line without a moment that of the one before it; those in front, that of the first which has one.
void FillMoments(std::vector<Read>& lines) {
  const auto first = std::ranges::find_if(lines, [](const Read& read) { return read.line.at_ms.has_value(); });
  std::optional<std::int64_t> last = first == lines.end() ? std::nullopt : first->line.at_ms;
  for (Read& read : lines) {
    if (read.line.at_ms) last = read.line.at_ms;
    read.line.at_ms = last;
  }
}

std::string Beginning(std::string_view text) {
  return WithoutSecrets(swarm::CutAtCharacter(text, limits::kMaxSignature));
}

struct Sums {
  LogGroup group;
  std::map<std::size_t, std::int64_t> preceding;  ///< By signature.
  std::int64_t before_another = 0;                ///< How often there was a line behind one of these.
};

void Add(const Read& read, bool later, Sums& to) {
  LogGroup& group = to.group;
  if (group.count++ == 0) {
    group.message = Beginning(read.line.text);
    group.first_line = read.number;
    group.first_ms = group.last_ms = read.line.at_ms;
  }
  group.severity = std::max(group.severity, read.line.severity);
  group.last_line = read.number;
  if (read.line.at_ms) {
    group.first_ms = std::min(*group.first_ms, *read.line.at_ms);
    group.last_ms = std::max(*group.last_ms, *read.line.at_ms);
  }
  ++(later ? group.change.later : group.change.earlier);
  if (!read.line.took_ns) return;
  ++group.timed;
  group.total_ns += *read.line.took_ns;
  group.most_ns = std::max(group.most_ns, *read.line.took_ns);
}

std::vector<Predecessor> Preceding(const std::vector<Sums>& sums, std::size_t group, const Log& log) {
  std::vector<Predecessor> preceding;
  for (const auto& [signature, count] : sums[group].preceding) {
    // That they come in a row is no cause.
    if (signature == group) continue;
    Predecessor one{.name = log.signatures[signature], .count = count, .anything = sums[signature].before_another};
    if (ClearlyPrecedes(one, sums[group].group.count, std::ssize(log.lines) - 1)) preceding.push_back(std::move(one));
  }
  std::ranges::stable_sort(preceding, std::ranges::greater{}, &Predecessor::count);
  return preceding;
}

std::vector<LogGroup> GroupLines(const Log& log, const LogReport& report) {
  std::vector<Sums> sums(log.signatures.size());
  const std::int64_t middle_ms = report.by_time ? std::midpoint(*report.from_ms, *report.to_ms) : 0;
  for (std::size_t i = 0; i < log.lines.size(); ++i) {
    const Read& read = log.lines[i];
    Sums& to = sums[read.signature];
    Add(read, report.by_time ? *read.line.at_ms > middle_ms : read.number >= report.middle_line, to);
    if (i == 0) continue;
    ++to.preceding[log.lines[i - 1].signature];
    ++sums[log.lines[i - 1].signature].before_another;
  }
  std::vector<LogGroup> groups;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    LogGroup& group = sums[i].group;
    if (group.severity < Severity::kWarning) continue;
    group.signature = log.signatures[i];
    group.change = Compare(group.change.earlier, group.change.later);
    group.preceding = Preceding(sums, i, log);
    groups.push_back(std::move(group));
  }
  std::ranges::sort(groups, [](const LogGroup& a, const LogGroup& b) {
    const bool worse_a = a.severity >= Severity::kError;
    const bool worse_b = b.severity >= Severity::kError;
    return std::tie(worse_b, b.count, a.first_line) < std::tie(worse_a, a.count, b.first_line);
  });
  return groups;
}

std::vector<SlowLine> Slowest(const Log& log) {
  std::vector<const Read*> timed;
  for (const Read& read : log.lines) {
    if (read.line.took_ns) timed.push_back(&read);
  }
  std::ranges::stable_sort(timed, std::ranges::greater{}, [](const Read* read) { return *read->line.took_ns; });
  if (timed.size() > kSlowest) timed.resize(kSlowest);
  std::vector<SlowLine> slowest;
  for (const Read* const read : timed) {
    slowest.push_back({.line = read->number, .took_ns = *read->line.took_ns, .message = Beginning(read->line.text)});
  }
  return slowest;
}

}  // namespace

LogReport AnalyseLog(std::span<const std::string_view> lines, std::int64_t now_ms) {
  Log log = ReadLog(lines, now_ms);
  LogReport report{.lines = log.count};
  for (const Read& read : log.lines) {
    ++report.by_severity[static_cast<std::size_t>(read.line.severity)];
    if (read.line.took_ns) ++report.timed;
    if (!read.line.at_ms) continue;
    ++report.stamped;
    report.from_ms = std::min(*read.line.at_ms, report.from_ms.value_or(*read.line.at_ms));
    report.to_ms = std::max(*read.line.at_ms, report.to_ms.value_or(*read.line.at_ms));
  }
  report.by_time = 2 * report.stamped >= std::ssize(log.lines) && report.from_ms < report.to_ms;
  if (report.by_time) FillMoments(log.lines);
  const std::size_t half = (log.lines.size() + 1) / 2;
  report.middle_line = half < log.lines.size() ? log.lines[half].number : std::ssize(lines) + 1;
  report.groups = GroupLines(log, report);
  report.slowest = Slowest(log);
  return report;
}

}  // namespace skep::metrics
