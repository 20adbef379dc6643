#include "mcp/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/short_text.h"
#include "base/suggest.h"
#include "base/version.h"
#include "json/writer.h"
#include "mcp/methods.h"
#include "mcp/session.h"
#include "mcp/tool_call.h"

namespace skep::mcp {
namespace {

/// How often calls in flight are looked at: as soon as their clients want to hear of them.
constexpr std::int64_t kTickMs = 1000;

/// Renders with a function on a Writer.
template <class Write>
std::string Render(Write write) {
  Block out;
  json::Writer to(out);
  write(to);
  return std::string(out.view());
}

/// Whether a server has what a capability announces: an embedder's may have tools only.
bool Has(const Server::Options& options, const Services& services, std::string_view capability) {
  if (capability == "tasks") return services.liveness != nullptr;
  if (capability == "resources") return !options.resources.empty();
  if (capability == "prompts") return !options.prompts.empty();
  if (capability == "completions") return !options.resources.empty() || !options.prompts.empty();
  return true;
}

void WriteCapabilities(json::Writer& to, const Server::Options& options, const Services& services, Revision revision) {
  to.Key("capabilities");
  to.BeginObject();
  std::vector<std::string_view> written;
  for (const Method& method : Methods()) {
    if (method.capability.empty() || revision < method.since || revision > method.until) continue;
    // Older than its capability is the method.
    if (method.capability == "completions" && revision < Revision::k2025_03_26) continue;
    // In the modern era it is an extension.
    if (method.capability == "tasks" && revision == kModern) continue;
    if (std::ranges::find(written, method.capability) != written.end() || !Has(options, services, method.capability))
      continue;
    written.push_back(method.capability);
    to.Key(method.capability);
    to.BeginObject();
    if (method.capability == "tasks") {
      to.Key("list"), to.Raw("{}");
      to.Key("cancel"), to.Raw("{}");
      to.Key("requests"), to.Raw(R"({"tools":{"call":{}}})");
    }
    if (method.capability == "resources") {
      to.Member("subscribe", true);
      to.Member("listChanged", true);
    }
    to.EndObject();
  }
  // Without methods of their own: a request says in its _meta what it wants to hear of, and that it may become a task.
  if (revision == kModern) {
    to.Key("logging");
    to.Raw("{}");
    if (Has(options, services, "tasks")) {
      to.Key("extensions");
      to.BeginObject();
      to.Key(kTasksExtension);
      to.Raw("{}");
      to.EndObject();
    }
  }
  to.EndObject();
}

void WriteCaching(json::Writer& to) {
  to.Member("ttlMs", kListTtlMs);
  to.Member("cacheScope", "public");
}

void WriteTool(json::Writer& to, const Tool& tool, bool modern) {
  to.BeginObject();
  to.Member("name", tool.info.name);
  to.Member("title", tool.info.title);
  to.Member("description", tool.info.description);
  to.Key("inputSchema");
  WriteSchema(tool.input, tool.defaults(), to);
  to.Key("outputSchema");
  WriteSchema(tool.output, nullptr, to);
  to.Key("annotations");
  to.BeginObject();
  // What is left out has MCP's default: not read-only, destructive, not idempotent.
  const Hints& hints = tool.info.hints;
  if (hints.read_only) to.Member("readOnlyHint", true);
  if (!hints.read_only && !hints.destructive) to.Member("destructiveHint", false);
  if (!hints.read_only && hints.idempotent) to.Member("idempotentHint", true);
  to.Member("openWorldHint", false);
  to.EndObject();
  // A client that loads tools as they are needed should have these from the beginning.
  if (tool.info.always_load) to.Key("_meta"), to.Raw(R"({"anthropic/alwaysLoad":true})");
  // Those that take their time.
  if (!modern && tool.info.takes_long) to.Key("execution"), to.Raw(R"({"taskSupport":"optional"})");
  to.EndObject();
}

std::vector<const Tool*> Listed(const Server::Options& options) {
  const auto wanted = [&](Toolset toolset) {
    return std::ranges::find(options.toolsets, toolset) != options.toolsets.end();
  };
  std::vector<const Tool*> listed;
  for (const Tool* tool : options.tools) {
    if (options.toolsets.empty() || wanted(Toolset::kAll) || wanted(tool->info.toolset)) listed.push_back(tool);
  }
  return listed;
}

}  // namespace

Server::Server(Options options, const Services& services)
    : services_(services),
      client_(std::move(options.client)),
      meter_(services, options.tools),
      project_(options.project),
      max_waiting_calls_(options.max_waiting_calls),
      resources_(options.resources),
      prompts_(options.prompts),
      request_timeout_ms_(options.request_timeout_ms),
      tick_(services.events.MakeTimer([this] { OnTick(); })),
      waits_(services),
      inquiries_(services),
      subscriptions_(*this),
      log_relay_(services.executor, services.clock),
      task_calls_(*this),
      roll_call_(services),
      listed_(Listed(options)) {
  for (const Tool* tool : options.tools) by_name_.emplace_back(tool->info.name, tool);
  std::ranges::sort(by_name_);
  if (services_.collector != nullptr) {
    services_.collector->AddGauges([this](const metrics::Gauges& to) { ReadGauges(to); });
  }

  server_info_ = Render([](json::Writer& to) {
    to.BeginObject();
    to.Member("name", "skep");
    to.Member("title", "skep: a swarm's shared memory and work");
    to.Member("version", Version());
    to.EndObject();
  });
  modern_tail_ = fmt::format(R"(,"resultType":"complete","_meta":{{"{}":{}}})", kMetaServerInfo, server_info_);

  for (std::size_t i = 0; i < std::size(initialize_results_); ++i) {
    const auto revision = static_cast<Revision>(i);
    initialize_results_[i] = Render([&](json::Writer& to) {
      to.BeginObject();
      to.Member("protocolVersion", Name(revision));
      WriteCapabilities(to, options, services_, revision);
      to.Key("serverInfo");
      to.Raw(server_info_);
      to.Member("instructions", options.instructions);
      to.EndObject();
    });
  }
  discover_result_ = Render([&](json::Writer& to) {
    to.BeginObject();
    to.Key("supportedVersions");
    to.BeginArray();
    for (std::size_t i = kRevisionNames.size(); i > 0; --i) to.String(kRevisionNames[i - 1]);
    to.EndArray();
    WriteCapabilities(to, options, services_, kModern);
    to.Member("instructions", options.instructions);
    WriteCaching(to);
  });
  discover_result_ += modern_tail_ + "}";
  RenderTools(options.tools_page);
}

void Server::RenderTools(std::size_t page_size) {
  const std::size_t page_count = std::max<std::size_t>(1, (listed_.size() + page_size - 1) / page_size);
  const auto cursor = [&](std::size_t page) { return page == 0 ? std::string() : fmt::format("tools-{}", page); };
  for (std::size_t page = 0; page < page_count; ++page) {
    const auto tools =
        std::span(listed_).subspan(page * page_size, std::min(page_size, listed_.size() - page * page_size));
    const auto render = [&](bool modern) {
      return Render([&](json::Writer& to) {
        to.BeginObject();
        to.Key("tools");
        to.BeginArray();
        for (const Tool* tool : tools) WriteTool(to, *tool, modern);
        to.EndArray();
        if (page + 1 < page_count) to.Member("nextCursor", cursor(page + 1));
        if (modern) WriteCaching(to);
      });
    };
    pages_.push_back({cursor(page), render(false) + "}", render(true) + modern_tail_ + "}"});
  }
}

void Server::EnterRequest(const SessionScope& session, ToolCall& call) {
  const std::int64_t deadline_ns = services_.clock.SteadyNs() + request_timeout_ms_ * 1'000'000;
  [[maybe_unused]] const bool entered = requests_.Insert(session.serial, call.id(), &call, deadline_ns);
  assert(entered && "whoever makes a call sees that there is room");
  if (!std::exchange(ticks_, true)) tick_->Set(kTickMs);
}

void Server::ReadGauges(const metrics::Gauges& to) const {
  const rpc::ClientRequestStats calls = requests_.stats();
  to("calls:in_flight", static_cast<double>(calls.AllPending()));
  to("calls:in_flight_of_busiest_shard", static_cast<double>(*std::ranges::max_element(calls.pending)));
  to("calls:waiting", static_cast<double>(waits_.size()));
  to("calls:watching", static_cast<double>(watching_));
  to("calls:asking", static_cast<double>(inquiries_.size()));
  to("sessions:open", static_cast<double>(open_sessions_));
}

void Server::OnTick() {
  const std::int64_t now_ns = services_.clock.SteadyNs();
  std::vector<ToolCall*> overdue;
  requests_.Expire(now_ns, [&](ToolCall* call) { overdue.push_back(call); });
  for (ToolCall* const call : overdue) call->TimeOut();
  for (ToolCall* const call : reporting_) call->Report(now_ns);
  ticks_ = requests_.stats().AllPending() > 0;
  if (ticks_) tick_->Set(kTickMs);
}

void Server::EndResult(json::Writer& to, bool modern, std::int64_t ttl_ms) const {
  if (modern) {
    to.Member("ttlMs", ttl_ms);
    to.Member("cacheScope", ttl_ms > 0 ? "public" : "private");
    to.out().Append(modern_tail_);
  }
  to.out().Append("}");
}

std::unique_ptr<Session> Server::Open(Transport& transport, ClientIdentity client) {
  return std::make_unique<ServerSession>(*this, transport, std::move(client));
}

const Tool* Server::FindTool(std::string_view name) const {
  // With some dozens of tools, as many comparisons of a length cost less than a few of text.
  for (const auto& [tool_name, tool] : by_name_) {
    if (Same(tool_name, name)) return tool;
  }
  return nullptr;
}

std::string_view Server::NearestTool(std::string_view name) const {
  std::vector<std::string_view> names;
  names.reserve(by_name_.size());
  for (const auto& [tool_name, tool] : by_name_) names.push_back(tool_name);
  return Nearest(name, names);
}

const std::string* Server::ToolsPage(std::string_view cursor, bool modern) const {
  for (const Page& page : pages_) {
    if (page.cursor == cursor) return modern ? &page.modern : &page.legacy;
  }
  return nullptr;
}

}  // namespace skep::mcp
