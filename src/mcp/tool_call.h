#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

#include "mcp/request.h"
#include "rpc/reply.h"
#include "skep/block.h"
#include "skep/tool.h"
#include "store/store.h"

namespace skep::mcp {

class Server;
class ServerSession;

/// A tool's decoded arguments, wherever they live.
class ToolArgs {
 public:
  explicit ToolArgs(const Tool& tool) : tool_(tool) { tool.construct(storage_); }
  /// Takes the other's arguments; what their texts borrow is copied, so that they outlive the request.
  ToolArgs(ToolArgs&& other) : tool_(other.tool_) {
    tool_.move(storage_, other.storage_);
    OwnText(tool_.input, storage_, texts_);
  }
  ToolArgs& operator=(const ToolArgs&) = delete;
  ~ToolArgs() { tool_.destroy(storage_); }

  void* get() { return storage_; }
  std::size_t text_bytes() const { return texts_.size(); }

 private:
  const Tool& tool_;
  alignas(std::max_align_t) std::byte storage_[kMaxArgsSize];
  Block texts_;
};

/// A call that is not answered at once: a write, a read that waits for a write of its session, or a tool that waits.
/// Made, finished and cancelled on the connection's thread; only Run is on the store's.
class ToolCall final : public store::Operation, public PendingCall {
 public:
  ToolCall(ServerSession& session, const Tool& tool, ToolArgs&& args, const Request& request, rpc::Reply reply);
  ~ToolCall() override;

  const std::string& id() const { return reply_.id(); }
  /// Whether the session's reads queue behind it: a tool that only waits holds back nothing.
  bool holds_back_reads() const { return tool_.run != nullptr; }
  /// The client no longer wants the answer. What has not begun never will; nothing more is sent.
  void Cancel();
  /// The session ends before the call does.
  void Abandon();

  /// Starts a tool that waits, which then owns the call. REQUIRES: no write of its session is unfinished.
  static void Start(std::unique_ptr<ToolCall> call);
  /// The same behind the unfinished writes: an operation for the store, which does nothing but keep its place.
  static std::unique_ptr<store::Operation> StartInTurn(std::unique_ptr<ToolCall> call);

  // store::Operation
  Expected<void> Run(store::Database& database) override;
  void Finish(Expected<void> outcome) override;
  bool cancelled() const override { return cancelled_.load(std::memory_order_relaxed); }
  std::size_t bytes() const override { return held_; }

  // PendingCall
  void Succeed(std::span<const Field> fields, const void* result) override;
  void Fail(Error error) override;
  void Progress(double done, double total, std::string_view message) override;

 private:
  ServerSession* session_;   ///< Null once the session has ended. Not for Run, which is on another thread.
  Server& server_;           ///< For answers; with the session it may be gone.
  const Services services_;  ///< For Run, which may still be on its way then.
  std::shared_ptr<SessionScope> scope_;
  const Tool& tool_;
  ToolArgs args_;
  const bool modern_;
  const std::size_t held_;  ///< Bytes: the arguments, and for a read what its answer is expected to be.
  const std::string progress_token_;
  double progress_ = 0;
  rpc::Reply reply_;
  Block result_;  ///< The structured result as JSON.
  std::atomic<bool> cancelled_ = false;
};

}  // namespace skep::mcp
