#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/events.h"
#include "base/limits.h"
#include "json/reader.h"
#include "mcp/inquiries.h"
#include "mcp/log_relay.h"
#include "mcp/meter.h"
#include "mcp/request.h"
#include "mcp/request_state.h"
#include "mcp/roll_call.h"
#include "mcp/subscriptions.h"
#include "mcp/task_calls.h"
#include "mcp/waits.h"
#include "rpc/client_requests.h"
#include "skep/client.h"
#include "skep/context.h"
#include "skep/resource.h"
#include "skep/tool.h"
#include "skep/transport.h"

namespace skep::mcp {

/// How long a client may take a modern answer that changes only with the program for the same.
inline constexpr std::int64_t kListTtlMs = 300'000;

/// What all sessions share: the tools, resources and prompts, the answers that never change, rendered once, and the
/// calls that wait.
///
/// Outlives the store, whose last operations are finished when it closes. Leave() goes before that.
class Server final : public SessionFactory {
 public:
  struct Options {
    std::span<const Tool* const> tools;  ///< Listed in this order. Must outlive the server, as must the services.
    /// Those that tools/list names: all when empty. The others can be called all the same.
    std::span<const Toolset> toolsets = {};
    std::string_view instructions;  ///< For models: how to use the tools together; clients cut at 2 KB.
    std::size_t tools_page = limits::kToolsPage;
    std::span<const Resource* const> resources = {};
    std::span<const Prompt* const> prompts = {};
    /// Calls of one session that may wait at once, and how long one may take in all.
    std::size_t max_waiting_calls = limits::kMaxWaitingCalls;
    std::int64_t request_timeout_ms = limits::kRequestMs;
    /// The directory that the store is for: clients that work elsewhere are told.
    std::string_view project = {};
    /// Of the client that has started this process, until it says otherwise: what the environment tells.
    ClientIdentity client = {};
  };

  Server(Options options, const Services& services);

  std::unique_ptr<Session> Open(Transport& transport) override { return Open(transport, client_); }
  std::unique_ptr<Session> Open(Transport& transport, ClientIdentity client) override;

  const Tool* FindTool(std::string_view name) const;
  /// The tool whose name is most like this one; empty if none is.
  std::string_view NearestTool(std::string_view name) const;
  std::span<const Resource* const> resources() const { return resources_; }
  std::span<const Prompt* const> prompts() const { return prompts_; }
  const Services& services() const { return services_; }
  const std::string& project() const { return project_; }
  std::size_t max_waiting_calls() const { return max_waiting_calls_; }
  Waits& waits() { return waits_; }
  /// The calls in flight, of all sessions.
  rpc::ClientRequests<ToolCall>& requests() { return requests_; }
  /// A call is in flight from now on, until it is removed from requests(), or has taken too long.
  void EnterRequest(const SessionScope& session, ToolCall& call);
  /// A call's client hears from now on that it is under way.
  void BeginReports(ToolCall& call) { reporting_.insert(&call); }
  void EndReports(ToolCall& call) { reporting_.erase(&call); }
  std::int64_t request_timeout_ms() const { return request_timeout_ms_; }
  Inquiries& inquiries() { return inquiries_; }
  Subscriptions& subscriptions() { return subscriptions_; }
  LogRelay& log_relay() { return log_relay_; }
  TaskCalls& task_calls() { return task_calls_; }
  Meter& meter() { return meter_; }
  const RequestStates& request_states() const { return request_states_; }
  /// A write of this process has been committed.
  void NoteCommit() {
    waits_.NoteCommit();
    subscriptions_.NoteCommit();
  }
  /// Sessions that are open: one more, or one less.
  void CountSession(std::int64_t more) { open_sessions_ += more; }
  /// Calls that go on for a while, of all sessions: one more, or one less.
  void CountWatching(std::int64_t more) { watching_ += more; }
  /// Lent to a session for one message: a thousand sessions at rest hold no parser's memory.
  json::Reader& reader() { return reader_; }

  /// The session's input has ended, and it has submitted all that it ever will.
  void EndSession(std::shared_ptr<SessionScope> scope) { roll_call_.EndSession(std::move(scope)); }
  /// The process ends: says so to the others. REQUIRES: all sessions have ended.
  void Leave() { roll_call_.Leave(); }

  /// `{"name":"skep",…}`
  const std::string& server_info() const { return server_info_; }
  /// The members that end every modern result, after a comma: resultType, _meta.
  const std::string& modern_tail() const { return modern_tail_; }
  /// Ends a result that `to` has begun: in the modern era with how long it may be kept, and what ends every result.
  void EndResult(json::Writer& to, bool modern, std::int64_t ttl_ms) const;
  /// The result of `initialize` for a legacy revision.
  const std::string& InitializeResult(Revision revision) const {
    return initialize_results_[static_cast<std::size_t>(revision)];
  }
  const std::string& discover_result() const { return discover_result_; }
  /// The result of tools/list; null when the cursor is none of ours. No cursor is the first page, and so is "".
  const std::string* ToolsPage(std::string_view cursor, bool modern) const;

 private:
  void RenderTools(std::size_t page_size);
  /// What there is at the moment.
  void ReadGauges(const metrics::Gauges& to) const;
  /// While calls are in flight: tells who wants to know, and ends those that have taken too long.
  void OnTick();

  const Services services_;
  const ClientIdentity client_;
  Meter meter_;
  json::Reader reader_;
  const std::string project_;
  const std::size_t max_waiting_calls_;
  const std::span<const Resource* const> resources_;
  const std::span<const Prompt* const> prompts_;
  const std::int64_t request_timeout_ms_;
  const RequestStates request_states_;
  rpc::ClientRequests<ToolCall> requests_{limits::kMaxSessionRequests};
  std::unordered_set<ToolCall*> reporting_;
  std::unique_ptr<Events::Timer> tick_;
  bool ticks_ = false;  ///< Whether that is set.
  std::int64_t open_sessions_ = 0;
  std::int64_t watching_ = 0;
  Waits waits_;
  Inquiries inquiries_;
  Subscriptions subscriptions_;
  LogRelay log_relay_;
  TaskCalls task_calls_;
  RollCall roll_call_;
  std::vector<const Tool*> listed_;
  std::vector<std::pair<std::string_view, const Tool*>> by_name_;  ///< Sorted.
  std::string server_info_;
  std::string modern_tail_;
  std::string initialize_results_[static_cast<std::size_t>(kNewestLegacy) + 1];
  std::string discover_result_;
  struct Page {
    std::string cursor;
    std::string legacy;
    std::string modern;
  };
  std::vector<Page> pages_;
};

}  // namespace skep::mcp
