#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "bench/run.h"
#include "bench/server.h"
#include "client/process.h"
#include "skep/error.h"

/// What the suites transport and quick measure of the way to a server and back. What a measurement speaks to lives as
/// long as it.
namespace skep::bench {

/// One ping at a time, its percentiles, beside an echo. Server, echo and this thread share one processor meanwhile: on
/// two, a round trip takes three times as long, or not, as the kernel pleases.
Expected<Measurement> PingRoundTrip(const Options& options, std::vector<double> percents);
/// As many pings as go through, beside an echo of the same lines.
Expected<Measurement> PingRate(const Options& options);
/// A value of so many bytes (16 at least) stored, and read back: bytes of both requests and both answers by time,
/// beside an echo of as many bytes. The server is one that does not wait for the disk: this is about the way, not about
/// the disk.
Expected<Measurement> ValueThroughput(const Options& options, std::shared_ptr<Server> server, std::size_t bytes);

}  // namespace skep::bench
