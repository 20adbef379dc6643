#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "base/buffer_pool.h"
#include "bench_messages.h"
#include "json/reader.h"
#include "rpc/envelope.h"
#include "rpc/framer.h"

namespace skep {
namespace {

/// A read's worth of lines, as a pipelining client sends them.
std::string Stream(const std::string& line) {
  std::string stream;
  while (stream.size() + line.size() + 1 <= limits::kReadBlock) stream += line + "\n";
  return stream;
}

// --- Framer, and its floor: the copy that the kernel would make, and a look for each newline ---------------

void BM_CopyAndMemchr(benchmark::State& state, const std::string& line) {
  const std::string stream = Stream(line);
  std::string to(stream.size(), '\0');
  std::int64_t lines = 0;
  for (auto _ : state) {
    std::memcpy(to.data(), stream.data(), stream.size());
    const char* at = to.data();
    const char* const end = at + to.size();
    while (const void* newline = std::memchr(at, '\n', static_cast<std::size_t>(end - at))) {
      at = static_cast<const char*>(newline) + 1;
      ++lines;
    }
  }
  state.SetItemsProcessed(lines);
}
BENCHMARK_CAPTURE(BM_CopyAndMemchr, ping, micro::Ping());
BENCHMARK_CAPTURE(BM_CopyAndMemchr, store_1k, micro::Store("k", std::string(1024, 'v')));

void BM_Framer(benchmark::State& state, const std::string& line) {
  const std::string stream = Stream(line);
  BufferPool pool;
  rpc::Framer framer(pool);
  std::int64_t frames = 0;
  for (auto _ : state) {
    for (std::size_t from = 0; from < stream.size();) {
      const std::span<char> space = framer.Space();
      const std::size_t n = std::min(space.size(), stream.size() - from);
      std::memcpy(space.data(), stream.data() + from, n);
      framer.Filled(n);
      from += n;
      for (std::span<char> frame; framer.Next(frame) == rpc::Framer::Got::kFrame;) ++frames;
    }
  }
  state.SetItemsProcessed(frames);
}
BENCHMARK_CAPTURE(BM_Framer, ping, micro::Ping());
BENCHMARK_CAPTURE(BM_Framer, store_1k, micro::Store("k", std::string(1024, 'v')));

// --- Envelope: BM_Read of the same line is the part of it that is simdjson's ---------------------------------

void BM_Envelope(benchmark::State& state, const std::string& line) {
  Block block(line.size());
  block.Append(line);
  json::Reader reader;
  for (auto _ : state) {
    if (reader.Parse({block.data(), block.size()}) != json::Outcome::kOk) return state.SkipWithError("not JSON");
    rpc::Message message;
    if (rpc::ReadEnvelope(reader.root(), false, message)) return state.SkipWithError("refused");
    benchmark::DoNotOptimize(message.method.data());
  }
}
BENCHMARK_CAPTURE(BM_Envelope, ping, micro::Ping());
BENCHMARK_CAPTURE(BM_Envelope, ping_with_uuid,
                  std::string(R"({"jsonrpc":"2.0","id":"0198f5a2-7c1e-7d3a-9b4f-2f6d1c8e0a55","method":"ping"})"));
BENCHMARK_CAPTURE(BM_Envelope, retrieve, micro::Retrieve("k"));
BENCHMARK_CAPTURE(BM_Envelope, store_1k, micro::Store("k", std::string(1024, 'v')));

}  // namespace
}  // namespace skep
