#include "mcp/meter.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"

namespace skep::mcp {

using metrics::Operation;
using metrics::Recorder;

namespace {

std::uint64_t Positive(std::int64_t ns) { return static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0)); }

}  // namespace

Meter::Meter(const Services& services, std::span<const Tool* const> tools)
    : collector_(services.collector), clock_(services.clock), drain_clock_(services.clock) {
  if (collector_ == nullptr) return;
  Recorder& recorder = collector_->recorder();
  for (const Method& method : Methods()) {
    methods_.push_back(recorder.Register(fmt::format("method:{}", method.name)));
  }
  for (const Tool* const tool : tools) {
    const std::string name = fmt::format("{}:{}", tool->info.takes_long ? "long" : "tool", tool->info.name);
    tools_.emplace(tool, recorder.Register(name));
    for (const std::string_view variant : tool->variants) recorder.Register(fmt::format("{}.{}", name, variant));
  }
}

std::uint16_t Meter::OperationOf(const Method& method) const {
  if (collector_ == nullptr) return rpc::Mark::kNoOperation;
  return static_cast<std::uint16_t>(methods_[static_cast<std::size_t>(&method - Methods().data())]);
}

std::uint16_t Meter::OperationOf(const Tool& tool) const {
  const auto found = tools_.find(&tool);
  return found == tools_.end() ? rpc::Mark::kNoOperation : static_cast<std::uint16_t>(found->second);
}

std::uint16_t Meter::OperationOf(const Tool& tool, const void* args) const {
  const std::uint16_t operation = OperationOf(tool);
  if (operation == rpc::Mark::kNoOperation || tool.variants.empty()) return operation;
  return static_cast<std::uint16_t>(operation + 1 + tool.variant(args));
}

void Meter::Answered(const rpc::Mark& mark, std::size_t bytes, const rpc::Failure* failure, bool in_frame,
                     std::uint16_t& previous) {
  const std::int64_t now_ns = in_frame ? drain_clock_.Now() : clock_.SteadyNs();
  if (in_frame) last_ns_ = now_ns;
  const Operation operation =
      mark.operation == rpc::Mark::kNoOperation ? Operation::kUnknown : static_cast<Operation>(mark.operation);
  Recorder& recorder = collector_->recorder();
  const std::int64_t took_ns = now_ns - mark.began_ns;
  recorder.Record(Recorder::Thread::kLoop, operation, Positive(took_ns), failure != nullptr, mark.bytes_in, bytes);
  collector_->NoteWork();
  if (failure != nullptr) [[unlikely]] {
    const std::string_view before =
        previous == rpc::Mark::kNoOperation ? std::string_view() : recorder.name(static_cast<Operation>(previous));
    collector_->errors().Note(failure->message, recorder.name(operation), failure->code, before, took_ns,
                              clock_.WallMs());
  }
  previous = static_cast<std::uint16_t>(operation);
}

void Meter::Cancelled(const rpc::Mark& mark) {
  if (collector_ == nullptr || mark.began_ns == 0) return;
  Waited(Operation::kCancelled, clock_.SteadyNs() - mark.began_ns);
  collector_->NoteWork();
}

void Meter::Waited(Operation what, std::int64_t ns) {
  if (collector_ != nullptr) collector_->recorder().Record(Recorder::Thread::kLoop, what, Positive(ns));
}

void Meter::Contended(std::string_view path, std::int64_t waited_ns, bool denied) {
  if (collector_ != nullptr) {
    // A wait is one, however short.
    collector_->contention().Note(path, (waited_ns + 999'999) / 1'000'000, denied);
  }
}

void Meter::Queued(std::int64_t ns) {
  if (collector_ == nullptr) return;
  collector_->recorder().Record(Recorder::Thread::kStore, Operation::kStoreQueue, Positive(ns));
}

}  // namespace skep::mcp
