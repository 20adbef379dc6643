#include "metrics/log_analysis.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/limits.h"
#include "metrics/signature.h"
#include "swarm/snippet.h"

namespace skep::metrics {
namespace {

constexpr std::size_t kSlowest = 5;

/// A line, and which of the signatures it has.
struct Read {
  LogLine line;
  std::int64_t number = 0;
  std::size_t signature = 0;
};

struct Log {
  std::vector<Read> lines;
  std::vector<std::string> signatures;
};

bool IsBlank(std::string_view line) {
  return std::ranges::all_of(line, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

Log ReadLog(std::span<const std::string_view> lines, std::int64_t now_ms) {
  Log log;
  std::unordered_map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (IsBlank(lines[i])) continue;
    Read& read = log.lines.emplace_back();
    read.line = ReadLogLine(lines[i], now_ms);
    read.number = static_cast<std::int64_t>(i) + 1;
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

std::string Beginning(std::string_view text) { return std::string(swarm::CutAtCharacter(text, limits::kMaxSignature)); }

struct Sums {
  LogGroup group;
  std::map<std::size_t, std::int64_t> preceding;  ///< By signature; beyond the last: none.
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

std::vector<LogGroup> GroupLines(const Log& log, const LogReport& report) {
  std::vector<Sums> sums(log.signatures.size());
  const std::int64_t middle_ms = report.by_time ? std::midpoint(*report.from_ms, *report.to_ms) : 0;
  for (std::size_t i = 0; i < log.lines.size(); ++i) {
    const Read& read = log.lines[i];
    Sums& to = sums[read.signature];
    Add(read, report.by_time ? *read.line.at_ms > middle_ms : 2 * i >= log.lines.size(), to);
    ++to.preceding[i == 0 ? log.signatures.size() : log.lines[i - 1].signature];
  }
  std::vector<LogGroup> groups;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (sums[i].group.severity < Severity::kWarning) continue;
    LogGroup& group = groups.emplace_back(std::move(sums[i].group));
    group.signature = log.signatures[i];
    group.change = Compare(group.change.earlier, group.change.later);
    for (const auto& [signature, count] : sums[i].preceding) {
      group.preceding.push_back(
          {signature == log.signatures.size() ? std::string() : log.signatures[signature], count});
    }
    std::ranges::stable_sort(group.preceding, std::ranges::greater{}, &NamedCount::count);
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
  LogReport report{.lines = std::ssize(log.lines)};
  for (const Read& read : log.lines) {
    ++report.by_severity[static_cast<std::size_t>(read.line.severity)];
    if (read.line.took_ns) ++report.timed;
    if (!read.line.at_ms) continue;
    ++report.stamped;
    report.from_ms = std::min(*read.line.at_ms, report.from_ms.value_or(*read.line.at_ms));
    report.to_ms = std::max(*read.line.at_ms, report.to_ms.value_or(*read.line.at_ms));
  }
  report.by_time = 2 * report.stamped >= report.lines && report.from_ms < report.to_ms;
  if (report.by_time) FillMoments(log.lines);
  report.groups = GroupLines(log, report);
  report.slowest = Slowest(log);
  return report;
}

}  // namespace skep::metrics
