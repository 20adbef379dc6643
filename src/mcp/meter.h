#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mcp/drain_clock.h"
#include "mcp/methods.h"
#include "metrics/collector.h"
#include "rpc/reply.h"
#include "skep/context.h"
#include "skep/tool.h"

namespace skep::mcp {

/// Measures requests: each from when it came until its answer stood in the output. What a call waited for (a task, a
/// message, its client's answer) is an operation of its own and no part of that.
///
/// Requests that are answered where they come are measured with one look at the clock each: where one ends, the next
/// one begins. On the connections' thread. Without a collector it does nothing.
class Meter {
 public:
  Meter(const Services& services, std::span<const Tool* const> tools);

  /// A message is about to be read: when that is, or 0 where nothing is measured.
  std::int64_t Begin() {
    if (collector_ == nullptr) return 0;
    if (last_ns_ == 0) return drain_clock_.Begin();
    return std::exchange(last_ns_, 0);
  }
  /// What was at hand has been read.
  void Pause() { last_ns_ = 0; }
  std::uint16_t OperationOf(const Method& method) const;
  /// Before its arguments are known, and when they are.
  std::uint16_t OperationOf(const Tool& tool) const;
  std::uint16_t OperationOf(const Tool& tool, const void* args) const;

  /// `previous`: of the session, what it did before; then this.
  void Answered(const rpc::Mark& mark, std::size_t bytes, const rpc::Failure* failure, bool in_frame,
                std::uint16_t& previous);

  /// Nobody wants a call's answer any more.
  void Cancelled(const rpc::Mark& mark);
  /// A call has waited for so long, all in all.
  void Waited(metrics::Operation what, std::int64_t ns);
  /// Others' leases on a path have made a call wait, or denied it what it wanted.
  void Contended(std::string_view path, std::int64_t waited_ns, bool denied);
  /// A write is begun on the store's thread, so long after it was submitted.
  void Queued(std::int64_t ns);
  bool on() const { return collector_ != nullptr; }

 private:
  metrics::Collector* const collector_;
  const Clock& clock_;
  DrainClock drain_clock_;
  std::vector<metrics::Operation> methods_;
  /// Of a tool; those of its variants follow.
  std::unordered_map<const Tool*, metrics::Operation> tools_;
  std::int64_t last_ns_ = 0;  ///< When the last message was answered, if the next one has been there since; else 0.
};

}  // namespace skep::mcp
