#include "cli/read_all.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/limits.h"

namespace skep::cli {

Expected<std::string> ReadAll(int fd, const std::string& from) {
  std::string text;
  while (true) {
    const std::size_t size = text.size();
    text.resize(size + limits::kReadBlock);
    const ssize_t n = read(fd, text.data() + size, limits::kReadBlock);
    const int why = errno;
    text.resize(size + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    if (n < 0 && why == EINTR) continue;
    if (n < 0) return Fail(ErrorCode::kUnavailable, fmt::format("cannot read {}: {}", from, std::strerror(why)));
    if (n == 0) return text;
    if (text.size() > limits::kMaxFrame) {
      return Fail(ErrorCode::kTooLarge,
                  fmt::format("{} is longer than a message may be ({} bytes)", from, limits::kMaxFrame));
    }
  }
}

Expected<std::string> ReadFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable;
    return Fail(code, fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  }
  auto text = ReadAll(fd, path);
  close(fd);
  return text;
}

}  // namespace skep::cli
