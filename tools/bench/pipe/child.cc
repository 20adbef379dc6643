#include "child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>

extern "C" char** environ;

namespace skep::pipe {
namespace {

/// More than most lines the benchmark asks for, and more than a pipe holds.
constexpr std::size_t kBuffer = 256 * 1024;
/// More than any line: twice what a client of MCP takes.
constexpr std::size_t kMaxBuffer = 20 * 1024 * 1024;

std::int64_t ReadClock(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void SetNonBlocking(int fd, bool on) {
  const int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

std::size_t CountLines(const char* at, std::size_t size) {
  const char* const end = at + size;
  std::size_t lines = 0;
  while (const void* newline = std::memchr(at, '\n', static_cast<std::size_t>(end - at))) {
    at = static_cast<const char*>(newline) + 1;
    ++lines;
  }
  return lines;
}

}  // namespace

std::int64_t NowNs() { return ReadClock(CLOCK_MONOTONIC); }

void Pin(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (core == -1 || core == i) CPU_SET(static_cast<unsigned>(i), &set);
  }
  if (sched_setaffinity(0, sizeof set, &set) != 0)
    Die(fmt::format("cannot use core {}: {}", core, std::strerror(errno)));
}

void Die(std::string_view what) {
  fmt::print(stderr, "skep_bench_pipe: {}\n", what);
  std::exit(1);
}

Child::Child(const std::vector<std::string>& argv, const std::string& home) : buffer_(kBuffer) {
  int to[2];
  int from[2];
  if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0) Die("no pipes left");
  in_ = to[1];
  out_ = from[0];

  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::string skep_home = "SKEP_HOME=" + home;
  std::vector<char*> environment{skep_home.data()};
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!std::string_view(*variable).starts_with("SKEP_HOME=")) environment.push_back(*variable);
  }
  environment.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, home.c_str());
  // We ignore SIGPIPE, to say which server has gone; it is to start as anyone would start it.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t pipe_signal;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &pipe_signal);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  started_ns_ = NowNs();
  const int result = posix_spawnp(&pid_, arguments[0], &actions, &attributes, arguments.data(), environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(to[0]);
  close(from[1]);
  if (result != 0) Die(fmt::format("cannot start {}: {}", argv[0], std::strerror(result)));
}

Child::~Child() {
  close(in_);
  close(out_);
  int status = 0;
  waitpid(pid_, &status, 0);
  if (status != 0) fmt::print(stderr, "skep_bench_pipe: a child ended with status {:#x}\n", status);
}

void Child::Write(std::string_view data) {
  while (!data.empty()) {
    const ssize_t n = write(in_, data.data(), data.size());
    if (n <= 0) Die("the server has closed its input");
    data.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::string_view Child::Read(std::size_t lines) {
  std::size_t size = 0;
  for (std::size_t seen = 0; seen < lines;) {
    if (size == buffer_.size()) {
      if (size >= kMaxBuffer) Die("a reply is longer than expected");
      buffer_.resize(2 * size);
    }
    char* const at = buffer_.data() + size;
    const ssize_t n = read(out_, at, buffer_.size() - size);
    if (n <= 0) Die("the server has closed its output");
    seen += CountLines(at, static_cast<std::size_t>(n));
    size += static_cast<std::size_t>(n);
  }
  return {buffer_.data(), size};
}

std::string_view Child::Trip(std::string_view request) {
  Write(request);
  return Read(1);
}

void Child::Exchange(std::string_view data, std::size_t replies) {
  SetNonBlocking(in_, true);
  SetNonBlocking(out_, true);
  std::size_t seen = 0;
  while (seen < replies) {
    bool idle = true;
    if (!data.empty()) {
      const ssize_t n = write(in_, data.data(), data.size());
      if (n > 0) {
        data.remove_prefix(static_cast<std::size_t>(n));
        idle = false;
      } else if (errno != EAGAIN) {
        Die("the server has closed its input");
      }
    }
    const ssize_t n = read(out_, buffer_.data(), buffer_.size());
    if (n > 0) {
      seen += CountLines(buffer_.data(), static_cast<std::size_t>(n));
      idle = false;
    } else if (n == 0 || errno != EAGAIN) {
      Die(fmt::format("the server has closed its output after {} of {} replies", seen, replies));
    }
    if (!idle) continue;
    std::array<pollfd, 2> fds{{{out_, POLLIN, 0}, {in_, POLLOUT, 0}}};
    poll(fds.data(), data.empty() ? 1 : 2, -1);
  }
  if (seen != replies) Die(fmt::format("{} replies where {} were due", seen, replies));
  SetNonBlocking(in_, false);
  SetNonBlocking(out_, false);
}

std::int64_t Child::CpuNs() const {
  clockid_t clock{};
  if (clock_getcpuclockid(pid_, &clock) != 0) Die("the server has ended");
  return ReadClock(clock);
}

std::int64_t Child::MemoryBytes(std::string_view file, std::string_view name) const {
  std::ifstream lines(fmt::format("/proc/{}/{}", pid_, file));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name) || line[name.size()] != ':') continue;
    const std::size_t digit = line.find_first_of("0123456789");
    std::int64_t kib = 0;
    std::from_chars(line.data() + digit, line.data() + line.size(), kib);
    return kib * 1024;
  }
  return 0;
}

}  // namespace skep::pipe
