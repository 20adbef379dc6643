#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "mcp/server.h"
#include "skep/block.h"
#include "skep/context.h"
#include "skep/resource.h"
#include "skep/tool.h"
#include "skep/transport.h"
#include "store/liveness.h"
#include "store/store.h"
#include "support/manual_events.h"
#include "support/manual_executor.h"
#include "support/temp_directory.h"

namespace skep {

/// A server of a test's own: its tools, on a fresh store in a directory of its own, with a clock that stands still.
/// The test's thread is its executor.
class TestServer {
 public:
  explicit TestServer(std::span<const Tool* const> tools, std::string_view instructions = "Use the tools.",
                      std::size_t tools_page = limits::kToolsPage, std::span<const Toolset> toolsets = {},
                      std::span<const Resource* const> resources = {}, std::span<const Prompt* const> prompts = {})
      : store_(std::make_unique<store::Store>(store::Options{.path = directory_ / "skep.db", .fsync = false}, clock_,
                                              executor_)),
        server_({.tools = tools,
                 .toolsets = toolsets,
                 .instructions = instructions,
                 .tools_page = tools_page,
                 .resources = resources,
                 .prompts = prompts},
                services()) {}
  /// What is left to be done is done while the server is still there.
  ~TestServer() { store_.reset(); }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  Services services() {
    return {.store = *store_, .clock = clock_, .executor = executor_, .events = events_, .liveness = &liveness_};
  }
  mcp::Server& server() { return server_; }
  store::Store& store() { return *store_; }
  store::Liveness& liveness() { return liveness_; }
  ManualClock& clock() { return clock_; }
  ManualExecutor& executor() { return executor_; }
  ManualEvents& events() { return events_; }
  /// Finishes what was begun and closes the store, as a server does that ends.
  void CloseStore() { store_.reset(); }

 private:
  const TempDirectory directory_;
  store::Liveness liveness_{directory_ / "skep.db"};
  ManualClock clock_;
  ManualExecutor executor_;
  ManualEvents events_{clock_, executor_};
  std::unique_ptr<store::Store> store_;
  mcp::Server server_;
};

/// A client of such a server that speaks in lines, and the connection between them.
class TestSession final : private Transport {
 public:
  explicit TestSession(TestServer& server) : server_(server), session_(server.server().Open(*this)) {}

  /// Sends lines in one read, as a pipe would bring them.
  void Send(std::span<const std::string> lines) {
    for (const std::string& line : lines) {
      Block frame(line.size());
      frame.Append(line);
      session_->OnFrame({frame.data(), frame.size()});
    }
    session_->OnDrained();
  }
  void Send(const std::string& line) { Send({&line, 1}); }

  /// The next line that was said, waiting for it as long as anything is in flight.
  std::optional<std::string> Next() {
    server_.executor().RunUntil([this] { return HasLine() || session_->InFlight() == 0; });
    return TakeNow();
  }
  /// The next line that was said already.
  std::optional<std::string> TakeNow() {
    if (!HasLine()) return std::nullopt;
    std::string line = std::move(lines_.front());
    lines_.pop_front();
    return line;
  }
  /// All lines, once nothing is in flight any more.
  std::vector<std::string> TakeAll() {
    server_.executor().RunUntil([this] { return session_->InFlight() == 0; });
    HasLine();
    std::vector<std::string> all(lines_.begin(), lines_.end());
    lines_.clear();
    return all;
  }
  /// What a request is answered with, when nothing else is in flight.
  std::string Ask(const std::string& line) {
    Send(line);
    return Next().value_or("nothing");
  }

  /// The connection is gone, whatever was in flight.
  void End() { session_.reset(); }

  Session& session() { return *session_; }
  /// How often it was asked to send what was said outside OnFrame.
  int flushes() const { return flushes_; }

 private:
  Block& Output() override { return output_; }
  std::size_t Unsent() const override { return output_.size(); }
  void Flush() override { ++flushes_; }

  bool HasLine() {
    std::string_view rest = output_.view();
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      lines_.emplace_back(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    const std::string cut(rest);
    output_.Clear();
    output_.Append(cut);
    return !lines_.empty();
  }

  TestServer& server_;
  Block output_;
  std::deque<std::string> lines_;
  int flushes_ = 0;
  std::unique_ptr<Session> session_;
};

}  // namespace skep
