#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <string>

#include "cli/application.h"
#include "cli/commands.h"
#include "cli/in_process.h"
#include "cli/render.h"
#include "json/writer.h"
#include "store/inspect.h"
#include "store/probe.h"

namespace skep::cli {
namespace {

/// What is asked of the tools. Reads only: a status must not wait for anybody's write.
struct Question {
  std::string_view name;
  std::string_view tool;
  std::string_view arguments;
  const char* part;  ///< Of the answer; null: all of it.
};
constexpr Question kQuestions[] = {
    {"health", "health_check", R"({"components":["swarm","memory"]})", "components"},
    {"swarm", "swarm_status", "{}", nullptr},
    {"memory", "memory_usage", R"({"action":"stats"})", "stats"},
};

void WriteStore(const std::string& path, json::Writer& to) {
  const store::DiskUse use = store::MeasureDisk(path);
  if (const auto schema = store::SchemaVersion(path)) to.Member("schema", *schema);
  to.Member("bytes", use.database);
  if (use.wal >= 0) to.Member("logBytes", use.wal);
  to.Key("alsoOpenIn");
  to.BeginArray();
  for (const auto& [id, name] : store::OpenElsewhere(path)) to.String(fmt::format("{} ({})", id, name));
  to.EndArray();
}

Expected<void> WriteAnswers(const Settings& settings, json::Writer& to) {
  net::Loop loop;
  Application application(settings, loop);
  InProcess client(application.server(), loop);
  for (const auto& [name, tool, arguments, part] : kQuestions) {
    const auto answer = client.CallTool(tool, arguments);
    if (!answer && answer.error().code == ErrorCode::kNotFound) continue;  // To have no swarm is no trouble.
    if (!answer) return std::unexpected(answer.error());
    to.Key(name);
    to.Raw(part == nullptr ? *answer : nlohmann::ordered_json::parse(*answer).at(part).dump());
  }
  return {};
}

}  // namespace

int Status(const CommandLine& line, const Settings& settings, const Console& console) {
  const bool exists = access(settings.database.c_str(), F_OK) == 0;
  Block out;
  json::Writer to(out);
  Expected<void> answered;
  to.BeginObject();
  to.Member("project", settings.project);
  to.Member("database", settings.database);
  to.Member("exists", exists);
  if (exists) {
    WriteStore(settings.database, to);
    answered = WriteAnswers(settings, to);
  }
  to.EndObject();
  const std::string text =
      line.options.json ? fmt::format("{}\n", out.view()) : RenderForPeople(out.view(), StyleOf(console));
  const bool written = console.Out(text);
  if (!answered) console.Say(answered.error().message);
  return written && answered ? kExitOk : kExitFailed;
}

}  // namespace skep::cli
