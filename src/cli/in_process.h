#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/executor.h"
#include "skep/block.h"
#include "skep/error.h"
#include "skep/transport.h"

namespace skep::cli {

/// The thread that made it, as an executor: what is posted runs when that thread runs it.
class WorkQueue final : public Executor {
 public:
  void Post(std::function<void()> work) override;
  bool IsCurrent() const override { return std::this_thread::get_id() == thread_; }

  /// Waits until something has been posted, and runs what has.
  void RunSome();

 private:
  const std::thread::id thread_ = std::this_thread::get_id();
  std::mutex mutex_;
  std::condition_variable posted_;
  std::vector<std::function<void()>> queue_;
};

/// A client in the server's own process: its lines reach the session as a pipe's would, without a pipe.
class InProcess final : private Transport {
 public:
  /// What the server says between a request and its answer: progress.
  using OnNotification = std::function<void(std::string_view line)>;

  /// `work` is the server's executor. All three must outlive this.
  InProcess(SessionFactory& server, WorkQueue& work, OnNotification on_notification = {});

  /// Sends a request and returns the line that answers it. REQUIRES: a request, which is answered.
  std::string Ask(std::string_view request);

  /// Asks a method without parameters, and returns its result as JSON. REQUIRES: one that cannot fail.
  std::string AskResult(std::string_view method);

  /// Calls a tool with arguments that are JSON, and returns its structured result, as JSON. Its errors, and the
  /// protocol's, are the error.
  Expected<std::string> CallTool(std::string_view name, std::string_view arguments);

 private:
  Block& Output() override { return output_; }
  void Flush() override {}

  /// The next line that is an answer, if there is one yet.
  bool TakeAnswer(std::string& answer);

  WorkQueue& work_;
  OnNotification on_notification_;
  Block output_;
  std::size_t taken_ = 0;  ///< Of output_.
  std::unique_ptr<Session> session_;
};

}  // namespace skep::cli
