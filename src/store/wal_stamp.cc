#include "store/wal_stamp.h"

#include <sqlite3.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace skep::store {
namespace {

/// The header's fields by their number, four bytes each.
constexpr std::size_t kFormat = 0;
constexpr std::size_t kChange = 2;
constexpr std::size_t kFields = 12;
/// The only format of the index that there has ever been (WALINDEX_MAX_VERSION).
constexpr std::uint32_t kKnownFormat = 3'007'000;
/// Bytes in one mapped piece of the index (WALINDEX_PGSZ).
constexpr int kRegion = 32 * 1024;

}  // namespace

std::uint32_t Stamp::commits() const { return std::bit_cast<std::array<std::uint32_t, kFields>>(words_)[kChange]; }

WalIndex::WalIndex(sqlite3* handle) {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, static_cast<void*>(&file));
  if (file == nullptr || file->pMethods == nullptr || file->pMethods->iVersion < 2) return;
  volatile void* region = nullptr;
  if (file->pMethods->xShmMap(file, 0, kRegion, 0, &region) != SQLITE_OK) return;
  header_ = static_cast<const volatile std::uint64_t*>(region);
}

Stamp WalIndex::Read() const {
  Stamp stamp;
  if (header_ == nullptr) return stamp;
  // Written second copy first, so read first copy first: two equal copies were not being written.
  for (std::size_t i = 0; i < Stamp::kWords; ++i) stamp.words_[i] = __atomic_load_n(header_ + i, __ATOMIC_ACQUIRE);
  for (std::size_t i = 0; i < Stamp::kWords; ++i) {
    if (__atomic_load_n(header_ + Stamp::kWords + i, __ATOMIC_ACQUIRE) != stamp.words_[i]) return {};
  }
  if (std::bit_cast<std::array<std::uint32_t, kFields>>(stamp.words_)[kFormat] != kKnownFormat) return {};
  return stamp;
}

}  // namespace skep::store
