#include "load/script.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "client/messages.h"

namespace skep::load {
namespace {

/// The values' words: enough that a search finds a hundredth of the keys.
constexpr std::uint32_t kWords = 100;
/// Requests that are asked at once while the run is prepared: what a server commits together.
constexpr std::uint32_t kTogether = 64;

std::string CallOf(std::string_view tool, std::string_view arguments) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{{id}},"method":"tools/call","params":{{"name":{},"arguments":{}}}}})",
                     client::Quoted(tool), arguments);
}

/// Another value each time, as some stores skip what does not change.
std::string StoreArguments(std::size_t value_bytes) {
  constexpr std::string_view kFiller = "the quick brown fox jumps over the lazy dog ";
  std::string value = "{n} word{word} ";
  // As long as it is wanted when the numbers in it are of medium length.
  constexpr std::size_t kFront = sizeof("1000000 word50 ") - 1;
  for (std::size_t i = kFront; i < value_bytes; ++i) value += kFiller[(i - kFront) % kFiller.size()];
  return fmt::format(R"({{"action":"store","key":"load-{{key}}","value":"{}"}})", value);
}

json::Value StructuredOf(std::span<char> line, json::Reader& reader) {
  if (reader.Parse(line) != json::Outcome::kOk) return {};
  return reader.root().Find("result").Find("structuredContent");
}

std::string TextOf(const json::Value& object, std::string_view name) {
  const json::Value value = object.Find(name);
  return value.Is(json::Type::kString) ? std::string(value.AsString()) : std::string();
}

}  // namespace

Script::Script(const Mix& mix, std::uint64_t seed, std::size_t connections, std::size_t agents)
    : mix_(mix), agents_each_(agents), connections_(connections), random_(seed), agents_(1), idle_(connections) {
  mix_.keys = std::max(mix_.keys, 1U);
  for (const Mix::Part& part : mix_.parts) {
    until_.push_back((until_.empty() ? 0 : until_.back()) + part.weight);
    switch (part.kind) {
      case Mix::Kind::kPing:
        first_of_.push_back(AddOperation("ping", R"({"jsonrpc":"2.0","id":{id},"method":"ping"})"));
        break;
      case Mix::Kind::kList:
        first_of_.push_back(AddOperation("tools/list", R"({"jsonrpc":"2.0","id":{id},"method":"tools/list"})"));
        break;
      case Mix::Kind::kStore:
        first_of_.push_back(AddOperation("store", CallOf("memory_usage", StoreArguments(mix_.value_bytes))));
        break;
      case Mix::Kind::kRetrieve:
        first_of_.push_back(
            AddOperation("retrieve", CallOf("memory_usage", R"({"action":"retrieve","key":"load-{key}"})")));
        break;
      case Mix::Kind::kSearch:
        first_of_.push_back(AddOperation("search", CallOf("memory_search", R"({"pattern":"word{word}"})")));
        break;
      case Mix::Kind::kClaimUpdate:
        // In the order of Step.
        first_of_.push_back(AddOperation("task_orchestrate", CallOf("task_orchestrate", R"({"task":"load {n}"})")));
        AddOperation("task_claim", CallOf("task_claim", R"({"agentId":"{agent}"})"), Request::By::kAgent);
        AddOperation(
            "task_update",
            CallOf("task_update", R"({"taskId":"{task}","epoch":{epoch},"state":"succeeded","result":"done {n}"})"),
            Request::By::kAgent);
        break;
      case Mix::Kind::kTool:
        first_of_.push_back(AddOperation(part.tool, CallOf(part.tool, part.arguments)));
        break;
    }
  }
}

std::uint16_t Script::AddOperation(std::string name, std::string_view line, Request::By by) {
  names_.push_back(std::move(name));
  requests_.emplace_back(line, by);
  return static_cast<std::uint16_t>(names_.size() - 1);
}

Expected<void> Script::Prepare(std::size_t connection, client::Session& session) {
  const auto has = [&](Mix::Kind kind) {
    return std::ranges::any_of(mix_.parts, [&](const Mix::Part& part) { return part.kind == kind; });
  };
  if (connection == 0 && (has(Mix::Kind::kStore) || has(Mix::Kind::kRetrieve) || has(Mix::Kind::kSearch))) {
    if (auto stored = StoreKeys(session); !stored) return stored;
  }
  if (!has(Mix::Kind::kClaimUpdate)) return {};
  if (connection == 0) {
    if (auto made = MakeSwarm(session); !made) return made;
  }
  return SpawnAgents(connection, session);
}

Expected<void> Script::StoreKeys(client::Session& session) {
  const Request store(CallOf("memory_usage", StoreArguments(mix_.value_bytes)));
  for (std::uint32_t key = 0; key < mix_.keys;) {
    const std::uint32_t end = std::min(mix_.keys, key + kTogether);
    std::string lines;
    const std::uint32_t count = end - key;
    for (; key < end; ++key) store.AppendTo(lines, {.id = next_id_++, .key = key, .word = key % kWords});
    session.stream().Queue(lines);
    for (std::uint32_t i = 0; i < count; ++i) {
      if (auto stored = session.AskWell({}); !stored) return std::unexpected(std::move(stored.error()));
    }
  }
  return {};
}

Expected<void> Script::MakeSwarm(client::Session& session) {
  auto made = session.AskWell(client::Call(
      next_id_++, "swarm_init", fmt::format(R"({{"topology":"star","maxAgents":{}}})", agents_each_ * connections_)));
  if (!made) return std::unexpected(std::move(made.error()));
  swarm_ = TextOf(StructuredOf(*made, session.reader()), "swarmId");
  if (swarm_.empty())
    return Fail(ErrorCode::kUnavailable, "swarm_init gave no swarmId: claim-update is not for this server");
  return {};
}

Expected<void> Script::SpawnAgents(std::size_t connection, client::Session& session) {
  for (std::size_t i = 0; i < agents_each_; ++i) {
    auto spawned = session.AskWell(
        client::Call(next_id_++, "agent_spawn", fmt::format(R"({{"type":"coder","swarmId":"{}"}})", swarm_)));
    if (!spawned) return std::unexpected(std::move(spawned.error()));
    std::string id = TextOf(StructuredOf(*spawned, session.reader()), "agentId");
    if (id.empty())
      return Fail(ErrorCode::kUnavailable, "agent_spawn gave no agentId: claim-update is not for this server");
    idle_[connection].push_back(static_cast<std::uint32_t>(agents_.size()));
    agents_.push_back({.id = std::move(id), .task = {}});
  }
  return {};
}

std::uint32_t Script::Below(std::uint32_t end) {
  // Multiplied and shifted (Lemire): no division, and unfair by less than 2^-32 of a share.
  return static_cast<std::uint32_t>((random_() >> 32) * end >> 32);
}

void Script::Choose(Sent& sent) {
  std::size_t part = 0;
  if (until_.size() > 1) {
    const std::uint32_t at = Below(until_.back());
    while (until_[part] <= at) ++part;
  }
  sent.operation = first_of_[part];
  sent.agent = 0;
  if (mix_.parts[part].kind != Mix::Kind::kClaimUpdate || idle_[sent.connection].empty()) return;
  sent.agent = idle_[sent.connection].back();
  idle_[sent.connection].pop_back();
  sent.operation = static_cast<std::uint16_t>(sent.operation + static_cast<std::uint16_t>(agents_[sent.agent].next));
}

void Script::AppendTo(std::string& to, std::int64_t id, const Sent& sent) {
  const Agent& agent = agents_[sent.agent];
  const std::uint32_t key = Below(mix_.keys);
  requests_[sent.operation].AppendTo(
      to, {.id = id, .key = key, .word = key % kWords, .agent = agent.id, .task = agent.task, .epoch = agent.epoch});
}

void Script::Answered(const Sent& sent, std::span<char> line, json::Reader& reader) {
  if (sent.agent == 0) return;
  Agent& agent = agents_[sent.agent];
  idle_[sent.connection].push_back(sent.agent);
  const Step done = std::exchange(agent.next, Step::kMake);
  if (line.empty()) return;
  if (done == Step::kMake) agent.next = Step::kClaim;
  if (done != Step::kClaim) return;
  const json::Value claim = StructuredOf(line, reader);
  agent.task = TextOf(claim, "taskId");
  const json::Value epoch = claim.Find("epoch");
  if (agent.task.empty() || !epoch.Is(json::Type::kInt)) return;
  agent.epoch = epoch.AsInt();
  agent.next = Step::kReport;
}

}  // namespace skep::load
