#include "bench/memory_probes.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "bench/disk.h"
#include "client/messages.h"

namespace skep::bench {
namespace {

constexpr std::size_t kValueBytes = 1000;
/// Keys that are stored one at a time: which ones makes no difference.
constexpr std::uint64_t kKeys = 1000;

}  // namespace

std::string RetrieveArguments(std::uint64_t key) {
  return fmt::format(R"({{"action":"retrieve","namespace":"bench","key":"k{}"}})", key);
}

Calls Store(std::uint64_t keys) {
  return {.line = [keys, filling = std::string(kValueBytes, 'v')](std::int64_t id, std::uint64_t n) {
    const std::string value = fmt::format("word{} {:016x} {}", n % keys, n, filling);
    return client::Call(
        id, "memory_usage",
        fmt::format(R"({{"action":"store","namespace":"bench","key":"k{}","value":"{}"}})", n % keys, value));
  }};
}

Calls Retrieve(std::uint64_t keys) {
  return {.line = [keys](std::int64_t id, std::uint64_t n) {
    return client::Call(id, "memory_usage", RetrieveArguments(n % keys));
  }};
}

Measurement DurableStore(const Options& options, std::shared_ptr<Server> server) {
  return {.suite = "memory",
          .figures = {{.name = "store, durable, one at a time, p50", .unit = "µs"}},
          .probe = MedianOf(std::move(server), Store(kKeys)),
          .floor_name = "a page written and synced",
          .floor = [directory = options.directory](double seconds) -> Expected<std::vector<double>> {
            const auto took = SyncedPages(directory, seconds);
            if (!took) return std::unexpected(took.error());
            return std::vector<double>{static_cast<double>(took->Percentile(50).value_or(0)) / 1e3};
          }};
}

}  // namespace skep::bench
