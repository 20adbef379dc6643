#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "skep/block.h"
#include "skep/client.h"

namespace skep {

/// The way back to a peer. Implemented by what holds the connection (net/, tests); used on that connection's thread.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Where whole lines are appended, each with its '\n'. Sent in order. The reference is good until Flush.
  virtual Block& Output() = 0;
  /// Bytes that were appended and have not left yet. Takes no memory.
  virtual std::size_t Unsent() const = 0;
  /// Says that lines were appended outside Session::OnFrame, and should leave soon.
  virtual void Flush() = 0;
};

/// One peer's conversation, below which nothing knows of connections and above which nothing knows of bytes.
/// Implemented by mcp/session. All calls on the connection's thread.
class Session {
 public:
  virtual ~Session() = default;
  /// One line without its end. Answers that are ready are in Transport::Output when this returns.
  /// REQUIRES: Block::kPadding readable bytes behind the frame; its bytes may be changed in place.
  virtual void OnFrame(std::span<char> frame) = 0;
  /// All frames at hand have been given; what was answered is about to leave.
  virtual void OnDrained() = 0;
  /// A line longer than limits::kMaxFrame went by, of which nothing was kept.
  virtual void OnOversizeFrame() = 0;
  /// Requests accepted and not yet answered. A connection may end once it is 0.
  virtual std::size_t InFlight() const = 0;
  /// Bytes held by those requests: what back-pressure counts.
  virtual std::size_t InFlightBytes() const = 0;
  /// No more frames will come (end of input or shutdown): requests that merely wait are cancelled, the others finish.
  virtual void OnEnd() = 0;
};

/// What a listener asks for a session for each connection. Implemented by mcp/server.
class SessionFactory {
 public:
  virtual ~SessionFactory() = default;
  /// For the client that has started this process. `transport` must outlive the session.
  virtual std::unique_ptr<Session> Open(Transport& transport) = 0;
  /// For any other: what is known of it before it has said anything.
  virtual std::unique_ptr<Session> Open(Transport& transport, ClientIdentity client) = 0;
};

}  // namespace skep
