#include "bench/export.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace skep::bench {
namespace {

using Json = nlohmann::ordered_json;

/// The version of the form. Raised when readers of the one before would misread it.
constexpr int kForm = 1;

/// Six digits: more than any of it is good for.
Json Number(double value) {
  if (value == 0 || !std::isfinite(value)) return value == 0 ? Json(0) : Json();
  const double scale = std::pow(10.0, 5 - std::floor(std::log10(std::abs(value))));
  return std::round(value * scale) / scale;
}

Json Optional(const std::optional<double>& value) { return value ? Number(*value) : Json(); }

Json Ends(const Interval& interval) { return {Number(interval.low), Number(interval.high)}; }

Json ToJson(const Row& row) {
  Json json = {{"suite", row.suite},
               {"subject", row.figure.subject},
               {"name", row.figure.name},
               {"unit", row.figure.unit},
               {"better", row.figure.better == Better::kHigher ? "higher" : "lower"},
               {"samples", row.samples},
               {"median", Optional(row.median)}};
  if (row.once) json["once"] = true;
  if (row.interval) json["interval"] = Ends(*row.interval);
  if (!row.floor.name.empty()) {
    json["floor"] = {{"name", row.floor.name}, {"median", Optional(row.floor.median)}};
    json["ratio"] = Optional(row.ratio);
    if (row.ratio_interval) json["ratioInterval"] = Ends(*row.ratio_interval);
  }
  if (row.figure.required) {
    json["required"] = Number(*row.figure.required);
    const auto met = Met(row);
    json["met"] = met ? Json(*met) : Json();
  }
  if (!row.figure.note.empty()) json["note"] = row.figure.note;
  return json;
}

std::optional<double> NumberIn(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

std::optional<Interval> IntervalIn(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end()) return std::nullopt;
  return Interval{found->at(0).get<double>(), found->at(1).get<double>()};
}

Row RowIn(const Json& json) {
  Row row{.suite = json.at("suite").get<std::string>(),
          .figure = {.name = json.at("name").get<std::string>(),
                     .unit = json.at("unit").get<std::string>(),
                     .better = json.at("better").get<std::string>() == "higher" ? Better::kHigher : Better::kLower,
                     .note = json.value("note", ""),
                     .subject = json.value("subject", ""),
                     .required = NumberIn(json, "required")},
          .samples = json.at("samples").get<std::int64_t>(),
          .once = json.value("once", false),
          .median = NumberIn(json, "median"),
          .interval = IntervalIn(json, "interval"),
          .ratio = NumberIn(json, "ratio"),
          .ratio_interval = IntervalIn(json, "ratioInterval")};
  if (json.contains("floor")) row.floor = {json["floor"].value("name", ""), NumberIn(json["floor"], "median")};
  return row;
}

Json ToJson(const Surroundings& around) {
  Json json = {{"processor", around.machine.processor},
               {"cores", around.machine.cores},
               {"onlineCores", around.machine.online_cores},
               {"memoryBytes", nullptr},
               {"filesystem", around.filesystem},
               {"directory", around.directory},
               {"kernel", around.machine.kernel},
               {"compiler", around.compiler},
               {"version", around.version},
               {"build", around.build},
               {"date", around.date},
               {"loadAverage", nullptr}};
  if (around.machine.memory_bytes) json["memoryBytes"] = *around.machine.memory_bytes;
  if (around.machine.load) json["loadAverage"] = Number(*around.machine.load);
  return json;
}

Surroundings AroundIn(const Json& json) {
  Surroundings around{.machine = {.processor = json.value("processor", ""),
                                  .cores = json.value("cores", std::int64_t{0}),
                                  // Exports that do not have it are older.
                                  .online_cores = json.value("onlineCores", json.value("cores", std::int64_t{0})),
                                  .kernel = json.value("kernel", ""),
                                  .load = NumberIn(json, "loadAverage")},
                      .filesystem = json.value("filesystem", ""),
                      .directory = json.value("directory", ""),
                      .compiler = json.value("compiler", ""),
                      .version = json.value("version", ""),
                      .build = json.value("build", ""),
                      .date = json.value("date", "")};
  if (const auto bytes = NumberIn(json, "memoryBytes")) around.machine.memory_bytes = static_cast<std::int64_t>(*bytes);
  return around;
}

}  // namespace

std::string ToJson(const Report& report) {
  Json rows = Json::array();
  for (const Row& row : report.rows) rows.push_back(ToJson(row));
  Json around = ToJson(report.around);
  around["otherWorkCores"] = Optional(report.others_cores);
  const Json json = {{"skepBenchmark", kForm},
                     {"suite", report.what},
                     {"seconds", Number(report.seconds)},
                     {"seed", report.seed},
                     {"interrupted", report.interrupted},
                     {"environment", std::move(around)},
                     {"rows", std::move(rows)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Expected<Report> FromJson(std::string_view text) {
  // What a library says of a text that is none of ours is of no use to whoever named the wrong file.
  const auto other = [] { return Fail(ErrorCode::kInvalidArgument, "not what skep benchmark run --export writes"); };
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("skepBenchmark")) return other();
  if (json["skepBenchmark"] != kForm) {
    return Fail(ErrorCode::kInvalidArgument, "written by another version of skep, in a form that this one cannot read");
  }
  try {
    const Json& around = json.at("environment");
    Report report{.what = json.at("suite").get<std::string>(),
                  .seconds = json.value("seconds", 0.0),
                  .seed = json.value("seed", std::uint64_t{0}),
                  .interrupted = json.value("interrupted", false),
                  .around = AroundIn(around),
                  .others_cores = NumberIn(around, "otherWorkCores")};
    for (const Json& row : json.at("rows")) report.rows.push_back(RowIn(row));
    return report;
  } catch (const Json::exception&) {
    return other();
  }
}

}  // namespace skep::bench
