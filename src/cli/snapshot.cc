#include "cli/snapshot.h"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/printable.h"
#include "base/time_text.h"
#include "cli/application.h"
#include "cli/in_process.h"
#include "net/loop.h"
#include "store/database.h"
#include "swarm/lease.h"

namespace skep::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Tasks of one state that are shown: a screen's worth.
constexpr int kShownTasks = 200;

Expected<Json> Ask(InProcess& client, std::string_view tool, const Json& arguments) {
  const auto answer = client.CallTool(tool, arguments.dump());
  if (!answer) return std::unexpected(answer.error());
  return Json::parse(*answer);
}

Expected<void> AddTasks(InProcess& client, Json& to) {
  to["tasks"] = Json::array();
  for (const std::string_view state : {"claimed", "ready", "blocked"}) {
    auto page = Ask(client, "task_status", {{"state", state}, {"limit", kShownTasks}});
    if (!page) return std::unexpected(page.error());
    to["swarmId"] = (*page)["swarmId"];
    to["counts"] = (*page)["counts"];
    for (Json& task : (*page)["tasks"]) to["tasks"].push_back(std::move(task));
  }
  return {};
}

Expected<void> AddLeases(const Settings& settings, Json& to) {
  auto database = store::Database::Open(settings.database, store::Database::Mode::kReadOnly);
  if (!database) return std::unexpected(database.error());
  const Moment now = SystemClock().Now();
  to["leases"] = Json::array();
  for (const swarm::HeldLease& held : swarm::ListLeases(**database, limits::kMaxPage, now)) {
    char until[kTimeTextSize];
    to["leases"].push_back({{"path", held.lease.path},
                            {"mode", Names(held.lease.mode)[static_cast<std::size_t>(held.lease.mode)]},
                            {"agentId", FormatId("ag", held.agent)},
                            {"agentName", held.agent_name},
                            {"until", FormatTime(held.lease.UntilMs(now), until)}});
  }
  if ((*database)->error()) return std::unexpected(*(*database)->error());
  return {};
}

std::string Text(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return {};
  return found->is_string() ? Printable(found->get_ref<const std::string&>()) : found->dump();
}

std::string RenderTasks(const Json& tasks, const Style& style) {
  Table table(true);
  table.Add({"task", "state", "priority", "agent", "attempts", "title", "note"});
  for (const Json& task : tasks) {
    const std::string agent =
        task.contains("owner") && task["state"] == "claimed" ? Text(task, "owner") : Text(task, "queue");
    table.Add({Text(task, "taskId"), Text(task, "state"), Text(task, "priority"), agent, Text(task, "attempts"),
               Text(task, "title"), Text(task, "note")});
  }
  return tasks.empty() ? "no unfinished tasks\n" : table.Render(style);
}

std::string RenderLeases(const Json& leases, const Style& style) {
  Table table(true);
  table.Add({"path", "mode", "agent", "name", "until"});
  for (const Json& lease : leases) {
    table.Add({Text(lease, "path"), Text(lease, "mode"), Text(lease, "agentId"), Text(lease, "agentName"),
               Text(lease, "until")});
  }
  return leases.empty() ? "no leases\n" : table.Render(style);
}

std::string RenderAgents(const Json& agents, const Style& style) {
  Table table(true);
  table.Add({"agent", "name", "type", "state", "task", "done", "failed", "client"});
  for (const Json& agent : agents) {
    table.Add({Text(agent, "agentId"), Text(agent, "name"), Text(agent, "type"),
               agent.contains("breaker") ? Text(agent, "state") + ", breaker " + Text(agent, "breaker")
                                         : Text(agent, "state"),
               Text(agent, "task"), Text(agent, "succeeded"), Text(agent, "failed"), Text(agent, "client")});
  }
  return agents.empty() ? "no agents\n" : table.Render(style);
}

std::string RenderHead(const Json& swarm) {
  const Json& tasks = swarm["tasks"];
  const std::string mode = swarm.contains("mode") ? fmt::format(" (as {})", Text(swarm, "mode")) : std::string();
  return fmt::format(
      "{} {}  {}{}  {} idle, {} busy, {} offline  tasks: {} claimed, {} ready, {} blocked, {} succeeded, "
      "{} failed, {} cancelled\n",
      Text(swarm, "swarmId"), Text(swarm, "name"), Text(swarm, "topology"), mode, Text(swarm["agents"], "idle"),
      Text(swarm["agents"], "busy"), Text(swarm["agents"], "offline"), Text(tasks, "claimed"), Text(tasks, "ready"),
      Text(tasks, "blocked"), Text(tasks, "succeeded"), Text(tasks, "failed"), Text(tasks, "cancelled"));
}

}  // namespace

Expected<void> CheckUsed(const Settings& settings) {
  if (access(settings.database.c_str(), F_OK) == 0) return {};
  return Fail(ErrorCode::kNotFound,
              fmt::format("nothing is stored yet for {}: no client has used skep there", settings.project));
}

Expected<std::string> TakeSnapshot(const Settings& settings, Look look) {
  if (auto used = CheckUsed(settings); !used) return std::unexpected(std::move(used.error()));
  Json snapshot = Json::object();
  if (look != Look::kLeases) {
    net::Loop loop;
    Application application(settings, loop);
    InProcess client(application.server(), loop);
    if (look == Look::kSwarm) {
      auto swarm = Ask(client, "swarm_status", Json::object());
      if (!swarm) return std::unexpected(swarm.error());
      snapshot["swarm"] = *std::move(swarm);
      auto agents = Ask(client, "agent_list", {{"limit", kShownTasks}});
      if (!agents) return std::unexpected(agents.error());
      snapshot["agents"] = std::move((*agents)["agents"]);
    }
    if (auto added = AddTasks(client, snapshot); !added) return std::unexpected(added.error());
  }
  if (look != Look::kTasks) {
    if (auto added = AddLeases(settings, snapshot); !added) return std::unexpected(added.error());
  }
  return snapshot.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string RenderSnapshot(std::string_view json, Look look, const Style& style) {
  const Json snapshot = Json::parse(json);
  switch (look) {
    case Look::kTasks:
      return RenderTasks(snapshot["tasks"], style);
    case Look::kLeases:
      return RenderLeases(snapshot["leases"], style);
    case Look::kSwarm:
      break;
  }
  return fmt::format("{}\n{}\n{}\n{}", RenderHead(snapshot["swarm"]), RenderAgents(snapshot["agents"], style),
                     RenderTasks(snapshot["tasks"], style), RenderLeases(snapshot["leases"], style));
}

}  // namespace skep::cli
