#include "fuzz/contract.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "client/messages.h"
#include "client/session.h"
#include "fuzz/methods.h"
#include "fuzz/values.h"

namespace skep::fuzz {
namespace {

using nlohmann::json;
using std::string_view;

constexpr std::array<string_view, 4> kLists = {"tools/list", "resources/list", "resources/templates/list",
                                               "prompts/list"};
/// Pages of a list that are asked for: a server that never ends must not hold us up.
constexpr int kMostPages = 100;

/// A member that is a string, else nothing.
std::string TextIn(const json& object, const char* name) {
  const auto at = object.is_object() ? object.find(name) : object.end();
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

const json& ArrayIn(const json& object, const char* name) {
  static const json kNone = json::array();
  const auto at = object.is_object() ? object.find(name) : object.end();
  return at != object.end() && at->is_array() ? *at : kNone;
}

/// The result of a request; discarded when it is refused or no JSON.
Expected<json> Ask(client::Session& session, std::string_view line) {
  const auto answer = session.Ask(line);
  if (!answer) return std::unexpected(answer.error());
  json message = json::parse(answer->begin(), answer->end(), nullptr, false);
  if (!message.is_object() || !message.contains("result")) return json(json::value_t::discarded);
  return std::move(message["result"]);
}

Expected<void> AskLists(client::Session& session, Contract& contract) {
  for (const string_view method : kLists) {
    std::string cursor;
    for (int page = 0; page < kMostPages; ++page) {
      const std::string params =
          cursor.empty() ? std::string() : fmt::format(R"({{"cursor":{}}})", client::Quoted(cursor));
      const auto result = Ask(session, client::Request(page + 1, method, params));
      if (!result) return std::unexpected(result.error());
      if (result->is_discarded()) break;
      contract.lists.emplace(method);
      AddList(method, *result, contract);
      cursor = TextIn(*result, "nextCursor");
      if (cursor.empty()) break;
    }
  }
  return {};
}

}  // namespace

const ToolContract* Contract::Tool(string_view name) const {
  const int index = ToolIndex(name);
  return index < 0 ? nullptr : &tools[static_cast<std::size_t>(index)];
}

int Contract::ToolIndex(string_view name) const {
  const auto at = std::ranges::find(tools, name, &ToolContract::name);
  return at == tools.end() ? -1 : static_cast<int>(at - tools.begin());
}

bool Contract::HasMemory() const {
  const ToolContract* tool = Tool("memory_usage");
  return tool != nullptr && tool->input.root().Property("ifVersion") != Schema::kNone;
}

bool Contract::HasTasks() const {
  const ToolContract* update = Tool("task_update");
  return update != nullptr && update->input.root().Property("epoch") != Schema::kNone &&
         Tool("task_claim") != nullptr && Tool("task_orchestrate") != nullptr && Tool("agent_spawn") != nullptr &&
         Tool("swarm_init") != nullptr;
}

std::set<std::string> Contract::UnknownKeywords() const {
  std::set<std::string> all;
  for (const ToolContract& tool : tools) {
    all.insert(tool.input.unknown().begin(), tool.input.unknown().end());
    if (tool.output) all.insert(tool.output->unknown().begin(), tool.output->unknown().end());
  }
  return all;
}

void AddList(string_view method, const json& result, Contract& contract) {
  if (method == "tools/list") {
    for (const json& tool : ArrayIn(result, "tools")) {
      const std::string name = TextIn(tool, "name");
      if (name.empty()) continue;
      std::optional<Schema> output;
      if (tool.contains("outputSchema")) output.emplace(tool["outputSchema"]);
      ToolContract entry{name, Schema(tool.value("inputSchema", json::object())), std::move(output), {}};
      for (const auto& [argument, node] : entry.input.root().properties) {
        if (SaysHowLong(argument)) entry.how_long.push_back(argument);
      }
      contract.tools.push_back(std::move(entry));
    }
  } else if (method == "resources/list") {
    for (const json& resource : ArrayIn(result, "resources")) contract.resources.push_back(TextIn(resource, "uri"));
  } else if (method == "resources/templates/list") {
    for (const json& resource : ArrayIn(result, "resourceTemplates")) {
      contract.templates.push_back(TextIn(resource, "uriTemplate"));
    }
  } else if (method == "prompts/list") {
    for (const json& prompt : ArrayIn(result, "prompts")) {
      PromptContract entry{TextIn(prompt, "name"), {}};
      for (const json& argument : ArrayIn(prompt, "arguments")) entry.arguments.push_back(TextIn(argument, "name"));
      contract.prompts.push_back(std::move(entry));
    }
  }
}

bool Contract::Offers(const MethodInfo& info, bool in_modern) const {
  if (!(in_modern ? info.modern && modern : info.legacy)) return false;
  return info.capability.empty() || capabilities[in_modern ? 1 : 0].contains(info.capability);
}

std::set<std::string, std::less<>> CapabilitiesIn(const json& result) {
  std::set<std::string, std::less<>> all;
  const json announced = result.is_object() ? result.value("capabilities", json::object()) : json::object();
  if (!announced.is_object()) return all;
  for (const auto& [name, what] : announced.items()) {
    all.insert(name);
    if (!what.is_object()) continue;
    for (const auto& [part, value] : what.items()) {
      if (value != false) all.insert(name + "/" + part);
    }
  }
  if (all.contains("extensions/io.modelcontextprotocol/tasks")) all.insert("tasks");
  return all;
}

Expected<Contract> ReadContract(const client::Launch& launch, std::int64_t patience_ms) {
  Contract contract;
  const client::Session::Options silent{.revision = "", .timeout_ms = patience_ms};
  for (const string_view revision : kLegacyRevisions) {
    auto session = client::Session::Open(launch, silent);
    if (!session) return std::unexpected(session.error());
    const auto greeting = Ask(*session, client::Initialize(0, revision));
    if (!greeting) return std::unexpected(greeting.error());
    if (TextIn(*greeting, "protocolVersion") == revision) contract.revisions.emplace_back(revision);
    if (revision == client::kLegacy) {
      const json info = greeting->is_object() ? greeting->value("serverInfo", json()) : json();
      contract.server = fmt::format("{} {}", TextIn(info, "name"), TextIn(info, "version"));
      contract.capabilities[0] = CapabilitiesIn(*greeting);
      session->stream().Queue(client::kInitialized);
      if (auto asked = AskLists(*session, contract); !asked) return std::unexpected(asked.error());
      const auto discovered = Ask(*session, client::ModernRequest(1, "server/discover"));
      if (!discovered) return std::unexpected(discovered.error());
      contract.modern = discovered->is_object();
      contract.capabilities[1] = CapabilitiesIn(*discovered);
    }
    session->Close(patience_ms);
  }
  return contract;
}

}  // namespace skep::fuzz
