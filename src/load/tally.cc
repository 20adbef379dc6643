#include "load/tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace skep::load {
namespace {

std::optional<double> AsDouble(const std::optional<std::uint64_t>& value) {
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

std::optional<double> Difference(const std::optional<double>& now, const std::optional<double>& before) {
  return now && before ? std::optional(std::max(0.0, *now - *before)) : std::nullopt;
}

/// Bytes that are kept of what the first error of a kind says: what a terminal shows in two lines.
constexpr std::size_t kKept = 160;

/// Whole characters of the beginning.
std::string Beginning(std::string_view text) {
  if (text.size() <= kKept) return std::string(text);
  std::size_t end = kKept;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

/// What an error, or the first text of a tool's, says.
std::string_view Said(json::Value message) {
  json::Value text = message.Find("error").Find("message");
  if (const json::Value content = message.Find("result").Find("content"); content.Is(json::Type::kArray)) {
    json::Value first;
    if (json::Elements(content).Next(first)) text = first.Find("text");
  }
  return text.Is(json::Type::kString) ? text.AsString() : std::string_view();
}

}  // namespace

Tally::Tally(const std::vector<std::string>& operations, const ServerFigures& before)
    : names_(operations), by_operation_(operations.size()), first_(before), last_(before) {}

void Tally::Answered(std::size_t operation, std::int64_t latency_ns, std::int64_t service_ns) {
  const auto latency = static_cast<std::uint64_t>(std::max<std::int64_t>(latency_ns, 0));
  ++outcome_.answered;
  by_operation_[operation].Record(latency);
  interval_latency_.Record(latency);
  outcome_.service.Record(static_cast<std::uint64_t>(std::max<std::int64_t>(service_ns, 0)));
  outcome_.lateness.Record(static_cast<std::uint64_t>(std::max<std::int64_t>(latency_ns - service_ns, 0)));
}

void Tally::Refused(const client::Answer& answer, json::Value message) {
  ++outcome_.answered;
  Failed(answer.kind == client::Answer::Kind::kToolError ? "tool error" : fmt::format("error {}", answer.code), 1,
         Said(message));
}

void Tally::Failed(std::string_view kind, std::uint64_t count, std::string_view text) {
  if (count == 0) return;
  std::uint64_t& sum = outcome_.errors[std::string(kind)];
  if (sum == 0 && !text.empty()) outcome_.first_errors.emplace(kind, Beginning(text));
  sum += count;
  errors_ += count;
}

void Tally::EndInterval(std::int64_t now_ns, std::uint64_t due, const ServerFigures& servers) {
  if (now_ns <= interval_from_ns_) return;
  const double seconds = static_cast<double>(now_ns - interval_from_ns_) / 1e9;
  const auto used_ns = Difference(servers.cpu_ns, last_.cpu_ns);
  outcome_.intervals.push_back({.from_s = static_cast<double>(interval_from_ns_) / 1e9,
                                .seconds = seconds,
                                .due = due - due_before_,
                                .sent = outcome_.sent - sent_before_,
                                .answered = outcome_.answered - answered_before_,
                                .errors = errors_ - errors_before_,
                                .p50_ns = AsDouble(interval_latency_.Percentile(50)),
                                .p99_ns = AsDouble(interval_latency_.Percentile(99)),
                                .max_ns = AsDouble(interval_latency_.Max()),
                                .cores = used_ns ? std::optional(*used_ns / 1e9 / seconds) : std::nullopt,
                                .resident_bytes = servers.resident_bytes});
  interval_latency_.Clear();
  interval_from_ns_ = now_ns;
  due_before_ = due;
  sent_before_ = outcome_.sent;
  answered_before_ = outcome_.answered;
  errors_before_ = errors_;
  last_ = servers;
  outcome_.processes = std::max(outcome_.processes, servers.processes);
  if (const auto used = Difference(servers.cpu_ns, first_.cpu_ns)) outcome_.server_cpu_s = *used / 1e9;
  if (servers.resident_bytes) {
    outcome_.peak_resident_bytes = std::max(*servers.resident_bytes, outcome_.peak_resident_bytes.value_or(0));
  }
}

const Outcome& Tally::SoFar(std::int64_t now_ns, std::uint64_t due, bool warming_up) {
  outcome_.seconds = static_cast<double>(now_ns) / 1e9;
  outcome_.due = due;
  outcome_.warming_up = warming_up;
  outcome_.latency.Clear();
  outcome_.by_operation.clear();
  for (std::size_t i = 0; i < names_.size(); ++i) {
    outcome_.by_operation[names_[i]].Merge(by_operation_[i]);
    outcome_.latency.Merge(by_operation_[i]);
  }
  return outcome_;
}

}  // namespace skep::load
