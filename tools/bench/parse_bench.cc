#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer_pool.h"
#include "base/clock.h"
#include "bench_messages.h"
#include "handlers/list.h"
#include "json/reader.h"
#include "mcp/methods.h"
#include "mcp/tool_call.h"
#include "rpc/envelope.h"
#include "rpc/framer.h"

// What a line costs until a tool has its arguments: the framer, the parser with its check of UTF-8, the envelope, the
// method, the tool and its fields. Not what the kernel does: that a read copies the bytes is measured beside it.

namespace skep {
namespace {

/// Text as people write it: lines of 80 characters, with a quote in every fourth; as JSON has it. `escapes`: their ends
/// and quotes are there; else spaces are, as in a text of one paragraph.
std::string Prose(std::size_t size, bool escapes) {
  constexpr std::string_view kLine =
      "The bees of one hive find their way by the sun, and dance to tell the others so.\\n";
  constexpr std::string_view kQuoting =
      "\\\"Who keeps bees\\\", it is said, \\\"keeps time\\\"; and nobody has asked them about it.\\n";
  std::string text;
  for (int line = 0; text.size() < size; ++line) text += escapes && line % 4 == 3 ? kQuoting : kLine;
  text.resize(size);
  if (!escapes) std::ranges::replace(text, '\\', ' ');
  while (text.ends_with('\\')) text.back() = '.';
  return text;
}

/// The time that each part took, all rounds together.
struct Times {
  std::int64_t copy_ns = 0;
  std::int64_t route_ns = 0;
};

/// Everything that a line passes through on its way to a tool.
class Road {
 public:
  /// As a connection reads `stream`. False: a line of it did not reach its tool.
  bool Take(std::string_view stream, Times& times) {
    while (!stream.empty()) {
      const std::int64_t began = clock_.SteadyNs();
      const std::span<char> space = framer_.Space();
      const std::size_t n = std::min(space.size(), stream.size());
      const std::int64_t copy = clock_.SteadyNs();
      std::memcpy(space.data(), stream.data(), n);
      const std::int64_t copied = clock_.SteadyNs();
      framer_.Filled(n);
      stream.remove_prefix(n);
      for (std::span<char> frame; framer_.Next(frame) == rpc::Framer::Got::kFrame;) {
        if (!Route(frame)) return false;
      }
      times.copy_ns += copied - copy;
      times.route_ns += clock_.SteadyNs() - copied + copy - began;
    }
    return true;
  }

 private:
  bool Route(std::span<char> frame) {
    if (reader_.Parse(frame) != json::Outcome::kOk) return false;
    rpc::Message message;
    if (rpc::ReadEnvelope(reader_.root(), false, message)) return false;
    const mcp::Method* const method = mcp::FindMethod(message.method);
    const json::Value name = message.params.Find("name");
    if (method == nullptr || !name.Is(json::Type::kString)) return false;
    const auto tools = handlers::AllTools();
    const auto tool =
        std::ranges::find_if(tools, [&](const Tool* one) { return Same(one->info.name, name.AsString()); });
    if (tool == tools.end()) return false;
    mcp::ToolArgs args(**tool);
    if (!DecodeFields(message.params.Find("arguments"), (*tool)->input, args.get())) return false;
    benchmark::DoNotOptimize(args.get());
    return true;
  }

  const Clock& clock_ = SystemClock();
  BufferPool pool_;
  rpc::Framer framer_{pool_};
  json::Reader reader_;
};

/// The floors: what else can be done with the same bytes, which were written just before.
std::int64_t TimeOfMemchr(std::string_view stream) {
  const std::int64_t began = SystemClock().SteadyNs();
  for (std::string_view rest = stream; !rest.empty();) {
    const void* const newline = std::memchr(rest.data(), '\n', rest.size());
    benchmark::DoNotOptimize(newline);
    rest.remove_prefix(static_cast<std::size_t>(static_cast<const char*>(newline) + 1 - rest.data()));
  }
  return SystemClock().SteadyNs() - began;
}
std::int64_t TimeOfMemcpy(std::string_view stream, std::string& to) {
  const std::int64_t began = SystemClock().SteadyNs();
  std::memcpy(to.data(), stream.data(), stream.size());
  benchmark::ClobberMemory();
  return SystemClock().SteadyNs() - began;
}

/// Calls of memory_usage that store `range(0)` bytes of text, at least a read's worth of them; `range(1)`: with escapes
/// in it. All rates in bytes a second (G: 10^9).
void BM_ParseAndRoute(benchmark::State& state) {
  const std::string line =
      micro::Store("key-1", Prose(static_cast<std::size_t>(state.range(0)), state.range(1) != 0)) + "\n";
  std::string stream;
  do {
    stream += line;
  } while (stream.size() + line.size() <= limits::kReadBlock);

  Road road;
  std::string copy(stream.size(), ' ');
  Times times;
  std::int64_t memchr_ns = 0;
  std::int64_t memcpy_ns = 0;
  for (auto _ : state) {
    memchr_ns += TimeOfMemchr(stream);
    memcpy_ns += TimeOfMemcpy(stream, copy);
    const std::int64_t before = times.route_ns;
    if (!road.Take(stream, times)) return state.SkipWithError("a line was not understood");
    state.SetIterationTime(static_cast<double>(times.route_ns - before) / 1e9);
  }
  const double bytes = static_cast<double>(stream.size()) * static_cast<double>(state.iterations());
  const auto rate = [&](std::int64_t ns) {
    return benchmark::Counter(bytes * 1e9 / static_cast<double>(ns), benchmark::Counter::kDefaults,
                              benchmark::Counter::kIs1000);
  };
  state.counters["rate"] = rate(times.route_ns);
  state.counters["with_copy"] = rate(times.route_ns + times.copy_ns);
  state.counters["memchr"] = rate(memchr_ns);
  state.counters["memcpy"] = rate(memcpy_ns);
  state.counters["×memcpy"] = static_cast<double>(times.route_ns) / static_cast<double>(memcpy_ns);
}
BENCHMARK(BM_ParseAndRoute)->ArgsProduct({{1024, 100 * 1024, 10'000'000}, {0, 1}})->UseManualTime();

}  // namespace
}  // namespace skep
