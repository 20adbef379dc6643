#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "bench_messages.h"
#include "handlers/list.h"
#include "json/escape.h"
#include "json/reader.h"
#include "json/writer.h"
#include "mcp/tool_call.h"
#include "skep/tool.h"

namespace skep {
namespace {

void SetBytes(benchmark::State& state, std::size_t size) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}

// --- Reader ---------------------------------------------------------------------------------

void BM_Read(benchmark::State& state, const std::string& line) {
  Block block(line.size());
  block.Append(line);
  json::Reader reader;
  for (auto _ : state) benchmark::DoNotOptimize(reader.Parse({block.data(), block.size()}));
  SetBytes(state, line.size());
}
BENCHMARK_CAPTURE(BM_Read, ping, micro::Ping());
BENCHMARK_CAPTURE(BM_Read, retrieve, micro::Retrieve("k"));
BENCHMARK_CAPTURE(BM_Read, store_1k, micro::Store("k", std::string(1024, 'v')));
BENCHMARK_CAPTURE(BM_Read, store_100k, micro::Store("k", std::string(100 * 1024, 'v')));

// --- Escape, and its floor --------------------------------------------------------------------

/// One character in `every` has to be escaped; 0: none.
std::string Text(std::size_t size, std::size_t every) {
  std::string text(size, 'x');
  for (std::size_t i = 0; every != 0 && i < size; i += every) text[i] = i % 2 == 0 ? '"' : '\n';
  return text;
}

void BM_Memcpy(benchmark::State& state) {
  const std::string text = Text(static_cast<std::size_t>(state.range(0)), 0);
  std::vector<char> to(text.size());
  for (auto _ : state) {
    std::memcpy(to.data(), text.data(), text.size());
    benchmark::ClobberMemory();
  }
  SetBytes(state, text.size());
}
BENCHMARK(BM_Memcpy)->Arg(1024)->Arg(100 * 1024);

template <auto Escape>
void BM_Escape(benchmark::State& state) {
  const std::string text = Text(static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1)));
  std::vector<char> to(text.size() * json::kMaxEscape + json::kEscapeSlack);
  for (auto _ : state) {
    benchmark::DoNotOptimize(Escape(text, to.data()));
    benchmark::ClobberMemory();
  }
  SetBytes(state, text.size());
}
// Clean, one escape in 32 characters (a text with lines), one in 2 (JSON in JSON).
BENCHMARK(BM_Escape<json::Escape>)->ArgsProduct({{1024, 100 * 1024}, {0, 32, 2}});
BENCHMARK(BM_Escape<json::EscapeScalar>)->ArgsProduct({{1024}, {0, 32, 2}});

// --- Writer -------------------------------------------------------------------------------------

void BM_WritePingAnswer(benchmark::State& state) {
  Block out;
  for (auto _ : state) {
    out.Clear();
    json::Writer to(out);
    to.BeginObject();
    to.Member("jsonrpc", "2.0");
    to.Member("id", std::int64_t{7});
    to.Key("result");
    to.Raw("{}");
    to.EndObject();
    benchmark::DoNotOptimize(out.data());
  }
  SetBytes(state, out.size());
}
BENCHMARK(BM_WritePingAnswer);

void BM_WriteRetrieveAnswer(benchmark::State& state) {
  const std::string value(static_cast<std::size_t>(state.range(0)), 'v');
  Block out;
  for (auto _ : state) {
    out.Clear();
    json::Writer to(out);
    to.BeginObject();
    to.Key("structuredContent");
    const std::size_t from = out.size();
    json::Writer data(out);
    data.BeginObject();
    data.Member("action", "retrieve");
    data.Member("key", "k");
    data.Member("found", true);
    data.Member("version", std::int64_t{1});
    data.Member("value", std::string_view(value));
    data.Member("updatedAt", "2026-11-21T08:30:00.000Z");
    data.EndObject();
    const std::size_t size = out.size() - from;
    out.Append(R"(,"text":)");
    json::Writer(out).StringOfJson(from, size);
    out.Append("}");
    benchmark::DoNotOptimize(out.data());
  }
  SetBytes(state, out.size());
}
BENCHMARK(BM_WriteRetrieveAnswer)->Arg(16)->Arg(1024);

// --- Field tables ------------------------------------------------------------------------------------

void BM_DecodeMemoryUsage(benchmark::State& state, const std::string& line) {
  const auto tools = handlers::AllTools();
  const Tool& tool = **std::ranges::find_if(tools, [](const Tool* one) { return one->info.name == "memory_usage"; });
  Block block(line.size());
  block.Append(line);
  json::Reader reader;
  if (reader.Parse({block.data(), block.size()}) != json::Outcome::kOk) return state.SkipWithError("not JSON");
  const json::Value arguments = reader.root().Find("params").Find("arguments");
  for (auto _ : state) {
    mcp::ToolArgs args(tool);
    const auto done = DecodeFields(arguments, tool.input, args.get());
    if (!done) return state.SkipWithError(done.error().message.c_str());
    benchmark::DoNotOptimize(args.get());
  }
}
BENCHMARK_CAPTURE(BM_DecodeMemoryUsage, retrieve, micro::Retrieve("k"));
BENCHMARK_CAPTURE(BM_DecodeMemoryUsage, store_1k, micro::Store("k", std::string(1024, 'v')));

}  // namespace
}  // namespace skep
