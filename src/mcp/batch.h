#pragma once

#include <cstddef>

#include "base/limits.h"
#include "rpc/reply.h"

namespace skep::mcp {

/// Collects the answers of one batch (protocol 2025-03-26) into one line. It owns itself, since its last answer may
/// come long after whoever read it has gone on: it is deleted with its last holder.
class Batch final : public rpc::ReplyTarget {
 public:
  /// The caller is the first holder. The line goes to `target`, which must outlive the batch.
  static Batch& Begin(rpc::ReplyTarget& target) { return *new Batch(target); }

  /// One more answer will come: Close takes it back.
  void Hold() { ++holders_; }
  void Release();

  Block& Open() override { return line_; }
  void Close(std::size_t begin) override;
  void Answered(const rpc::Mark& mark, std::size_t bytes, const rpc::Failure* failure) override {
    target_.Answered(mark, bytes, failure);
  }
  std::size_t Budget() const override;

 private:
  /// What every answer may have, however full the line is: room for an error.
  static constexpr std::size_t kShare = limits::kMaxIdBytes + rpc::kMaxErrorBytes;
  /// Kept free for those.
  static constexpr std::size_t kReserve = limits::kMaxBatch * kShare;

  explicit Batch(rpc::ReplyTarget& target) : target_(target) { line_.Append("["); }
  ~Batch() override = default;

  rpc::ReplyTarget& target_;
  Block line_;
  std::size_t holders_ = 1;
};

}  // namespace skep::mcp
