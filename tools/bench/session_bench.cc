#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.h"
#include "bench_messages.h"
#include "handlers/list.h"
#include "mcp/server.h"
#include "net/loop.h"
#include "store/store.h"

namespace skep {
namespace {

/// A whole server on a store of its own, spoken to without a pipe: a frame in, the bytes of its answer out.
class Server final : private Transport {
 public:
  Server() {
    mkdtemp(directory_.data());
    store_ = std::make_unique<store::Store>(store::Options{.path = directory_ + "/skep.db", .fsync = false},
                                            SystemClock(), loop_);
    server_ = std::make_unique<mcp::Server>(
        mcp::Server::Options{.tools = handlers::AllTools(), .instructions = handlers::Instructions()},
        Services{.store = *store_, .clock = SystemClock(), .executor = loop_, .events = loop_});
    session_ = server_->Open(*this);
    Ask(micro::Store("k", "hello bees"));
  }
  ~Server() override {
    session_.reset();
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  /// Gives one frame, in memory that was just written, as a read leaves it.
  void Give(const std::string& line) {
    frame_.Clear();
    frame_.Append(line);
    session_->OnFrame({frame_.data(), frame_.size()});
  }
  void Drained() {
    session_->OnDrained();
    benchmark::DoNotOptimize(output_.data());
    output_.Clear();
  }

 private:
  Block& Output() override { return output_; }
  std::size_t Unsent() const override { return output_.size(); }
  void Flush() override {}

  void Ask(const std::string& line) {
    Give(line);
    while (output_.empty()) loop_.RunOnce();
    Drained();
  }

  std::string directory_ = (std::filesystem::temp_directory_path() / "skep-bench-XXXXXX").string();
  net::Loop loop_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<mcp::Server> server_;
  Block frame_;
  Block output_;
  std::unique_ptr<Session> session_;
};

/// `range(0)` messages in each read: 1 is a client that waits for each answer, 64 one that does not.
void BM_Session(benchmark::State& state, const std::string& line) {
  Server server;
  for (auto _ : state) {
    for (std::int64_t i = 0; i < state.range(0); ++i) server.Give(line);
    server.Drained();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK_CAPTURE(BM_Session, ping, micro::Ping())->Arg(1)->Arg(64);
BENCHMARK_CAPTURE(BM_Session, retrieve, micro::Retrieve("k"))->Arg(1)->Arg(64);
BENCHMARK_CAPTURE(BM_Session, tools_list, std::string(R"({"jsonrpc":"2.0","id":7,"method":"tools/list"})"))->Arg(1);

}  // namespace
}  // namespace skep
