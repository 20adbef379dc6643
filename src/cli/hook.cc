#include "cli/hook.h"

#include <unistd.h>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "cli/application.h"
#include "cli/commands.h"
#include "cli/in_process.h"
#include "cli/read_all.h"
#include "json/reader.h"
#include "json/writer.h"

// Clients that have hooks run a command before they edit a file, give it what they are about to do as JSON, and let it
// forbid that. What it prints is lease_check's answer.

namespace skep::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAllow = "{}";

std::string TextAt(json::Value object, std::string_view name) {
  const json::Value value = object.Find(name);
  return value.Is(json::Type::kString) ? std::string(value.AsString()) : std::string();
}

std::string Arguments(const std::string& path, const std::string& session) {
  Block out;
  json::Writer to(out);
  to.BeginObject();
  to.Member("path", path);
  to.Member("session", session);
  to.EndObject();
  return std::string(out.view());
}

}  // namespace

Expected<PlannedEdit> ReadPlannedEdit(std::string_view payload) {
  Block frame(payload.size());
  frame.Append(payload);
  json::Reader reader;
  if (reader.Parse({frame.data(), frame.size()}) != json::Outcome::kOk || !reader.root().Is(json::Type::kObject)) {
    return Fail(ErrorCode::kInvalidArgument, "standard input is not what a client gives to its hooks: a JSON object");
  }
  PlannedEdit edit{.session = TextAt(reader.root(), "session_id"), .paths = {}};
  const json::Value input = reader.root().Find("tool_input");
  if (!input.Is(json::Type::kObject)) return edit;
  std::string file = TextAt(input, "file_path");
  if (file.empty()) file = TextAt(input, "notebook_path");
  if (file.empty()) return edit;

  const std::string directory = TextAt(reader.root(), "cwd");
  std::error_code failed;
  const fs::path path = fs::absolute(fs::path(directory) / file, failed);
  edit.paths.push_back(failed ? file : path.string());
  // Leases know no links: the file is asked about by the name that the client has for it, and by its own.
  const fs::path real = fs::weakly_canonical(path, failed);
  if (!failed && real != path) edit.paths.push_back(real.string());
  return edit;
}

int PreEdit(const Settings& settings, const Console& console) {
  const auto payload = ReadAll(console.in, "standard input");
  const auto edit = payload ? ReadPlannedEdit(*payload) : std::unexpected(payload.error());
  if (!edit) {
    console.Say(edit.error().message);
    return kExitFailed;
  }
  std::string decision(kAllow);
  // Where there is no database, nothing is leased; and a hook is no reason to make one.
  if (access(settings.database.c_str(), F_OK) == 0) {
    net::Loop loop;
    Application application(settings, loop);
    InProcess client(application.server(), loop);
    for (const std::string& path : edit->paths) {
      auto answer = client.CallTool("lease_check", Arguments(path, edit->session));
      if (!answer) {
        console.Say(answer.error().message);
        return kExitFailed;
      }
      if (decision == kAllow) decision = *std::move(answer);
    }
  }
  return console.Out(decision + "\n") ? kExitOk : kExitFailed;
}

}  // namespace skep::cli
