#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/buffer_pool.h"
#include "base/limits.h"
#include "net/loop.h"
#include "net/output.h"
#include "rpc/framer.h"
#include "skep/block.h"
#include "skep/client.h"
#include "skep/error.h"
#include "skep/transport.h"

namespace skep::net {

/// One peer on a pair of descriptors, which may be pipes, sockets, terminals, files or devices, and one and the same.
///
/// All work is done in its turn (Act), before the loop waits: read once, deliver frames, write all that was answered,
/// with one system call each. What events do is to ask for a turn and to set what it looks at. Measured as a round
/// trip against a blocking echo on one core: 1.17; the barest uv_poll_t 1.14, the barest epoll 1.12.
///
/// Its blocks of memory are given back when another connection has a turn, so that of many at rest none has any, and
/// one alone keeps what it uses.
///
/// Back-pressure: with limits::kOutputHighWater unsent no frame is delivered and nothing read until
/// limits::kOutputLowWater is reached; the same while as much is in flight as limits::kMaxInFlight and
/// kMaxInFlightBytes allow. Frames that were read stay in the framer meanwhile.
///
/// The end, in order: no more frames (end of input; Shutdown(); the peer does not listen any more), Session::OnEnd,
/// nothing in flight, everything sent, `closed`. After the end of input a peer has all the time it wants to take its
/// answers; work in flight has `shutdown_ms`, and after Shutdown() so has the peer.
class Connection final : public Transport, private Turn {
 public:
  /// An error when a device refused the output, the input could not be read, or time ran out.
  using Closed = std::function<void(Expected<void>)>;

  /// Borrows the descriptors. `closed` is called once, by the loop, and must not destroy the connection. `peer`: who
  /// it is; nothing: the client that has started this process.
  Connection(Loop& loop, BufferPool& pool, SessionFactory& factory, int in, int out, Closed closed,
             std::int64_t shutdown_ms = limits::kShutdownMs, std::optional<ClientIdentity> peer = {});
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Delivers no more frames, finishes what was accepted and closes.
  void Shutdown();

  Block& Output() override { return output_.block(); }
  std::size_t Unsent() const override { return output_.unsent(); }
  void Flush() override;

 private:
  enum class Phase : std::uint8_t {
    kReading,
    kDelivering,  ///< The input has ended; frames that were read may be left.
    kFinishing,   ///< Nothing more is delivered: Session::OnEnd was called.
    kClosed,
  };

  void Act() override;
  void Rest() override;
  void Read();
  void Deliver();
  bool MayDeliver();
  void End();
  void Send();
  void Await();
  void AwaitOutput();
  void TimeIsUp();
  void Close();
  void Failed(const char* what, int error);

  Loop& loop_;
  const int in_;
  const Closed closed_;
  const std::int64_t shutdown_ms_;
  rpc::Framer framer_;
  net::Output output_;
  std::unique_ptr<Session> session_;

  /// Made when the end has begun.
  Handle<uv_timer_t> deadline_;
  /// Null for what cannot be polled, which is then read as fast as it is delivered.
  Handle<uv_poll_t> in_poll_;
  /// Made when the peer first lets us wait.
  Handle<uv_poll_t> out_poll_;

  Phase phase_ = Phase::kReading;
  /// There is something to be read, or the end of it.
  bool readable_ = false;
  /// Every whole frame that was read has been delivered.
  bool drained_ = true;
  /// The output has passed the high water and not yet fallen to the low water.
  bool choked_ = false;
  /// The peer does not listen any more: output is discarded.
  bool deaf_ = false;
  /// Shutdown() was called.
  bool shut_down_ = false;
  Expected<void> outcome_;
};

}  // namespace skep::net
