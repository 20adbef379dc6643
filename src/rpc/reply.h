#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/function_ref.h"
#include "json/writer.h"
#include "rpc/error_code.h"
#include "skep/block.h"

namespace skep::rpc {

/// Bytes that an error has at most, besides its id: whoever writes one repeats no more than limits::kMaxQuoted of what
/// the client sent. So it fits where a result does not.
inline constexpr std::size_t kMaxErrorBytes = 512;

/// Where an answer goes: the connection's output, or the batch it is part of. All calls on the connection's thread.
class ReplyTarget {
 public:
  virtual ~ReplyTarget() = default;
  /// The block at whose end the answer is to be written.
  virtual Block& Open() = 0;
  /// The answer stands there, complete, from `begin` on. `begin == Open().size()`: there will be none.
  virtual void Close(std::size_t begin) = 0;
  /// Bytes that the next answer may have.
  virtual std::size_t Budget() const = 0;
};

/// The right to answer one request, exactly once. Move-only. Dropped without an answer, it answers "internal error";
/// after Discard it says nothing. Belongs to the connection's thread: work that is done elsewhere comes back by
/// Executor::Post to answer.
class Reply {
 public:
  using Body = FunctionRef<void(json::Writer&)>;

  Reply() = default;
  /// `id` is JSON text. `target` must outlive the reply.
  Reply(ReplyTarget& target, std::string id) : target_(&target), id_(std::move(id)) {}
  Reply(Reply&& other) noexcept : target_(std::exchange(other.target_, nullptr)), id_(std::move(other.id_)) {}
  Reply& operator=(Reply&& other) noexcept {
    std::swap(target_, other.target_);
    std::swap(id_, other.id_);
    return *this;
  }
  ~Reply();

  /// Answers with what `body` writes: one JSON value. An answer beyond its target's budget becomes an error that
  /// says so.
  void Result(Body body);
  /// The same for a result that is JSON already.
  void Result(std::string_view json);
  void Error(ErrorCode code, std::string_view message);
  /// `data` writes one JSON value.
  void Error(ErrorCode code, std::string_view message, Body data);
  /// Nobody wants the answer any more (cancelled, connection gone).
  void Discard();

  bool open() const { return target_ != nullptr; }
  /// Bytes that a result may have. REQUIRES: open.
  std::size_t budget() const;
  const std::string& id() const { return id_; }

 private:
  void WriteError(Block& out, ErrorCode code, std::string_view message, const Body* data) const;

  ReplyTarget* target_ = nullptr;
  std::string id_;
};

/// Writes an error that belongs to no readable request: without an id, because clients reject a null one.
void WriteErrorWithoutId(ReplyTarget& target, ErrorCode code, std::string_view message);

}  // namespace skep::rpc
