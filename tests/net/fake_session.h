#pragma once

#include <charconv>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "skep/block.h"
#include "skep/transport.h"

namespace skep::net {

/// A session that does as its frames say: "big N" is answered with a line of N bytes, "wait" when the test calls
/// Finish, anything else with itself. Records what it was told.
class FakeSession final : public Session {
 public:
  explicit FakeSession(Transport& transport) : transport_(transport) {}

  void OnFrame(std::span<char> frame) override {
    const std::string_view text(frame.data(), frame.size());
    ++frames;
    ++undrained;
    if (on_frame) on_frame();
    if (text == "wait") {
      ++in_flight;
      return;
    }
    std::size_t size = 0;
    if (text.starts_with("big ") &&
        std::from_chars(text.data() + 4, text.data() + text.size(), size).ec == std::errc()) {
      Answer(std::string(size - 1, 'x'));
    } else {
      Answer(text);
    }
  }
  void OnDrained() override {
    drained.push_back(undrained);
    undrained = 0;
  }
  void OnOversizeFrame() override {
    ++undrained;
    Answer("too long");
  }
  std::size_t InFlight() const override { return in_flight; }
  std::size_t InFlightBytes() const override { return in_flight_bytes; }
  void OnEnd() override { ended = true; }

  /// Answers `n` of those that wait.
  void Finish(std::size_t n = 1) {
    for (; n > 0; --n) {
      --in_flight;
      Answer("done");
    }
    transport_.Flush();
  }

  /// Ends `n` of those that wait without an answer, as a cancelled request does.
  void Drop(std::size_t n = 1) { in_flight -= n; }

  std::function<void()> on_frame;  ///< Called with each frame, if set.
  std::size_t frames = 0;
  std::size_t in_flight = 0;
  std::size_t in_flight_bytes = 0;
  std::vector<std::size_t> drained;  ///< Frames given before each OnDrained.
  std::size_t undrained = 0;
  bool ended = false;

 private:
  void Answer(std::string_view line) {
    transport_.Output().Append(line);
    transport_.Output().Append("\n");
  }

  Transport& transport_;
};

class FakeFactory final : public SessionFactory {
 public:
  std::unique_ptr<Session> Open(Transport& transport) override {
    auto opened = std::make_unique<FakeSession>(transport);
    session = opened.get();
    return opened;
  }
  std::unique_ptr<Session> Open(Transport& transport, ClientIdentity client) override {
    clients.push_back(std::move(client));
    return Open(transport);
  }
  FakeSession* session = nullptr;
  std::vector<ClientIdentity> clients;
};

}  // namespace skep::net
