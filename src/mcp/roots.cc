#include <algorithm>
#include <string>
#include <utility>

#include "base/limits.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/printable.h"
#include "json/reader.h"
#include "mcp/methods.h"
#include "mcp/server.h"
#include "mcp/session.h"
#include "mcp/uri_template.h"
#include "skep/block.h"

namespace skep::mcp {
namespace {

using json::Type;
using json::Value;

/// The directory of the first root, empty if there is none: of one project there is one.
std::string FirstRoot(const std::string& roots) {
  Block text(roots.size());
  text.Append(roots);
  json::Reader reader;
  if (reader.Parse({text.data(), text.size()}) != json::Outcome::kOk) return {};
  const Value list = reader.root().Find("roots");
  if (!list.Is(Type::kArray)) return {};
  Value root;
  for (json::Elements all(list); all.Next(root);) {
    const Value uri = root.Find("uri");
    if (!uri.Is(Type::kString)) continue;
    const auto path = MatchUri("file://{+path}", uri.AsString());
    if (path && path->front().second.starts_with('/')) return path->front().second;
  }
  return {};
}

}  // namespace

void AskForRoots(ServerSession& session) {
  // The session outlives what it has asked: its end is an answer too.
  session.server().inquiries().Ask(
      session, {.kind = Question::Kind::kRoots, .key = "roots", .message = {}, .url = {}, .params = {}},
      [&session](const Answer& answer) {
        session.NoteRootsAnswer();
        if (answer.outcome != Answer::Outcome::kAccepted) return;
        std::string directory = FirstRoot(answer.content);
        if (directory.empty() || directory.size() > limits::kMaxClientDirectory) return;
        const std::string& project = session.server().project();
        if (const auto theirs = ProjectDirectory(directory); theirs && !project.empty() && *theirs != project) {
          Log(LogLevel::kWarn,
              "a client works in {}, and this server is for {}: what it does there is not shared; start skep with "
              "--project",
              Printable(*theirs), Printable(project));
        }
        ClientIdentity client = session.scope()->client();
        client.directory = std::move(directory);
        session.scope()->set_client(std::move(client));
      });
}

}  // namespace skep::mcp
