#include "handlers/telemetry.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/log.h"
#include "base/printable.h"
#include "handlers/otlp.h"
#include "json/writer.h"
#include "store/operation.h"
#include "swarm/usage.h"
#include "swarm/usage_owners.h"

namespace skep::handlers {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
/// The parser's memory is kept for bodies of up to this size: as large as exporters send them by default.
constexpr std::size_t kUsualBody = 256 * limits::kKiB;
constexpr std::size_t kShown = 60;
/// Records that are noted in one turn of the store's thread: measured, 3 to 5 ms.
constexpr std::size_t kSlice = 250;

std::string Message(std::string_view text) {
  Block block;
  json::Writer writer(block);
  writer.BeginObject();
  writer.Member("message", text);
  writer.EndObject();
  return std::string(block.view());
}

/// What OTLP wants to hear: an empty object, or how many were not understood.
std::string Accepted(std::string_view what, std::int64_t rejected, std::string_view why) {
  Block block;
  json::Writer writer(block);
  writer.BeginObject();
  if (rejected > 0) {
    writer.Key("partialSuccess");
    writer.BeginObject();
    writer.Member(what, fmt::to_string(rejected));
    writer.Member("errorMessage", why);
    writer.EndObject();
  }
  writer.EndObject();
  return std::string(block.view());
}

/// By how much the counters have grown, and since when; nothing when they have not.
bool AddUp(store::Database& database, ReportedUsage& usage) {
  FigureSum sum;
  std::int64_t since_ms = usage.record.at_ms;
  for (const CounterPoint& point : usage.points) {
    swarm::Increase increase{.value = point.value, .since_ns = point.start_ns};
    if (point.total) {
      const auto grown = swarm::Advance(database, point.series, point.start_ns, point.at_ns, point.value);
      if (!grown) continue;
      increase = *grown;
    }
    sum.Add(point.figure, increase.value);
    if (increase.since_ns > 0) since_ms = std::min(since_ms, increase.since_ns / kNsPerMs);
  }
  usage.record.figures = sum.Total();
  if (since_ms < usage.record.at_ms) usage.record.since_ms = since_ms;
  return sum.grown();
}

/// Notes what a request has brought, some records at a time, so that others' writes come between. It is answered when
/// the last are there; if one slice fails, those before it stay, and are known again when the request is sent again.
class NoteAll final : public store::Operation {
 public:
  NoteAll(store::Store& store, std::vector<ReportedUsage> usages, std::size_t bytes, std::string accepted,
          TelemetryReply reply)
      : store_(store),
        usages_(std::move(usages)),
        bytes_(bytes),
        accepted_(std::move(accepted)),
        reply_(std::move(reply)) {}

  Expected<void> Run(store::Database& database) override {
    swarm::UsageOwners owners(database);
    for (const ReportedUsage& reported : Slice()) {
      ReportedUsage usage = reported;
      if (!usage.points.empty() && !AddUp(database, usage)) continue;
      owners.Attribute(usage.record);
      swarm::NoteUsage(database, usage.record);
    }
    return {};
  }
  void Finish(Expected<void> outcome) override {
    if (!outcome) {
      begin_ = usages_.size();
      Log(LogLevel::kWarn, "telemetry was not stored: {}", outcome.error().message);
      return reply_({.status = 503, .body = Message(outcome.error().message), .header = "Retry-After: 5"});
    }
    begin_ += Slice().size();
    if (begin_ == usages_.size()) reply_({.status = 200, .body = std::move(accepted_), .header = {}});
  }
  void Release(std::unique_ptr<store::Operation> self) override {
    if (begin_ < usages_.size()) return store_.Submit(std::move(self));
    self.reset();
  }
  std::size_t bytes() const override { return bytes_; }

 private:
  std::span<const ReportedUsage> Slice() const {
    return std::span(usages_).subspan(begin_, std::min(kSlice, usages_.size() - begin_));
  }

  store::Store& store_;
  const std::vector<ReportedUsage> usages_;
  const std::size_t bytes_;
  std::string accepted_;
  const TelemetryReply reply_;
  std::size_t begin_ = 0;  ///< Of the next slice.
};

bool IsJson(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find_first_of("; "));
  constexpr std::string_view kJson = "application/json";
  return std::ranges::equal(type, kJson,
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

}  // namespace

void Telemetry::Take(std::string_view method, std::string_view path, std::string_view content_type, Block body,
                     TelemetryReply reply) {
  const auto refuse = [&](int status, std::string_view why, std::string_view header = {}) {
    reply({.status = status, .body = Message(why), .header = header});
  };
  const bool logs = path == "/v1/logs";
  const bool metrics = path == "/v1/metrics";
  if (!logs && !metrics && path != "/v1/traces") {
    return refuse(404, fmt::format("there is no {}: this is an OTLP receiver, with /v1/logs, /v1/metrics, /v1/traces",
                                   Printable(path, kShown)));
  }
  if (method != "POST") return refuse(405, "telemetry is sent with POST", "Allow: POST");
  if (!IsJson(content_type)) {
    return refuse(415, fmt::format("only application/json is understood, not \"{}\": set "
                                   "OTEL_EXPORTER_OTLP_PROTOCOL=http/json (in Codex: protocol = \"json\")",
                                   Printable(content_type, kShown)));
  }
  if (!logs && !metrics) return reply({.status = 200, .body = "{}", .header = {}});

  if (!reader_) reader_ = std::make_unique<json::Reader>();
  const std::size_t bytes = body.size();
  body.Reserve(1);
  // A number that is out of range reads as null, and its record is rejected.
  const json::Outcome outcome = reader_->Parse({body.data(), body.size()});
  if (outcome != json::Outcome::kOk && outcome != json::Outcome::kNumberRange) {
    return refuse(outcome == json::Outcome::kNoMemory ? 503 : 400,
                  fmt::format("the body is not JSON: {}", reader_->error()));
  }
  auto reported = logs ? ReadLogs(reader_->root(), clock_.WallMs()) : ReadMetrics(reader_->root(), clock_.WallMs());
  if (bytes > kUsualBody) reader_.reset();
  if (!reported) return refuse(400, reported.error().message);
  if (reported->rejected > 0) {
    Log(LogLevel::kWarn, "telemetry: {} records were not understood: {}", reported->rejected, reported->why);
  }
  std::string accepted =
      Accepted(logs ? "rejectedLogRecords" : "rejectedDataPoints", reported->rejected, reported->why);
  if (reported->usages.empty()) return reply({.status = 200, .body = std::move(accepted), .header = {}});
  store_.Submit(
      std::make_unique<NoteAll>(store_, std::move(reported->usages), bytes, std::move(accepted), std::move(reply)));
}

}  // namespace skep::handlers
