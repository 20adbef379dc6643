#include "bench/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/scratch.h"
#include "bench/disk.h"
#include "swarm/simulation_random.h"

namespace skep::bench {
namespace {

constexpr std::size_t kFile = std::size_t{64} << 20;
constexpr std::size_t kPiece = std::size_t{64} << 10;
/// Files that are made before they are looked at and removed.
constexpr std::size_t kBatch = 16;

double Since(std::int64_t began_ns) { return static_cast<double>(SystemClock().SteadyNs() - began_ns) / 1e9; }

std::unexpected<Error> Cannot(std::string_view what, const std::string& file) {
  return Fail(ErrorCode::kUnavailable, fmt::format("cannot {} {}: {}", what, file, std::strerror(errno)));
}

/// A file of kFile bytes, in a directory that goes with it.
struct Whole {
  Scratch scratch;
  std::string name;
  Fd fd;
};

bool WriteWhole(int fd, const std::vector<char>& piece) {
  for (std::size_t at = 0; at < kFile; at += kPiece) {
    if (pwrite(fd, piece.data(), kPiece, static_cast<off_t>(at)) != static_cast<ssize_t>(kPiece)) return false;
  }
  return fdatasync(fd) == 0;
}

Expected<Whole> MakeWhole(const std::string& directory) {
  auto scratch = Scratch::Make(directory);
  if (!scratch) return std::unexpected(std::move(scratch.error()));
  std::string name = *scratch / "file";
  Fd fd(open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!WriteWhole(*fd, std::vector<char>(kPiece, 'x'))) return Cannot("write", name);
  return Whole{std::move(*scratch), std::move(name), std::move(fd)};
}

/// Where page number n is looked for.
off_t OffsetOf(Order order, std::uint64_t n) {
  const std::uint64_t pages = kFile / kPage;
  const std::uint64_t page = order == Order::kSequential ? n % pages : swarm::Random{n}.Next() % pages;
  return static_cast<off_t>(page * kPage);
}

/// `call` does one thing and says whether it worked; things per second.
Expected<double> Repeat(const std::string& name, std::string_view what, double seconds, auto&& call) {
  const std::int64_t began_ns = SystemClock().SteadyNs();
  std::uint64_t done = 0;
  do {
    if (!call(done)) return Cannot(what, name);
    ++done;
  } while (Since(began_ns) < seconds);
  return static_cast<double>(done) / Since(began_ns);
}

}  // namespace

Expected<double> WriteFile(const std::string& directory, double seconds) {
  auto whole = MakeWhole(directory);
  if (!whole) return std::unexpected(std::move(whole.error()));
  const std::vector<char> piece(kPiece, 'y');
  const auto rate = Repeat(whole->name, "write", seconds, [&](std::uint64_t) { return WriteWhole(*whole->fd, piece); });
  if (!rate) return rate;
  return *rate * static_cast<double>(kFile) / 1e6;
}

Expected<double> ReadFile(const std::string& directory, double seconds) {
  auto whole = MakeWhole(directory);
  if (!whole) return std::unexpected(std::move(whole.error()));
  std::vector<char> piece(kPiece);
  const auto rate = Repeat(whole->name, "read", seconds, [&](std::uint64_t n) {
    const auto at = static_cast<off_t>(n * kPiece % kFile);
    return pread(*whole->fd, piece.data(), kPiece, at) == static_cast<ssize_t>(kPiece);
  });
  if (!rate) return rate;
  return *rate * static_cast<double>(kPiece) / 1e6;
}

Expected<double> ReadPages(const std::string& directory, Order order, double seconds) {
  auto whole = MakeWhole(directory);
  if (!whole) return std::unexpected(std::move(whole.error()));
  std::vector<char> page(kPage);
  return Repeat(whole->name, "read", seconds, [&](std::uint64_t n) {
    return pread(*whole->fd, page.data(), kPage, OffsetOf(order, n)) == static_cast<ssize_t>(kPage);
  });
}

Expected<double> WritePages(const std::string& directory, Order order, double seconds) {
  auto whole = MakeWhole(directory);
  if (!whole) return std::unexpected(std::move(whole.error()));
  const std::vector<char> page(kPage, 'z');
  const std::int64_t began_ns = SystemClock().SteadyNs();
  std::uint64_t done = 0;
  const auto rate = Repeat(whole->name, "write", seconds, [&](std::uint64_t n) {
    ++done;
    return pwrite(*whole->fd, page.data(), kPage, OffsetOf(order, n)) == static_cast<ssize_t>(kPage);
  });
  if (!rate) return rate;
  if (fdatasync(*whole->fd) != 0) return Cannot("sync", whole->name);
  return static_cast<double>(done) / Since(began_ns);
}

Expected<FileRates> SmallFiles(const std::string& directory, std::size_t bytes, double seconds) {
  const auto scratch = Scratch::Make(directory);
  if (!scratch) return std::unexpected(scratch.error());
  const std::vector<char> content(bytes, 'f');
  double making_s = 0;
  double looking_s = 0;
  double removing_s = 0;
  double files = 0;
  const auto timed = [&](double& sum_s, auto&& call) {
    const std::int64_t began_ns = SystemClock().SteadyNs();
    for (std::size_t i = 0; i < kBatch; ++i) {
      if (!call(*scratch / fmt::format("file{}", i))) return false;
    }
    sum_s += Since(began_ns);
    return true;
  };
  const auto make = [&](const std::string& name) {
    const Fd fd(open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    return fd && write(*fd, content.data(), bytes) == static_cast<ssize_t>(bytes) && fdatasync(*fd) == 0;
  };
  const auto look = [&](const std::string& name) {
    struct stat about{};
    return stat(name.c_str(), &about) == 0;
  };
  const auto remove = [&](const std::string& name) { return unlink(name.c_str()) == 0; };
  do {
    if (!timed(making_s, make) || !timed(looking_s, look) || !timed(removing_s, remove)) {
      return Cannot("make, look at or remove files in", scratch->path());
    }
    files += kBatch;
  } while (making_s + looking_s + removing_s < seconds);
  return FileRates{.made = files / making_s, .looked_at = files / looking_s, .removed = files / removing_s};
}

Expected<double> SyncedPagesOf(const std::string& directory, int threads, double seconds) {
  std::vector<Expected<Histogram>> took(static_cast<std::size_t>(threads));
  {
    std::vector<std::jthread> running;
    for (auto& one : took) running.emplace_back([&] { one = SyncedPages(directory, seconds); });
  }
  double rate = 0;
  for (const auto& one : took) {
    if (!one) return std::unexpected(one.error());
    rate += static_cast<double>(one->Count()) / seconds;
  }
  return rate;
}

}  // namespace skep::bench
