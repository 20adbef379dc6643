#pragma once

#include <cstddef>
#include <cstdint>
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

/// What is measured of a request, by whoever takes it in. Travels with the right to answer it.
struct Mark {
  static constexpr std::uint16_t kNoOperation = UINT16_MAX;
  std::int64_t began_ns = 0;  ///< When it came, by the steady clock; 0: it is not measured.
  std::uint32_t bytes_in = 0;
  std::uint16_t operation = kNoOperation;  ///< A number of metrics::Recorder's.
};

/// Why a request was refused. Borrows.
struct Failure {
  std::string_view code;
  std::string_view message;
};

/// Where an answer goes: the connection's output, or the batch it is part of. All calls on the connection's thread.
class ReplyTarget {
 public:
  virtual ~ReplyTarget() = default;
  /// The block at whose end the answer is to be written.
  virtual Block& Open() = 0;
  /// The answer stands there, complete, from `begin` on. `begin == Open().size()`: there will be none.
  virtual void Close(std::size_t begin) = 0;
  /// A request that is measured has its answer, of so many bytes, which is closed next. `failure`: null if it has been
  /// served.
  virtual void Answered(const Mark& mark, std::size_t bytes, const Failure* failure) {
    static_cast<void>(mark), static_cast<void>(bytes), static_cast<void>(failure);
  }
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
  Reply(Reply&& other) noexcept
      : target_(std::exchange(other.target_, nullptr)), id_(std::move(other.id_)), mark_(other.mark_) {}
  Reply& operator=(Reply&& other) noexcept {
    std::swap(target_, other.target_);
    std::swap(id_, other.id_);
    std::swap(mark_, other.mark_);
    return *this;
  }
  ~Reply();

  /// Answers with what `body` writes: one JSON value. An answer beyond its target's budget becomes an error that
  /// says so. `failure`, whose code `body` sets when what it writes is one, is what is measured then.
  void Result(Body body, const Failure* failure = nullptr);
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
  Mark& mark() { return mark_; }

 private:
  /// The answer stands at the end of `out`, from `begin` on.
  void Finish(ReplyTarget& target, const Block& out, std::size_t begin, const Failure* failure) const;
  void WriteErrorTo(ErrorCode code, std::string_view message, const Body* data);
  void WriteError(Block& out, ErrorCode code, std::string_view message, const Body* data) const;

  ReplyTarget* target_ = nullptr;
  std::string id_;
  Mark mark_;
};

/// Writes an error that belongs to no readable request: without an id, because clients reject a null one.
void WriteErrorWithoutId(ReplyTarget& target, ErrorCode code, std::string_view message, const Mark& mark = {});

}  // namespace skep::rpc
