#include "messages.h"

#include <fmt/format.h>

namespace skep::pipe {
namespace {

constexpr std::uint64_t kFirstId = 1'000'000;

std::string MemoryUsage(std::uint64_t n, std::string_view arguments) {
  return fmt::format(
      R"({{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{{"name":"memory_usage","arguments":{{{}}}}}}})"
      "\n",
      kFirstId + n % (9 * kFirstId), arguments);
}

}  // namespace

std::string Handshake() {
  return R"({"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-06-18",)"
         R"("capabilities":{},"clientInfo":{"name":"bench","version":"1"}}})"
         "\n"
         R"({"jsonrpc":"2.0","method":"notifications/initialized"})"
         "\n";
}

std::string Ping(std::uint64_t n) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"ping"}})"
                     "\n",
                     kFirstId + n % (9 * kFirstId));
}

std::string RetrieveHot(std::uint64_t n) { return MemoryUsage(n, R"("action":"retrieve","key":"k")"); }

std::string StoreHot() {
  return MemoryUsage(0, fmt::format(R"("action":"store","key":"k","value":"{:v>{}}")", "", kHotValueBytes));
}

std::string Store(std::uint64_t n) {
  // A step that shares no factor with the number of keys visits each of them, far apart.
  const std::uint64_t key = n * 7919 % kStoreKeys;
  return MemoryUsage(
      n, fmt::format(R"("action":"store","key":"bench-{}","value":"{:012} {:v>{}}")", key, n, "", kStoreBytes - 13));
}

std::string StoreLarge(std::uint64_t n) {
  constexpr std::string_view kLine =
      "The bees of one hive find their way by the sun, and dance to tell the others so\\n";
  // A beginning of another length moves all the rest, so that no page of the database stays as it was.
  std::string value = fmt::format("{:v>{}}", n, 12 + n % kLine.size());
  // An escape is two bytes here and one in the value.
  for (std::size_t size = value.size(); size + kLine.size() - 1 <= kLargeBytes; size += kLine.size() - 1)
    value += kLine;
  return MemoryUsage(n, fmt::format(R"("action":"store","key":"large","value":"{}")", value));
}

std::string RetrieveLarge(std::int64_t offset) {
  return MemoryUsage(0, fmt::format(R"("action":"retrieve","key":"large","offset":{})", offset));
}

}  // namespace skep::pipe
