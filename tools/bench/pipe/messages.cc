#include "messages.h"

#include <fmt/format.h>

namespace skep::bench {
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

}  // namespace skep::bench
