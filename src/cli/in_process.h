#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "json/reader.h"
#include "net/loop.h"
#include "skep/block.h"
#include "skep/error.h"
#include "skep/transport.h"

namespace skep::cli {

/// A client in the server's own process: its lines reach the session as a pipe's would, without a pipe.
class InProcess final : private Transport {
 public:
  /// What the server says between a request and its answer: progress.
  using OnNotification = std::function<void(std::string_view line)>;

  /// `loop` is the server's. All three must outlive this.
  InProcess(SessionFactory& server, net::Loop& loop, OnNotification on_notification = {});

  /// Sends a request and returns the line that answers it. REQUIRES: a request, which is answered.
  std::string Ask(std::string_view request);

  /// Asks a method without parameters, and returns its result as JSON. REQUIRES: one that cannot fail.
  std::string AskResult(std::string_view method);

  /// Calls a tool with arguments that are JSON, and returns its structured result, as JSON. Its errors, and the
  /// protocol's, are the error.
  Expected<std::string> CallTool(std::string_view name, std::string_view arguments);

  /// Reads a resource that is one text, and returns that. `uri` needs no escape in JSON.
  Expected<std::string> ReadText(std::string_view uri);

 private:
  Block& Output() override { return output_; }
  std::size_t Unsent() const override { return output_.size() - taken_; }
  void Flush() override {}

  /// Sends a request; `reader` then has read `answer`, which is a result.
  Expected<void> AskAndParse(std::string_view request, Block& answer, json::Reader& reader);

  /// The next line that is an answer, if there is one yet.
  bool TakeAnswer(std::string& answer);

  net::Loop& loop_;
  OnNotification on_notification_;
  Block output_;
  std::size_t taken_ = 0;  ///< Of output_.
  std::unique_ptr<Session> session_;
};

}  // namespace skep::cli
