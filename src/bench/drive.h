#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/function_ref.h"
#include "base/histogram.h"
#include "client/session.h"
#include "skep/block.h"
#include "skep/error.h"

/// Requests to one server, as fast as it answers: what suites measure it with.
namespace skep::bench {

struct Driven {
  double seconds = 0;
  std::uint64_t answered = 0;
  Histogram latency;  ///< ns from when a request was queued to its answer.

  double PerSecond() const { return seconds > 0 ? static_cast<double>(answered) / seconds : 0; }
};

struct Driving {
  int window = 1;          ///< Requests in flight.
  double seconds = 1;      ///< Nothing is sent after that; what is in flight is still waited for.
  std::uint64_t most = 0;  ///< Requests; 0: as many as the time allows.
};

/// Keeps `window` requests in flight. `make` appends request number n (0, 1, …) with the id given, as a line. The first
/// answer that is an error, or says isError, ends it with kInternal and what it says; so does a server that ends.
Expected<Driven> Drive(client::Session& session, const Driving& driving,
                       FunctionRef<void(std::int64_t id, std::uint64_t n, std::string& to)> make);

/// One short request after the other over the pipes of a process, with calls that block: nothing but a write(2) and a
/// read(2) for each, so that little of what is measured is ours. The answer is a line too; what it says is not looked
/// at. Latencies are those of each.
Expected<Driven> RoundTrips(const client::Process& process, std::string_view line, double seconds);

/// Many copies of a short line at a time, and as many lines read back. For an echo too.
Expected<Driven> Pipelined(const client::Process& process, std::string_view line, double seconds);

/// One line there and one line back, of any size, without copying either: the answer's end is that of a read(2), for
/// nothing else is on its way. The answer is good until the block changes; keep the block, so that its memory is there
/// already the next time.
Expected<std::span<char>> Exchange(const client::Process& process, std::string_view line, Block& answer);

}  // namespace skep::bench
