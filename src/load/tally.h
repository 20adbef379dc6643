#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/histogram.h"
#include "client/answer.h"
#include "json/reader.h"
#include "load/load.h"

namespace skep::load {

/// What the kernel says of all processes of a server together.
struct ServerFigures {
  std::optional<double> cpu_ns;
  std::optional<double> resident_bytes;
  std::size_t processes = 0;  ///< That were looked at.
};

/// Counts what happens in a run, second by second. Times are passed in, in ns since the run began. Not thread-safe.
class Tally {
 public:
  /// `operations`: the names of what Answered() counts. `before`: what the servers have used until now.
  Tally(const std::vector<std::string>& operations, const ServerFigures& before);

  void Sent() { ++outcome_.sent; }
  /// A result has come.
  void Answered(std::size_t operation, std::int64_t latency_ns, std::int64_t service_ns);
  /// An error, or a result that says so, has come. `message`: all of it.
  void Refused(const client::Answer& answer, json::Value message);
  /// Whatever else is wrong: see Outcome::errors. `text`: what there is to be said of it, of which the first is kept.
  void Failed(std::string_view kind, std::uint64_t count = 1, std::string_view text = {});
  std::uint64_t sent() const { return outcome_.sent; }

  /// When the second that is counted ends: at a whole one since the beginning.
  std::int64_t interval_end_ns() const { return (interval_from_ns_ / kIntervalNs + 1) * kIntervalNs; }
  void EndInterval(std::int64_t now_ns, std::uint64_t due, const ServerFigures& servers);
  /// All until now; good until the next call of anything.
  const Outcome& SoFar(std::int64_t now_ns, std::uint64_t due, bool warming_up);
  Outcome TakeOutcome() && { return std::move(outcome_); }

 private:
  static constexpr std::int64_t kIntervalNs = 1'000'000'000;

  Outcome outcome_;
  std::vector<std::string> names_;
  std::vector<Histogram> by_operation_;
  Histogram interval_latency_;
  std::int64_t interval_from_ns_ = 0;
  /// As they were when the interval began.
  std::uint64_t due_before_ = 0;
  std::uint64_t sent_before_ = 0;
  std::uint64_t answered_before_ = 0;
  std::uint64_t errors_before_ = 0;
  ServerFigures first_;
  ServerFigures last_;
  std::uint64_t errors_ = 0;
};

}  // namespace skep::load
