#include "handlers/otlp.h"

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/limits.h"
#include "base/printable.h"
#include "handlers/fingerprint.h"
#include "handlers/otlp_attributes.h"
#include "json/copy.h"

namespace skep::handlers {
namespace {

using json::Elements;
using json::Type;
using json::Value;

constexpr std::int64_t kNsPerMs = 1'000'000;
/// Of a figure. What is above it could not be written down exactly, and is none.
constexpr double kMost = 1e15;
constexpr std::size_t kShown = 60;
/// How much later than this machine's clock a counter may be.
constexpr std::int64_t kMostAheadMs = 5LL * 60 * 1000;

std::string Cut(std::string_view text) {
  std::size_t size = std::min(text.size(), limits::kMaxClientText);
  const auto inside = [&] { return size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80; };
  while (size > 0 && inside()) --size;
  return std::string(text.substr(0, size));
}

/// A number, or text that is one.
std::optional<double> ToNumber(Value value) {
  switch (value.type()) {
    case Type::kInt:
    case Type::kUint:
    case Type::kDouble:
      return value.AsDouble();
    case Type::kString: {
      const std::string_view text = value.AsString();
      double number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
      return number;
    }
    default:
      return std::nullopt;
  }
}

/// Nanoseconds; 0 where there are none.
std::int64_t ToNs(Value value) {
  if (value.Is(Type::kInt)) return std::max<std::int64_t>(value.AsInt(), 0);
  if (!value.Is(Type::kString)) return 0;
  const std::string_view text = value.AsString();
  std::int64_t ns = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ns);
  return error == std::errc() && end == text.data() + text.size() && ns > 0 ? ns : 0;
}

std::string_view Text(Value any) {
  const Value text = any.Find("stringValue");
  return text.Is(Type::kString) ? text.AsString() : std::string_view();
}

/// A figure that may be: neither negative nor beyond counting. An absent one is none, and nothing wrong.
bool IsCredible(double value) { return value >= 0 && value <= kMost; }

/// Calls `take` for each element that is an object of an array that may be absent. False when it is no array.
template <class Take>
bool ForEach(Value array, Take take) {
  if (!array.exists() || array.Is(Type::kNull)) return true;
  if (!array.Is(Type::kArray)) return false;
  Value element;
  for (Elements elements(array); elements.Next(element);) take(element);
  return true;
}

/// Only the first reason is told, so only that is put into words.
template <class Why>
void Reject(Reported& reported, Why why) {
  if (reported.rejected++ == 0) reported.why = why();
}

/// Why records with these attributes cannot be taken; empty: they can.
std::string_view Excess(const AttributeList& own, const Resource& resource) {
  static_assert(kMaxAttributes == 128);
  if (own.too_many()) return "it has more than 128 attributes";
  return resource.attributes().too_many() ? "its resource has more than 128 attributes" : "";
}

/// Records or points of one request that are looked at.
class Quota {
 public:
  /// False, and it is rejected, when there were too many before it.
  bool Take(Reported& reported) {
    if (left_ > 0) {
      --left_;
      return true;
    }
    Reject(reported, [] { return fmt::format("one request may have {} records: send fewer at once", kMaxRecords); });
    return false;
  }

 private:
  std::size_t left_ = kMaxRecords;
};

std::unexpected<Error> NoArray(std::string_view name) {
  return Fail(ErrorCode::kInvalidArgument, fmt::format("{} must be an array", name));
}

template <class Form>
swarm::UsageRecord RecordOf(const Form& form, const Attributes& attributes, std::int64_t at_ms) {
  return {.at_ms = at_ms,
          .source = form.source,
          .request_id = {},
          .operation = Cut(attributes.TextOf(form.operation)),
          .model = Cut(attributes.TextOf(form.model)),
          .client = Cut(form.client.empty() ? attributes.TextOf("service.name") : form.client),
          .client_session = Cut(attributes.TextOf(form.session)),
          .figures = {}};
}

/// An event's name is in one place or the other, according to the client and its age.
const EventForm* FormOf(Value record, const Attributes& attributes) {
  const Value name = record.Find("eventName");
  const std::string_view names[] = {attributes.TextOf("event.name"), Text(record.Find("body")),
                                    name.Is(Type::kString) ? name.AsString() : std::string_view()};
  for (const EventForm& form : EventForms()) {
    if (std::ranges::find(names, form.name) != std::end(names)) return &form;
  }
  return nullptr;
}

void ReadLogRecord(Value record, Resource& resource, std::int64_t now_ms, Reported& reported) {
  const AttributeList own(record);
  const Attributes attributes(own, resource.attributes());
  const EventForm* const form = FormOf(record, attributes);
  if (form == nullptr) return;
  if (const std::string_view why = Excess(own, resource); !why.empty()) {
    return Reject(reported, [&] { return fmt::format("{}: {}", form->name, why); });
  }
  FigureSum sum;
  bool any = false;
  for (const FigureName& figure : form->figures) {
    const Attribute* const attribute = own.Find(figure.name);
    if (attribute == nullptr) continue;
    const auto number = ToNumber(attribute->content);
    if (!number || !IsCredible(*number)) {
      return Reject(reported, [&] {
        return fmt::format("{}: {} must be a number from 0 on, not {}", form->name, figure.name,
                           Printable(json::Copy(attribute->value), kShown));
      });
    }
    any = true;
    sum.Add(figure, *number);
  }
  // Most events of a stream have no figures: only its end does.
  if (!any) return;

  const std::int64_t sent_ns = ToNs(record.Find("timeUnixNano"));
  const std::int64_t seen_ns = ToNs(record.Find("observedTimeUnixNano"));
  const std::int64_t at_ns = sent_ns != 0 ? sent_ns : seen_ns;
  ReportedUsage usage{.record = RecordOf(*form, attributes, at_ns == 0 ? now_ms : std::min(at_ns / kNsPerMs, now_ms)),
                      .points = {}};
  usage.record.figures = sum.Total();
  if (const std::string_view id = attributes.TextOf(form->request);
      !id.empty() && id.size() <= limits::kMaxClientText) {
    usage.record.request_id = fmt::format("{}:{}", form->client, id);
  } else {
    // What is sent once more, because the answer was lost, is the same to the nanosecond.
    usage.record.request_id =
        Fingerprint().Add(form->name).Add(sent_ns).Add(seen_ns).Add(own.Digest()).Add(resource.Digest()).Take();
  }
  reported.usages.push_back(std::move(usage));
}

/// Data points of one export: those of the same process, session, model and operation are one record, whatever else
/// they name. What a client adds to that (who types, which prompt it is) tells no counters apart here: points that
/// differ in it only are added up, so their number does not grow with what is asked of the client.
class Points {
 public:
  Points(std::int64_t now_ms, Reported& reported) : now_ms_(now_ms), reported_(reported) {}

  void Read(const CounterForm& form, Value point, Resource& resource, bool total) {
    const AttributeList own(point);
    const Attributes attributes(own, resource.attributes());
    const std::string_view type = attributes.TextOf(form.type);
    const auto figure = std::ranges::find(form.figures, type, &FigureName::name);
    if (figure == form.figures.end()) return;
    const auto reject = [&](std::string_view why) {
      Reject(reported_, [&] { return fmt::format("{}: {}", form.name, why); });
    };
    if (const std::string_view why = Excess(own, resource); !why.empty()) return reject(why);
    std::optional<double> value;
    for (const std::string_view name : {"asInt", "asDouble", "sum"}) {
      if (const Value given = point.Find(name); given.exists()) value = ToNumber(given);
    }
    if (!value || !IsCredible(*value)) return reject("a point's value must be a number from 0 on");
    const std::int64_t at_ns = ToNs(point.Find("timeUnixNano"));
    if (at_ns == 0) return reject("a point has no timeUnixNano");
    // A counter that has once been in the future would be older than that whenever it is heard of again.
    if (at_ns / kNsPerMs > now_ms_ + kMostAheadMs)
      return reject("a point's timeUnixNano is to come: is a clock wrong?");
    Add({.figure = *figure,
         .series = {},
         .start_ns = std::min(ToNs(point.Find("startTimeUnixNano")), at_ns),
         .at_ns = at_ns,
         .value = *value,
         .total = total},
        form, resource, RecordOf(form, attributes, std::min(at_ns / kNsPerMs, now_ms_)));
  }

  /// Increases are told from those of the next export by their time; totals by where the counter stood.
  void End() {
    for (ReportedUsage& usage : reported_.usages) {
      Fingerprint id;
      for (const CounterPoint& point : usage.points) {
        if (point.total) continue;
        id.Add(point.series).Add(point.start_ns).Add(point.at_ns);
      }
      if (std::ranges::none_of(usage.points, &CounterPoint::total)) usage.record.request_id = id.Take();
    }
  }

 private:
  void Add(CounterPoint point, const CounterForm& form, Resource& resource, swarm::UsageRecord record) {
    const std::string base = Fingerprint()
                                 .Add(static_cast<std::int64_t>(form.source))
                                 .Add(record.client)
                                 .Add(record.client_session)
                                 .Add(record.model)
                                 .Add(record.operation)
                                 .Add(resource.Digest())
                                 .Take();
    point.series = Fingerprint().Add(base).Add(form.name).Add(point.figure.name).Take();
    const auto [usage, is_new] = usages_.emplace(std::pair(base, point.at_ns), reported_.usages.size());
    if (is_new) reported_.usages.push_back({.record = std::move(record), .points = {}});
    std::vector<CounterPoint>& points = reported_.usages[usage->second].points;
    const auto [place, is_first] =
        points_.emplace(std::tuple(point.series, point.start_ns, point.at_ns, point.total), points.size());
    if (is_first) {
      points.push_back(std::move(point));
    } else {
      points[place->second].value += point.value;
    }
  }

  const std::int64_t now_ms_;
  Reported& reported_;
  /// Where in `reported_` the record of a time is, and where in that the point of a series.
  absl::flat_hash_map<std::pair<std::string, std::int64_t>, std::size_t> usages_;
  absl::flat_hash_map<std::tuple<std::string, std::int64_t, std::int64_t, bool>, std::size_t> points_;
};

enum class Temporality : std::uint8_t { kUnknown, kIncrease, kTotal };

Temporality TemporalityOf(Value data) {
  const Value value = data.Find("aggregationTemporality");
  const bool text = value.Is(Type::kString);
  if (text ? value.AsString() == "AGGREGATION_TEMPORALITY_DELTA" : value.Is(Type::kInt) && value.AsInt() == 1) {
    return Temporality::kIncrease;
  }
  if (text ? value.AsString() == "AGGREGATION_TEMPORALITY_CUMULATIVE" : value.Is(Type::kInt) && value.AsInt() == 2) {
    return Temporality::kTotal;
  }
  return Temporality::kUnknown;
}

/// Of a metric with a form.
void ReadMetric(const CounterForm& form, Value metric, Resource& resource, Quota& quota, Points& points,
                Reported& reported) {
  for (const std::string_view kind : {"sum", "histogram", "exponentialHistogram"}) {
    const Value data = metric.Find(kind);
    if (!data.exists()) continue;
    const Temporality temporality = TemporalityOf(data);
    ForEach(data.Find("dataPoints"), [&](Value point) {
      if (!quota.Take(reported)) return;
      if (temporality == Temporality::kUnknown) {
        Reject(reported, [&] {
          return fmt::format("{}: aggregationTemporality must be 1 (delta) or 2 (cumulative)", form.name);
        });
      } else {
        points.Read(form, point, resource, temporality == Temporality::kTotal);
      }
    });
  }
}

}  // namespace

void FigureSum::Add(const FigureName& name, double value) {
  auto& sum = sums_[static_cast<std::size_t>(name.figure)];
  sum = sum.value_or(0) + value;
  if (name.within_input) within_input_ += value;
}

swarm::UsageFigures FigureSum::Total() const {
  const auto tokens = [&](Figure figure, double less = 0) -> std::optional<std::int64_t> {
    const auto& sum = sums_[static_cast<std::size_t>(figure)];
    if (!sum) return std::nullopt;
    return std::llround(std::clamp(*sum - less, 0.0, kMost));
  };
  return {.input_tokens = tokens(Figure::kInput, within_input_),
          .output_tokens = tokens(Figure::kOutput),
          .cache_read_tokens = tokens(Figure::kCacheRead),
          .cache_write_tokens = tokens(Figure::kCacheWrite),
          .cost_usd = sums_[static_cast<std::size_t>(Figure::kCost)]};
}

bool FigureSum::grown() const {
  return std::ranges::any_of(sums_, [](const auto& sum) { return sum.value_or(0) > 0; });
}

Expected<Reported> ReadLogs(Value document, std::int64_t now_ms) {
  if (!document.Is(Type::kObject)) return Fail(ErrorCode::kInvalidArgument, "the body must be an object");
  Reported reported;
  Quota quota;
  bool arrays = true;
  arrays &= ForEach(document.Find("resourceLogs"), [&](Value of_resource) {
    Resource resource(of_resource.Find("resource"));
    arrays &= ForEach(of_resource.Find("scopeLogs"), [&](Value of_scope) {
      arrays &= ForEach(of_scope.Find("logRecords"), [&](Value record) {
        if (quota.Take(reported)) ReadLogRecord(record, resource, now_ms, reported);
      });
    });
  });
  if (!arrays) return NoArray("each of resourceLogs, scopeLogs and logRecords");
  return reported;
}

Expected<Reported> ReadMetrics(Value document, std::int64_t now_ms) {
  if (!document.Is(Type::kObject)) return Fail(ErrorCode::kInvalidArgument, "the body must be an object");
  Reported reported;
  Points points(now_ms, reported);
  Quota quota;
  bool arrays = true;
  arrays &= ForEach(document.Find("resourceMetrics"), [&](Value of_resource) {
    Resource resource(of_resource.Find("resource"));
    arrays &= ForEach(of_resource.Find("scopeMetrics"), [&](Value of_scope) {
      arrays &= ForEach(of_scope.Find("metrics"), [&](Value metric) {
        const Value name = metric.Find("name");
        if (!name.Is(Type::kString)) return;
        const auto form = std::ranges::find(CounterForms(), name.AsString(), &CounterForm::name);
        if (form != CounterForms().end()) ReadMetric(*form, metric, resource, quota, points, reported);
      });
    });
  });
  if (!arrays) return NoArray("each of resourceMetrics, scopeMetrics and metrics");
  points.End();
  return reported;
}

}  // namespace skep::handlers
