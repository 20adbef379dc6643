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

BenchmarkRow RowIn(json::Value json) {
  BenchmarkRow row{.suite = TextIn(json, "suite"), .name = TextIn(json, "name"), .unit = TextIn(json, "unit")};
  if (const std::string subject = TextIn(json, "subject"); !subject.empty()) {
    row.name = fmt::format("{}: {}", subject, row.name);
  }
  row.median = Number(json.Find("median"));
  row.ratio = Number(json.Find("ratio"));
  if (const json::Value interval = json.Find("interval"); interval.Is(json::Type::kArray)) {
    json::Elements ends(interval);
    json::Value end;
    if (ends.Next(end)) row.low = Number(end);
    if (ends.Next(end)) row.high = Number(end);
  }
  if (std::string floor = TextIn(json.Find("floor"), "name"); !floor.empty()) row.floor = std::move(floor);
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
      .load = Number(around.Find("loadAverage"))};
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
