#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "handlers/telemetry_forms.h"
#include "json/reader.h"
#include "skep/error.h"
#include "swarm/usage.h"

/// What OpenTelemetry's exporters send as JSON (opentelemetry.io/docs/specs/otlp, OTLP/HTTP): log records and data
/// points, of which those that the forms know become usage. Integers may be text there, and names are in camel case.
///
/// What is done for a request grows with its bytes and with nothing else (measured, in the processor's time: for 4 MiB,
/// of whatever they are made, at most 25 ms, beside 10 for parsing them).
namespace skep::handlers {

/// Log records, or data points of usage, that one request may have; what is beyond is rejected. Exporters send 512, a
/// collector that gathers for many 8192.
inline constexpr std::size_t kMaxRecords = 10'000;

/// Figures that add up to one record's.
class FigureSum {
 public:
  void Add(const FigureName& name, double value);
  swarm::UsageFigures Total() const;
  /// Whether there is anything above zero.
  bool grown() const;

 private:
  std::array<std::optional<double>, 5> sums_;
  double within_input_ = 0;
};

/// A counter's data point: what was counted from `start_ns` on, until `at_ns`.
struct CounterPoint {
  FigureName figure;
  std::string series;  ///< Tells it from all other counters.
  std::int64_t start_ns = 0;
  std::int64_t at_ns = 0;
  double value = 0;
  bool total = false;  ///< Since the client's start; else since its last point.
};

/// One record to be, of an event or of the counters that a client has exported together.
struct ReportedUsage {
  swarm::UsageRecord record;  ///< Of an event: complete but for whose it is.
  std::vector<CounterPoint> points;
};

struct Reported {
  std::vector<ReportedUsage> usages;
  std::int64_t rejected = 0;  ///< Records or points that should have been usage, and cannot be understood.
  std::string why;            ///< The first of them.
};

/// A log record without a time is of `now_ms`, and none is of later; a point without one, or of later, is rejected.
/// kInvalidArgument when it is no such document.
Expected<Reported> ReadLogs(json::Value document, std::int64_t now_ms);
Expected<Reported> ReadMetrics(json::Value document, std::int64_t now_ms);

}  // namespace skep::handlers
