#include "handlers/benchmark_report.h"

#include <fmt/format.h>

#include "json/reader.h"

namespace skep::handlers {
namespace {

std::string TextIn(json::Value object, std::string_view name) {
  const json::Value value = object.Find(name);
  return value.Is(json::Type::kString) ? std::string(value.AsString()) : std::string();
}

std::optional<double> Number(json::Value value) {
  using json::Type;
  if (!value.Is(Type::kInt) && !value.Is(Type::kUint) && !value.Is(Type::kDouble)) return std::nullopt;
  return value.AsDouble();
}

/// [low, high], if there is one.
void ReadEnds(json::Value interval, std::optional<double>& low, std::optional<double>& high) {
  if (!interval.Is(json::Type::kArray)) return;
  json::Elements ends(interval);
  json::Value end;
  if (ends.Next(end)) low = Number(end);
  if (ends.Next(end)) high = Number(end);
}

BenchmarkRow RowIn(json::Value json) {
  BenchmarkRow row{.suite = TextIn(json, "suite"),
                   .name = TextIn(json, "name"),
                   .unit = TextIn(json, "unit"),
                   .better = TextIn(json, "better") == "higher" ? Better::kHigher : Better::kLower};
  if (const std::string subject = TextIn(json, "subject"); !subject.empty()) {
    row.name = fmt::format("{}: {}", subject, row.name);
  }
  row.n = static_cast<std::int64_t>(Number(json.Find("samples")).value_or(0));
  row.median = Number(json.Find("median"));
  ReadEnds(json.Find("interval"), row.low, row.high);
  if (const json::Value floor = json.Find("floor"); floor.Is(json::Type::kObject)) {
    row.floor = {.name = TextIn(floor, "name"), .median = Number(floor.Find("median"))};
  }
  row.ratio = Number(json.Find("ratio"));
  ReadEnds(json.Find("ratioInterval"), row.ratio_low, row.ratio_high);
  row.required = Number(json.Find("required"));
  if (const json::Value met = json.Find("met"); met.Is(json::Type::kBool)) row.met = met.AsBool();
  if (std::string note = TextIn(json, "note"); !note.empty()) row.note = std::move(note);
  return row;
}

}  // namespace

Expected<BenchmarkReport> ReadBenchmarkReport(std::span<char> line) {
  json::Reader reader;
  if (reader.Parse(line) != json::Outcome::kOk || !reader.root().Find("rows").Is(json::Type::kArray)) {
    return Fail(ErrorCode::kInternal, "the benchmark has ended without a report");
  }
  const json::Value root = reader.root();
  const json::Value around = root.Find("environment");
  BenchmarkReport report{
      .suite = TextIn(root, "suite"),
      .seconds = Number(root.Find("seconds")).value_or(0),
      .interrupted = root.Find("interrupted").Is(json::Type::kBool) && root.Find("interrupted").AsBool(),
      .machine =
          fmt::format("{}, {:.0f} cores, {}, {}", TextIn(around, "processor"), Number(around.Find("cores")).value_or(0),
                      TextIn(around, "filesystem"), TextIn(around, "kernel")),
      .load = Number(around.Find("loadAverage")),
      .other_work = Number(around.Find("otherWorkCores"))};
  json::Value row;
  for (json::Elements rows(root.Find("rows")); rows.Next(row);) report.rows.push_back(RowIn(row));
  return report;
}

std::string LastLine(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  text = text.substr(text.find_last_of('\n') + 1);
  constexpr std::string_view kOurs = "skep: ";
  if (text.starts_with(kOurs)) text.remove_prefix(kOurs.size());
  return std::string(text);
}

}  // namespace skep::handlers
