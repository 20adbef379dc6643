#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

struct sqlite3;

namespace skep::store {

/// One state of a database, as the header of its WAL index names it: equal stamps mean equal contents.
///
/// It holds a count of commits, the length of the log, the log's random salts and the running checksum of its frames,
/// so no two states share one. Checkpoints that restart the log change the stamp and not the contents, which costs a
/// cache and nothing else.
class Stamp {
 public:
  /// Whether it names a state at all. Nothing may be concluded from one that does not.
  bool known() const { return words_[0] != 0; }
  /// Commits since the index was made, modulo 2^32.
  std::uint32_t commits() const;
  friend bool operator==(const Stamp&, const Stamp&) = default;

 private:
  friend class WalIndex;
  static constexpr std::size_t kWords = 6;
  /// The 48 bytes in the machine's order.
  std::array<std::uint64_t, kWords> words_{};
};

/// The header of the WAL index of an open database (https://sqlite.org/walformat.html, "The WAL-Index Header"): memory
/// that all processes which have the database open share. Reading it takes nanoseconds, asking SQLite whether something
/// has changed (PRAGMA data_version) a microsecond.
///
/// The memory is SQLite's own mapping of the -shm file. We must not open that file ourselves: closing it again would
/// drop every lock that SQLite holds on it for this process.
class WalIndex {
 public:
  /// Knows nothing.
  WalIndex() = default;
  /// REQUIRES: the database has a write-ahead log, and something has been read through the connection. Good until that
  /// is closed.
  explicit WalIndex(sqlite3* handle);

  /// The state that a transaction begun now sees, if it begins before the next commit of anyone. Unknown when the
  /// database has no such index, or a commit is being published at this moment.
  Stamp Read() const;
  /// Whether the database is in this state now. REQUIRES: stamp.known().
  bool Is(const Stamp& stamp) const {
    if (header_ == nullptr) return false;
    for (std::size_t i = 0; i < Stamp::kWords; ++i) {
      if (__atomic_load_n(header_ + i, __ATOMIC_ACQUIRE) != stamp.words_[i]) return false;
    }
    return true;
  }

 private:
  /// The first copy; the second follows.
  const volatile std::uint64_t* header_ = nullptr;
};

}  // namespace skep::store
