#include "store/liveness.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <fstream>

#include "base/paths.h"
#include "store/sqlite/describe.h"

namespace skep::store {
namespace {

/// Hexadecimal digits of a token: 128 bits, so that no two processes ever share one.
constexpr std::size_t kTokenDigits = 32;

/// What stands in a database becomes part of a path only when it is of our making.
bool IsToken(std::string_view text) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == kTokenDigits && std::ranges::all_of(text, is_digit);
}

Expected<std::string> NewToken() {
  std::array<std::uint64_t, 2> random{};
  if (::getrandom(random.data(), sizeof(random), 0) != static_cast<ssize_t>(sizeof(random))) {
    return Fail(ErrorCode::kUnavailable, "the system gives no random numbers");
  }
  return fmt::format("{:016x}{:016x}", random[0], random[1]);
}

}  // namespace

Liveness::Liveness(const std::string& database_path)
    : directory_((std::filesystem::absolute(database_path).parent_path() / "sessions").string()) {}

Liveness::~Liveness() {
  if (file_ < 0) return;
  // In this order: a file without a lock would be taken for that of a process which has died.
  ::unlink(PathOf(token_).c_str());
  ::close(file_);
}

std::string Liveness::PathOf(std::string_view token) const { return fmt::format("{}/{}.lock", directory_, token); }

Expected<std::string> Liveness::Hold() {
  if (held()) return token_;
  if (auto made = MakeDirectory(directory_); !made) return std::unexpected(std::move(made.error()));
  auto token = NewToken();
  if (!token) return token;
  const std::string path = PathOf(*token);
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return std::unexpected(DescribeSystem("create", path, errno));
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    const int error_number = errno;
    ::unlink(path.c_str());
    ::close(file);
    return std::unexpected(DescribeSystem("lock", path, error_number));
  }
  file_ = file;
  token_ = *token;
  held_.store(true, std::memory_order_release);
  return token;
}

bool Liveness::HasEnded(std::string_view token) const {
  if (!IsToken(token)) return true;
  const int file = ::open(PathOf(token).c_str(), O_RDWR | O_CLOEXEC);
  // Where we may not look, the process is somebody else's, and not ours to bury.
  if (file < 0) return errno == ENOENT;
  const bool ended = ::flock(file, LOCK_EX | LOCK_NB) == 0;
  ::close(file);
  return ended;
}

void Liveness::Forget(std::string_view token) const {
  if (IsToken(token)) ::unlink(PathOf(token).c_str());
}

std::int64_t BootNumber() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  std::erase(id, '-');
  std::int64_t number = 0;
  // Fifteen digits, so that it is never negative.
  std::from_chars(id.data(), id.data() + std::min<std::size_t>(id.size(), 15), number, 16);
  return number;
}

}  // namespace skep::store
