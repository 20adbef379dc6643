#include "bench/disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/scratch.h"

namespace skep::bench {
namespace {

/// Pages that are written in turn, as a log is that is used again from its beginning: the file does not grow meanwhile.
constexpr std::int64_t kPages = 1024;

std::unexpected<Error> CannotWrite(const std::string& file) {
  return Fail(ErrorCode::kUnavailable, fmt::format("cannot write {}: {}", file, std::strerror(errno)));
}

}  // namespace

Expected<Histogram> SyncedPages(const std::string& directory, double seconds) {
  auto scratch = Scratch::Make(directory);
  if (!scratch) return std::unexpected(std::move(scratch.error()));
  const std::string name = *scratch / "pages";
  const Fd file(open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  std::vector<char> page(kPage);
  for (std::int64_t i = 0; i < kPages; ++i) {
    if (pwrite(*file, page.data(), kPage, i * static_cast<off_t>(kPage)) != static_cast<ssize_t>(kPage)) {
      return CannotWrite(name);
    }
  }
  if (fsync(*file) != 0) return CannotWrite(name);
  Histogram took;
  const std::int64_t until_ns = SystemClock().SteadyNs() + static_cast<std::int64_t>(seconds * 1e9);
  std::int64_t now_ns = SystemClock().SteadyNs();
  for (std::int64_t i = 0; now_ns < until_ns; ++i) {
    std::memcpy(page.data(), &i, sizeof(i));
    if (pwrite(*file, page.data(), kPage, i % kPages * static_cast<off_t>(kPage)) != static_cast<ssize_t>(kPage) ||
        fdatasync(*file) != 0) {
      return CannotWrite(name);
    }
    const std::int64_t ended_ns = SystemClock().SteadyNs();
    took.Record(static_cast<std::uint64_t>(ended_ns - now_ns));
    now_ns = ended_ns;
  }
  return took;
}

}  // namespace skep::bench
