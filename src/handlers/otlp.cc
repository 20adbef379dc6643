#include "handlers/otlp.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "base/printable.h"
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

/// What an attribute holds: {"stringValue": …}, {"intValue": …}, …
Value Content(Value any) {
  for (const std::string_view kind : {"stringValue", "intValue", "doubleValue"}) {
    if (const Value content = any.Find(kind); content.exists()) return content;
  }
  return {};
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

/// The attributes of a record, and those of its resource (the process that it is from).
class Attributes {
 public:
  Attributes(Value own, Value resource) : own_(own.Find("attributes")), resource_(resource.Find("attributes")) {}

  /// Absent if there is none.
  Value Find(std::string_view name) const {
    if (name.empty()) return {};
    const Value own = Among(own_, name);
    return own.exists() ? own : Among(resource_, name);
  }
  std::string_view TextOf(const Either& names) const {
    for (const std::string_view name : names) {
      if (const std::string_view text = Text(Find(name)); !text.empty()) return text;
    }
    return {};
  }
  std::string_view TextOf(std::string_view name) const { return Text(Find(name)); }

  /// All of them but one, each as text, in an order that does not depend on that of the document.
  std::vector<std::string> Sorted(std::string_view but) const {
    std::vector<std::string> all;
    for (const Value list : {own_, resource_}) {
      ForEach(list, [&](Value attribute) {
        const Value key = attribute.Find("key");
        const Value value = attribute.Find("value");
        if (!key.Is(Type::kString) || !value.exists() || key.AsString() == but) return;
        all.push_back(std::string(key.AsString()) + '=' + json::Copy(value));
      });
    }
    std::ranges::sort(all);
    return all;
  }

 private:
  static Value Among(Value list, std::string_view name) {
    Value found;
    ForEach(list, [&](Value attribute) {
      const Value key = attribute.Find("key");
      if (!found.exists() && key.Is(Type::kString) && key.AsString() == name) found = attribute.Find("value");
    });
    return found;
  }

  Value own_;
  Value resource_;
};

/// Texts and numbers, as 128 bits that no others have.
class Fingerprint {
 public:
  Fingerprint() { crypto_generichash_init(&state_, nullptr, 0, kBytes); }

  Fingerprint& Add(std::string_view text) {
    Add(static_cast<std::int64_t>(text.size()));
    crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    return *this;
  }
  Fingerprint& Add(std::int64_t number) {
    crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(&number), sizeof(number));
    return *this;
  }
  Fingerprint& Add(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) Add(text);
    return *this;
  }
  std::string Take() {
    unsigned char bytes[kBytes];
    crypto_generichash_final(&state_, bytes, kBytes);
    char hex[kBytes * 2 + 1];
    return sodium_bin2hex(hex, sizeof(hex), bytes, kBytes);
  }

 private:
  static constexpr std::size_t kBytes = crypto_generichash_BYTES_MIN;
  crypto_generichash_state state_;
};

void Reject(Reported& reported, std::string why) {
  if (reported.rejected++ == 0) reported.why = std::move(why);
}

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
  const std::string_view names[] = {
      attributes.TextOf("event.name"), Text(record.Find("body")),
      record.Find("eventName").Is(Type::kString) ? record.Find("eventName").AsString() : std::string_view()};
  for (const EventForm& form : EventForms()) {
    if (std::ranges::find(names, form.name) != std::end(names)) return &form;
  }
  return nullptr;
}

void ReadLogRecord(Value record, Value resource, std::int64_t now_ms, Reported& reported) {
  const Attributes attributes(record, resource);
  const EventForm* const form = FormOf(record, attributes);
  if (form == nullptr) return;
  FigureSum sum;
  bool any = false;
  for (const FigureName& figure : form->figures) {
    const Value attribute = attributes.Find(figure.name);
    if (!attribute.exists()) continue;
    const auto number = ToNumber(Content(attribute));
    if (!number || !IsCredible(*number)) {
      return Reject(reported, fmt::format("{}: {} must be a number from 0 on, not {}", form->name, figure.name,
                                          Printable(json::Copy(attribute), kShown)));
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
  } else if (at_ns != 0) {
    // What is sent once more, because the answer was lost, is the same to the nanosecond.
    usage.record.request_id = Fingerprint().Add(form->name).Add(sent_ns).Add(seen_ns).Add(attributes.Sorted("")).Take();
  }
  reported.usages.push_back(std::move(usage));
}

/// Data points of one export: those of the same client, session, model and whatever else they name are one record.
class Points {
 public:
  Points(std::int64_t now_ms, Reported& reported) : now_ms_(now_ms), reported_(reported) {}

  void Read(const CounterForm& form, Value point, Value resource, bool total) {
    const Attributes attributes(point, resource);
    const std::string_view type = attributes.TextOf(form.type);
    const auto figure = std::ranges::find(form.figures, type, &FigureName::name);
    if (figure == form.figures.end()) return;
    const auto reject = [&](std::string_view why) { Reject(reported_, fmt::format("{}: {}", form.name, why)); };
    std::optional<double> value;
    for (const std::string_view name : {"asInt", "asDouble", "sum"}) {
      if (const Value given = point.Find(name); given.exists()) value = ToNumber(given);
    }
    if (!value || !IsCredible(*value)) return reject("a point's value must be a number from 0 on");
    const std::int64_t at_ns = ToNs(point.Find("timeUnixNano"));
    if (at_ns == 0) return reject("a point has no timeUnixNano");

    const std::vector<std::string> named = attributes.Sorted(form.type);
    const std::string base =
        Fingerprint().Add(form.client).Add(static_cast<std::int64_t>(form.source)).Add(named).Take();
    const auto [place, is_new] = places_.emplace(std::pair(base, at_ns), reported_.usages.size());
    if (is_new) {
      reported_.usages.push_back(
          {.record = RecordOf(form, attributes, std::min(at_ns / kNsPerMs, now_ms_)), .points = {}});
    }
    reported_.usages[place->second].points.push_back({.figure = *figure,
                                                      .series = Fingerprint().Add(base).Add(form.name).Add(type).Take(),
                                                      .start_ns = ToNs(point.Find("startTimeUnixNano")),
                                                      .at_ns = at_ns,
                                                      .value = *value,
                                                      .total = total});
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
  const std::int64_t now_ms_;
  Reported& reported_;
  std::map<std::pair<std::string, std::int64_t>, std::size_t> places_;
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
void ReadMetric(const CounterForm& form, Value metric, Value resource, Points& points, Reported& reported) {
  for (const std::string_view kind : {"sum", "histogram", "exponentialHistogram"}) {
    const Value data = metric.Find(kind);
    if (!data.exists()) continue;
    const Temporality temporality = TemporalityOf(data);
    ForEach(data.Find("dataPoints"), [&](Value point) {
      if (temporality == Temporality::kUnknown) {
        Reject(reported, fmt::format("{}: aggregationTemporality must be 1 (delta) or 2 (cumulative)", form.name));
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
    return std::llround(std::max(*sum - less, 0.0));
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
  bool arrays = true;
  arrays &= ForEach(document.Find("resourceLogs"), [&](Value of_resource) {
    arrays &= ForEach(of_resource.Find("scopeLogs"), [&](Value of_scope) {
      arrays &= ForEach(of_scope.Find("logRecords"),
                        [&](Value record) { ReadLogRecord(record, of_resource.Find("resource"), now_ms, reported); });
    });
  });
  if (!arrays) return NoArray("each of resourceLogs, scopeLogs and logRecords");
  return reported;
}

Expected<Reported> ReadMetrics(Value document, std::int64_t now_ms) {
  if (!document.Is(Type::kObject)) return Fail(ErrorCode::kInvalidArgument, "the body must be an object");
  Reported reported;
  Points points(now_ms, reported);
  bool arrays = true;
  arrays &= ForEach(document.Find("resourceMetrics"), [&](Value of_resource) {
    arrays &= ForEach(of_resource.Find("scopeMetrics"), [&](Value of_scope) {
      arrays &= ForEach(of_scope.Find("metrics"), [&](Value metric) {
        const Value name = metric.Find("name");
        if (!name.Is(Type::kString)) return;
        const auto form = std::ranges::find(CounterForms(), name.AsString(), &CounterForm::name);
        if (form != CounterForms().end()) ReadMetric(*form, metric, of_resource.Find("resource"), points, reported);
      });
    });
  });
  if (!arrays) return NoArray("each of resourceMetrics, scopeMetrics and metrics");
  points.End();
  return reported;
}

}  // namespace skep::handlers
