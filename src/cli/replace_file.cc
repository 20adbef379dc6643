#include "cli/replace_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <system_error>

#include "base/fd.h"
#include "base/printable.h"

namespace skep::cli {
namespace {

std::unexpected<Error> Cannot(const std::string& path, int error) {
  std::string_view what = "choose another file";
  if (error == ENOENT) what = "make its directory first";
  if (error == EACCES || error == EROFS) what = "choose a file in a directory that you may write to";
  if (error == ENOSPC || error == EDQUOT) what = "make room on its disk";
  return Fail(ErrorCode::kUnavailable, fmt::format("{} cannot be written ({}): {}", Printable(path),
                                                   std::generic_category().message(error), what));
}

bool WriteAll(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Expected<void> ReplaceFile(const std::string& path, std::string_view content) {
  // What a link leads to is replaced, and not the link.
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr), &std::free);
  if (!real && errno != ENOENT) return Cannot(path, errno);
  const std::string target = real ? real.get() : path;
  struct stat there{};
  const bool exists = stat(target.c_str(), &there) == 0;
  if (exists && !S_ISREG(there.st_mode)) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("{} is no file: name one", Printable(path)));
  }
  const std::string temporary = fmt::format("{}.{}.tmp", target, getpid());
  const Fd file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, exists ? there.st_mode & 0777 : 0666));
  if (!file) return Cannot(path, errno);
  // On the disk before the old one goes: after a power cut there is one of them.
  const bool written = WriteAll(*file, content) && fsync(*file) == 0;
  if (written && rename(temporary.c_str(), target.c_str()) == 0) return {};
  const int error = errno;
  unlink(temporary.c_str());
  return Cannot(path, error);
}

}  // namespace skep::cli
