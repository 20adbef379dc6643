#include "fuzz/capture.h"

#include <fmt/format.h>

#include "fuzz/pool.h"
#include "fuzz/result.h"

namespace skep::fuzz {
namespace {

using json::Type;
using json::Value;
using std::string_view;

/// Bytes of a text that is worth keeping: names are shorter.
constexpr std::size_t kLongest = 256;

}  // namespace

void AddCaptures(string_view id, Method method, Value result, std::vector<Capture>& to) {
  const auto keep = [&](string_view name, Value value) {
    if (!value.Is(Type::kString) || value.AsString().size() > kLongest) return;
    to.push_back({std::string(id), std::string(name), std::string(value.AsString())});
  };
  string_view name;
  Value member;
  if (method == Method::kInitialize) keep("protocolVersion", result.Find("protocolVersion"));
  keep(Pool::kProtocolTasks, IsComplete(result) ? result.Find("task").Find("taskId") : result.Find("taskId"));
  for (const Value from : {result, result.Find("structuredContent")}) {
    if (!from.Is(Type::kObject)) continue;
    for (json::Members members(from); members.Next(name, member);) {
      if (Pool::Takes(name)) keep(name, member);
    }
    // A report on a task needs both.
    const Value task = from.Find("taskId");
    const Value epoch = from.Find("epoch");
    if (task.Is(Type::kString) && epoch.Is(Type::kInt)) {
      to.push_back({std::string(id), std::string(Pool::kClaims), fmt::format("{} {}", task.AsString(), epoch.AsInt())});
    }
  }
}

}  // namespace skep::fuzz
