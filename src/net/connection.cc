#include "net/connection.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <utility>

namespace skep::net {
namespace {

/// Null if the kernel does not poll such a descriptor (regular files, some devices).
Handle<uv_poll_t> MakePoll(Loop& loop, int fd, void* data) {
  auto* const poll = new uv_poll_t;
  // libuv sets O_NONBLOCK, which whoever shares the descriptor would not expect; one read or write each time that poll
  // says so needs no such flag.
  const int flags = fcntl(fd, F_GETFL);
  const int result = uv_poll_init(loop.uv(), poll, fd);
  if (flags != -1) fcntl(fd, F_SETFL, flags);
  if (result != 0) {
    delete poll;
    return nullptr;
  }
  poll->data = data;
  return Handle<uv_poll_t>(poll);
}

template <class T>
bool IsActive(const Handle<T>& handle) {
  return uv_is_active(reinterpret_cast<const uv_handle_t*>(handle.get())) != 0;
}

}  // namespace

Connection::Connection(Loop& loop, BufferPool& pool, SessionFactory& factory, int in, int out, Closed closed,
                       std::int64_t shutdown_ms, std::optional<ClientIdentity> peer)
    : Turn(loop),
      loop_(loop),
      in_(in),
      closed_(std::move(closed)),
      shutdown_ms_(shutdown_ms),
      framer_(pool),
      output_(pool, out),
      session_(peer ? factory.Open(*this, *std::move(peer)) : factory.Open(*this)),
      in_poll_(MakePoll(loop, in, this)) {
  assert(loop.IsCurrent());
  AskSoon();
}

Connection::~Connection() = default;

void Connection::Shutdown() {
  shut_down_ = true;
  Flush();
  if (phase_ < Phase::kFinishing) {
    End();
  } else if (phase_ == Phase::kFinishing) {
    // The end of input set the deadline; the peer's share of it begins now.
    uv_timer_again(deadline_.get());
  }
}

void Connection::Flush() {
  if (phase_ != Phase::kClosed) AskSoon();
}

void Connection::Rest() {
  framer_.Rest();
  output_.Rest();
}

void Connection::Act() {
  if (readable_) Read();
  if (phase_ < Phase::kFinishing) Deliver();
  if (phase_ == Phase::kDelivering && drained_) End();
  // What was answered until now leaves now.
  Withdraw();
  Send();
  if (phase_ == Phase::kFinishing && session_->InFlight() == 0 && output_.unsent() == 0) {
    Close();
  } else {
    Await();
  }
}

void Connection::Read() {
  readable_ = false;
  if (phase_ != Phase::kReading) return;
  const std::span<char> space = framer_.Space();
  ssize_t n = 0;
  do {
    n = read(in_, space.data(), space.size());
  } while (n == -1 && errno == EINTR);
  if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
  drained_ = false;
  if (n > 0) {
    framer_.Filled(static_cast<std::size_t>(n));
    return;
  }
  // A stream's error is its other end's leaving (EIO of a terminal, ECONNRESET); any other error is news.
  if (n == -1 && !in_poll_) Failed("cannot read the input", errno);
  framer_.FinishInput();
  phase_ = Phase::kDelivering;
}

bool Connection::MayDeliver() {
  const std::size_t unsent = output_.unsent();
  choked_ = unsent >= limits::kOutputHighWater || (choked_ && unsent > limits::kOutputLowWater);
  return !choked_ && session_->InFlight() < limits::kMaxInFlight &&
         session_->InFlightBytes() < limits::kMaxInFlightBytes;
}

void Connection::Deliver() {
  bool delivered = false;
  while (!drained_ && MayDeliver()) {
    std::span<char> frame;
    switch (framer_.Next(frame)) {
      case rpc::Framer::Got::kFrame:
        session_->OnFrame(frame);
        delivered = true;
        break;
      case rpc::Framer::Got::kOversize:
        session_->OnOversizeFrame();
        delivered = true;
        break;
      case rpc::Framer::Got::kNeedMore:
        drained_ = true;
        break;
    }
  }
  if (delivered) session_->OnDrained();
}

void Connection::End() {
  phase_ = Phase::kFinishing;
  const auto ms = static_cast<std::uint64_t>(shutdown_ms_);
  deadline_.reset(new uv_timer_t);
  uv_timer_init(loop_.uv(), deadline_.get());
  deadline_->data = this;
  uv_timer_start(deadline_.get(), [](uv_timer_t* timer) { static_cast<Connection*>(timer->data)->TimeIsUp(); }, ms, ms);
  session_->OnEnd();
}

void Connection::Send() {
  if (!deaf_) {
    const net::Output::Sent sent = output_.Send();
    if (sent == net::Output::Sent::kAll || sent == net::Output::Sent::kBlocked) return;
    if (sent == net::Output::Sent::kFailed) Failed("cannot write the output", output_.error());
    deaf_ = true;
    if (phase_ < Phase::kFinishing) End();
  }
  output_.Discard();
}

void Connection::Await() {
  const bool may_deliver = phase_ < Phase::kFinishing && MayDeliver();
  const bool may_read = may_deliver && phase_ == Phase::kReading && drained_;
  if (!in_poll_) {
    readable_ = may_read;
  } else if (may_read != IsActive(in_poll_)) {
    if (may_read) {
      uv_poll_start(in_poll_.get(), UV_READABLE, [](uv_poll_t* poll, int, int) {
        auto* const self = static_cast<Connection*>(poll->data);
        self->readable_ = true;
        self->AskSoon();
      });
    } else {
      uv_poll_stop(in_poll_.get());
    }
  }
  AwaitOutput();

  if (readable_ || (may_deliver && !drained_)) {
    AskSoon();
  } else if (!may_deliver && session_->InFlight() > 0) {
    // Not every request that ends has an answer to Flush.
    AskLater();
  }
}

void Connection::AwaitOutput() {
  if (output_.unsent() == 0 || deaf_) {
    if (out_poll_) uv_poll_stop(out_poll_.get());
    return;
  }
  if (!out_poll_) out_poll_ = MakePoll(loop_, output_.fd(), this);
  if (!out_poll_ || IsActive(out_poll_)) return;
  uv_poll_start(out_poll_.get(), UV_WRITABLE,
                [](uv_poll_t* poll, int, int) { static_cast<Connection*>(poll->data)->AskSoon(); });
}

void Connection::TimeIsUp() {
  const std::size_t in_flight = session_->InFlight();
  if (in_flight == 0 && !shut_down_) return;
  outcome_ = Fail(ErrorCode::kUnavailable,
                  in_flight != 0 ? fmt::format("{} requests were not finished in {} ms", in_flight, shutdown_ms_)
                                 : fmt::format("the peer did not take its answers in {} ms", shutdown_ms_));
  Close();
}

void Connection::Close() {
  phase_ = Phase::kClosed;
  Withdraw();
  if (deadline_) uv_timer_stop(deadline_.get());
  if (in_poll_) uv_poll_stop(in_poll_.get());
  if (out_poll_) uv_poll_stop(out_poll_.get());
  closed_(outcome_);
}

void Connection::Failed(const char* what, int error) {
  outcome_ = Fail(ErrorCode::kUnavailable, fmt::format("{}: {}", what, std::strerror(error)));
}

}  // namespace skep::net
