#include <algorithm>
#include <optional>
#include <string>

#include "cli/application.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/in_process.h"
#include "cli/render.h"
#include "handlers/list.h"
#include "json/reader.h"

namespace skep::cli {
namespace {

int ExitStatus(const Error& error) { return error.code == ErrorCode::kInvalidArgument ? kExitUsage : kExitFailed; }

int Complain(const Error& error, const Console& console) {
  console.Say(error.message);
  return ExitStatus(error);
}

/// The tool's arguments as JSON.
Expected<Block> Arguments(const CommandLine& line, const Console& console) {
  std::vector<Flag> flags = line.arguments;
  const bool all = line.options.args.has_value();
  if (all) flags.push_back({&OptionNamed("args"), *line.options.args});
  if (auto fetched = FetchValues(flags, console.in); !fetched) return std::unexpected(fetched.error());
  std::optional<std::string> object;
  if (all) {
    object = std::move(flags.back().value);
    flags.pop_back();
  }
  Block out;
  if (auto written = WriteArguments(flags, object, out); !written) return std::unexpected(written.error());
  return out;
}

std::string FirstSentence(std::string_view text) {
  const std::size_t end = text.find(". ");
  return std::string(end == std::string_view::npos ? text : text.substr(0, end + 1));
}

/// Progress goes to people only: a script gets the answer.
InProcess::OnNotification ShowProgress(const Console& console) {
  if (!console.ErrIsTerminal()) return {};
  return [&console](std::string_view line) {
    Block text(line.size());
    text.Append(line);
    json::Reader reader;
    if (reader.Parse({text.data(), text.size()}) != json::Outcome::kOk) return;
    const json::Value message = reader.root().Find("params").Find("message");
    if (message.Is(json::Type::kString)) console.Say(message.AsString());
  };
}

}  // namespace

int CallTool(const CommandLine& line, const Settings& settings, const Console& console) {
  const auto arguments = Arguments(line, console);
  if (!arguments) return Complain(arguments.error(), console);

  net::Loop loop;
  Application application(settings, loop);
  InProcess client(application.server(), loop, ShowProgress(console));
  const auto result = client.CallTool(line.tool->info.name, arguments->view());
  if (!result) return Complain(result.error(), console);
  const std::string text = line.options.json ? *result + "\n" : RenderForPeople(*result, StyleOf(console));
  return console.Out(text) ? kExitOk : kExitFailed;
}

int ListTools(const CommandLine& line, const Settings& settings, const Console& console) {
  if (!line.options.json) {
    Table table;
    for (const Tool* tool : handlers::AllTools()) {
      table.Add({std::string(tool->info.name), std::string(tool->info.title), FirstSentence(tool->info.description)});
    }
    return console.Out(table.Render(StyleOf(console))) ? kExitOk : kExitFailed;
  }
  // From a shell all can be called, so all are listed.
  Settings all = settings;
  all.toolsets = {Toolset::kAll};
  net::Loop loop;
  Application application(all, loop);
  InProcess client(application.server(), loop);
  return console.Out(client.AskResult("tools/list") + "\n") ? kExitOk : kExitFailed;
}

}  // namespace skep::cli
