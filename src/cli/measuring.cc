#include "cli/measuring.h"

#include <poll.h>

#include "base/clock.h"
#include "bench/beside.h"
#include "cli/interrupt.h"
#include "cli/progress.h"

namespace skep::cli {
namespace {

/// Whether whoever writes to a pipe has closed it.
bool InputEnded(int fd) {
  pollfd input{.fd = fd, .events = POLLIN};
  return poll(&input, 1, 0) == 1 && (input.revents & (POLLHUP | POLLERR)) != 0;
}

}  // namespace

bench::Report MeasureAndReport(const bench::Options& options, std::string_view what, double seconds, bool attached,
                               const std::function<void(bench::Run&, double seconds)>& function,
                               const Console& console) {
  bench::Report report{
      .what = std::string(what), .seed = options.seed, .around = bench::LookAround(options.program, options.directory)};
  const Interrupt interrupt;
  Progress progress(console);
  const bench::Beside beside;
  const std::int64_t began_ns = SystemClock().SteadyNs();
  bench::Run run(
      options, seconds, [&](double share, std::string_view at) { progress.Show(share, at, SystemClock().SteadyNs()); },
      [&] { return interrupt.asked() || (attached && InputEnded(console.in)); });
  function(run, seconds);
  report.seconds = static_cast<double>(SystemClock().SteadyNs() - began_ns) / 1e9;
  report.others_cores = beside.Cores();
  report.interrupted = run.stopped();
  report.rows = run.rows();
  return report;
}

}  // namespace skep::cli
