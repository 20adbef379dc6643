#pragma once

#include <cstddef>
#include <string>

#include "skep/error.h"

/// What a disk can do, by the system calls that a store makes. Each function works for about so many seconds in
/// a directory, leaves nothing behind, and fails with kUnavailable and what could not be done.
namespace skep::bench {

enum class Order : std::uint8_t { kSequential, kRandom };

/// MB/s written in pieces of 64 KiB to a file of 64 MiB, its fdatasync(2) at the end included.
Expected<double> WriteFile(const std::string& directory, double seconds);
/// The same read back. From the kernel's cache, which cannot be told to forget: what memory can do.
Expected<double> ReadFile(const std::string& directory, double seconds);
/// Pages per second, in either order, read or written, in a file of 64 MiB; what is written is synced at the end.
Expected<double> ReadPages(const std::string& directory, Order order, double seconds);
Expected<double> WritePages(const std::string& directory, Order order, double seconds);
/// Files of so many bytes that are made, synced, looked at (stat) and removed: each of these per second.
struct FileRates {
  double made = 0;
  double looked_at = 0;
  double removed = 0;
};
Expected<FileRates> SmallFiles(const std::string& directory, std::size_t bytes, double seconds);
/// Pages that so many threads write and sync, each in a file of its own, per second.
Expected<double> SyncedPagesOf(const std::string& directory, int threads, double seconds);

}  // namespace skep::bench
