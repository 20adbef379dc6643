#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/limits.h"
#include "base/printable.h"
#include "cli/application.h"
#include "cli/commands.h"
#include "cli/in_process.h"
#include "cli/replace_file.h"
#include "cli/snapshot.h"
#include "metrics/page.h"
#include "net/loop.h"
#include "store/database.h"
#include "swarm/swarm.h"

namespace skep::cli {
namespace {

using Json = nlohmann::ordered_json;
using handlers::ReportFormat;

int Failed(const Error& error, const Console& console) {
  console.Say(error.message);
  return error.code == ErrorCode::kInvalidArgument ? kExitUsage : kExitFailed;
}

template <class Enum>
std::string_view NameOf(Enum value) {
  return Names(value)[static_cast<std::size_t>(value)];
}

/// What the tool answers.
int Tell(const Options& options, const Settings& settings, const Console& console) {
  Json arguments = Json::object();
  if (options.timeframe) arguments["timeframe"] = NameOf(*options.timeframe);
  if (options.format) arguments["format"] = NameOf(*options.format);
  if (options.swarm) arguments["swarmId"] = *options.swarm;
  net::Loop loop;
  Application application(settings, loop);
  InProcess client(application.server(), loop);
  const auto answer =
      client.CallTool("performance_report", arguments.dump(-1, ' ', false, Json::error_handler_t::replace));
  if (!answer) return Failed(answer.error(), console);
  const bool data = options.json || options.format == ReportFormat::kJson;
  const std::string text = data ? *answer + "\n" : Json::parse(*answer).at("report").get<std::string>();
  return console.Out(text) ? kExitOk : kExitFailed;
}

Expected<std::string> MakePage(const Options& options, const Settings& settings) {
  auto database = store::Database::Open(settings.database, store::Database::Mode::kReadOnly);
  if (!database) return std::unexpected(std::move(database.error()));
  metrics::ReportRequest request{.length_ms = LengthMs(options.timeframe.value_or(handlers::Timeframe::kDay))};
  if (options.swarm) {
    auto swarm = swarm::FindSwarm(**database, *options.swarm);
    if (!swarm) return std::unexpected(std::move(swarm.error()));
    request.swarm = *std::move(swarm);
  }
  const auto contents =
      metrics::ReadPage(**database, settings.project, std::move(request), SystemClock().Now().wall_ms);
  if ((*database)->error()) return std::unexpected(*(*database)->error());
  return metrics::WritePage(contents);
}

int WriteHtml(const Options& options, const Settings& settings, const Console& console) {
  if (options.format) {
    console.Say("--format says how much is printed, --html writes all of it: choose one");
    return kExitUsage;
  }
  const auto page = MakePage(options, settings);
  if (!page) return Failed(page.error(), console);
  if (auto written = ReplaceFile(*options.html, *page); !written) return Failed(written.error(), console);
  const Json done = {{"file", *options.html}, {"bytes", page->size()}};
  const std::string text =
      options.json ? done.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"
                   : fmt::format("wrote {} ({} KB)\n", Printable(*options.html), (page->size() + 999) / 1000);
  return console.Out(text) ? kExitOk : kExitFailed;
}

}  // namespace

int ShowReport(const CommandLine& line, const Settings& settings, const Console& console) {
  if (auto used = CheckUsed(settings); !used) return Failed(used.error(), console);
  return line.options.html ? WriteHtml(line.options, settings, console) : Tell(line.options, settings, console);
}

int ShowMetrics(const Settings& settings, const Console& console) {
  if (auto used = CheckUsed(settings); !used) return Failed(used.error(), console);
  net::Loop loop;
  Application application(settings, loop);
  InProcess client(application.server(), loop);
  const auto text = client.ReadText("skep://metrics");
  if (!text) return Failed(text.error(), console);
  return console.Out(*text) ? kExitOk : kExitFailed;
}

}  // namespace skep::cli
