#include "metrics/call_costs.h"

#include <algorithm>
#include <string_view>

namespace skep::metrics {
namespace {

/// So many times as long as half of the groups.
constexpr std::uint64_t kLongTimes = 10;

const Distribution* Find(std::span<const Window> windows, std::string_view operation) {
  const auto found = std::ranges::find(windows, operation, &Window::operation);
  return found == windows.end() || found->values.count() == 0 ? nullptr : &found->values;
}

/// Of the values above a bound: how many, and sums, from their buckets.
struct Moments {
  std::uint64_t count = 0;
  double sum = 0;
  double squares = 0;
};
Moments Above(const Distribution& values, std::uint64_t bound) {
  Moments moments;
  const auto& counts = values.counts();
  for (std::size_t bucket = 0; bucket < counts.size(); ++bucket) {
    const std::uint64_t highest = std::min(BucketScale::Highest(bucket), values.most());
    if (counts[bucket] == 0 || highest <= bound) continue;
    const auto count = static_cast<double>(counts[bucket]);
    const auto value = static_cast<double>(highest);
    moments.count += counts[bucket];
    moments.sum += count * value;
    moments.squares += count * value * value;
  }
  return moments;
}

double Mean(const Distribution& values) { return values.mean().value_or(0); }

}  // namespace

std::optional<CallCosts> MeasureCalls(std::span<const Window> windows) {
  const Distribution* const queue = Find(windows, "store:queue");
  const Distribution* const run = Find(windows, "store:run");
  const Distribution* const commit = Find(windows, "store:commit");
  if (queue == nullptr || run == nullptr || commit == nullptr) return std::nullopt;
  CallCosts costs{.calls = queue->count(), .groups = run->count()};
  const std::uint64_t half = run->Percentile(50).value_or(0);
  const Moments longs = Above(*run, std::max(kLongRunNs, half * kLongTimes));
  const Moments all = Above(*run, 0);
  const Moments commits = Above(*commit, 0);
  const double squares = all.squares + commits.squares;
  const auto share = [&](double part) { return squares > 0 ? part / squares : 0; };

  costs.queue_us = Mean(*queue) / 1000;
  costs.commit_us = Mean(*commit) / 1000;
  const std::uint64_t ordinary = all.count - longs.count;
  if (ordinary > 0) costs.run_us = (all.sum - longs.sum) / static_cast<double>(ordinary) / 1000;
  costs.most_run_us = run->most() / 1000;
  if (const Distribution* const group = Find(windows, "store:group")) costs.most_group = group->most();
  costs.long_groups = longs.count;
  if (all.sum + commits.sum > 0) costs.busy_share_long = longs.sum / (all.sum + commits.sum);

  costs.disk_us = costs.commit_us + costs.queue_us * share(commits.squares);
  costs.long_us = costs.queue_us * share(longs.squares);
  costs.work_us = costs.run_us + costs.queue_us * share(all.squares - longs.squares);
  if (const Distribution* const loop = Find(windows, "loop:delay")) {
    costs.loop_us = Mean(*loop) / 1000;
    costs.loop_looks = loop->count();
  }
  return costs;
}

}  // namespace skep::metrics
