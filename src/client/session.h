#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/buffer_pool.h"
#include "base/fd.h"
#include "client/messages.h"
#include "client/process.h"
#include "client/stream.h"
#include "json/reader.h"
#include "skep/error.h"

namespace skep::client {

/// Connects to a listening Unix socket; what it gives does not block.
Expected<Fd> Connect(const std::string& path);

/// A server of one's own, or a connection to one, that has been greeted. For those who ask one thing after the other;
/// whoever keeps many requests in flight uses its stream.
class Session {
 public:
  struct Options {
    std::string revision = std::string(kLegacy);  ///< What it is greeted with; empty: it is not greeted.
    std::int64_t timeout_ms = 30'000;             ///< For each answer, the greeting's included.
    std::size_t max_line = 64U << 20;  ///< Longer than any answer to be expected: three times 10 MB, escaped.
    /// Asked about ten times a second while an answer is waited for; false: it is not waited for any more.
    std::function<bool()> goes_on;
  };
  /// Starts `launch`. Errors say what the server wrote to its standard error, when it has a file for it.
  static Expected<Session> Open(const Launch& launch, const Options& options);
  static Expected<Session> Open(const Launch& launch) { return Open(launch, Options()); }
  /// Connects to what listens at `socket`.
  static Expected<Session> Open(const std::string& socket, const Options& options);

  /// Sends lines and waits for the next reply: notifications and requests of the server are passed over. The reply is
  /// good until the next call.
  Expected<std::span<char>> Ask(std::string_view line);
  /// The same; an error, or a result that says isError, is kInternal, with its beginning.
  Expected<std::span<char>> AskWell(std::string_view line);
  /// Ends its process's input; what was not sent by then is not. Not of a connection.
  void CloseInput();
  /// Ends its input and waits for its end; nothing when it has no process, or the time was up.
  std::optional<Ending> Close(std::int64_t ms = 10'000);

  Stream& stream() { return *stream_; }
  /// Nothing when it is a connection.
  Process* process() { return process_ ? &*process_ : nullptr; }
  json::Reader& reader() { return *reader_; }

 private:
  Session() = default;
  Expected<void> Greet();
  std::string WhatWentWrong(bool timed_out);

  Options options_;
  std::string errors_;
  std::optional<Process> process_;
  Fd socket_;
  std::unique_ptr<BufferPool> pool_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<json::Reader> reader_;
};

}  // namespace skep::client
