#include "client/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/clock.h"

extern "C" char** environ;

namespace skep::client {
namespace {

/// More than a server has at work: one that starts others all the while must not hold us up.
constexpr std::size_t kMostDescendants = 1024;

/// The number in a line like "VmRSS:     1234 kB".
std::int64_t NumberIn(std::string_view line) {
  const std::size_t digit = std::min(line.find_first_of("0123456789"), line.size());
  std::int64_t number = 0;
  std::from_chars(line.data() + digit, line.data() + line.size(), number);
  return number;
}

Ending EndingOf(int status) {
  if (WIFSIGNALED(status)) return {.status = -1, .signal = WTERMSIG(status)};
  return {.status = WEXITSTATUS(status)};
}

/// Binds the calling thread, and what it starts meanwhile, to one processor.
class OnCore {
 public:
  explicit OnCore(std::optional<int> core) {
    if (!core || *core < 0 || *core >= CPU_SETSIZE || sched_getaffinity(0, sizeof(before_), &before_) != 0) return;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(*core), &one);
    bound_ = sched_setaffinity(0, sizeof(one), &one) == 0;
  }
  bool bound() const { return bound_; }
  ~OnCore() {
    if (bound_) sched_setaffinity(0, sizeof(before_), &before_);
  }
  OnCore(const OnCore&) = delete;
  OnCore& operator=(const OnCore&) = delete;

 private:
  cpu_set_t before_{};
  bool bound_ = false;
};

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> EnvironmentOf(const Launch& launch) {
  std::vector<std::string> all = launch.environment;
  if (!launch.home.empty()) all.push_back("SKEP_HOME=" + launch.home);
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::string_view name = text.substr(0, std::min(text.find('='), text.size() - 1) + 1);
    const bool set = std::ranges::any_of(all, [&](const std::string& ours) { return ours.starts_with(name); });
    if (!set) all.emplace_back(text);
  }
  return all;
}

}  // namespace

std::optional<std::int64_t> CpuNs(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) return std::nullopt;
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::optional<std::int64_t> ResidentBytes(pid_t pid) {
  std::ifstream pages(fmt::format("/proc/{}/statm", pid));
  std::int64_t all = 0;
  std::int64_t resident = 0;
  if (!(pages >> all >> resident)) return std::nullopt;
  return resident * sysconf(_SC_PAGESIZE);
}

ProcessFigures Measure(pid_t pid) {
  ProcessFigures figures{.cpu_ns = CpuNs(pid)};
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) figures.resident_bytes = NumberIn(line) * 1024;
    if (line.starts_with("RssAnon:")) figures.anonymous_bytes = NumberIn(line) * 1024;
    if (line.starts_with("Threads:")) figures.threads = NumberIn(line);
  }
  std::error_code failed;
  std::int64_t files = 0;
  std::filesystem::directory_iterator file(fmt::format("/proc/{}/fd", pid), failed);
  for (const std::filesystem::directory_iterator end; !failed && file != end; file.increment(failed)) ++files;
  if (!failed) figures.open_files = files;
  return figures;
}

std::vector<pid_t> Descendants(pid_t pid) {
  std::vector<pid_t> all = {pid};
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::error_code failed;
    std::filesystem::directory_iterator thread(fmt::format("/proc/{}/task", all[i]), failed);
    for (const std::filesystem::directory_iterator end; !failed && thread != end; thread.increment(failed)) {
      std::ifstream children(thread->path() / "children");
      for (pid_t child = 0; all.size() <= kMostDescendants && children >> child;) {
        // One that is adopted while we look is a child of two.
        if (std::ranges::find(all, child) == all.end()) all.push_back(child);
      }
    }
  }
  all.erase(all.begin());
  return all;
}

ProcessFigures MeasureFamily(pid_t pid) {
  ProcessFigures sum = Measure(pid);
  for (const pid_t one : Descendants(pid)) {
    const ProcessFigures figures = Measure(one);
    for (const auto figure :
         {&ProcessFigures::cpu_ns, &ProcessFigures::resident_bytes, &ProcessFigures::anonymous_bytes,
          &ProcessFigures::open_files, &ProcessFigures::threads}) {
      if (figures.*figure) sum.*figure = (sum.*figure).value_or(0) + *(figures.*figure);
    }
  }
  return sum;
}

std::string Text(const Ending& ending) {
  if (ending.signal == 0) return fmt::format("exit status {}", ending.status);
  return fmt::format("killed by signal {} ({})", ending.signal, strsignal(ending.signal));
}

Expected<Process> Process::Start(const Launch& launch) {
  if (launch.command.empty()) return Fail(ErrorCode::kInvalidArgument, "no program was named");
  if (launch.core && !OnCore(launch.core).bound()) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("there is no core {} that we may run on", *launch.core));
  }
  std::signal(SIGPIPE, SIG_IGN);
  int to[2];
  int from[2];
  if (pipe2(to, O_CLOEXEC) != 0) return Fail(ErrorCode::kUnavailable, fmt::format("pipe: {}", std::strerror(errno)));
  const Fd its_in(to[0]);
  Process process;
  process.to_ = Fd(to[1]);
  if (pipe2(from, O_CLOEXEC) != 0) return Fail(ErrorCode::kUnavailable, fmt::format("pipe: {}", std::strerror(errno)));
  const Fd its_out(from[1]);
  process.from_ = Fd(from[0]);
  for (const int fd : {process.to(), process.from()}) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);

  std::vector<std::string> command = launch.command;
  std::vector<std::string> environment = EnvironmentOf(launch);
  const std::vector<char*> arguments = Pointers(command);
  const std::vector<char*> variables = Pointers(environment);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, *its_in, 0);
  posix_spawn_file_actions_adddup2(&actions, *its_out, 1);
  if (!launch.errors.empty()) {
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, launch.errors.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                     0600);
  }
  if (!launch.home.empty()) posix_spawn_file_actions_addchdir_np(&actions, launch.home.c_str());
  // What we ignore or block it is not to ignore or block: it starts as anyone would start it.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  sigaddset(&defaults, SIGINT);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  // A group of its own: Ctrl-C on our terminal is ours to handle, and a server is then ended as it should be.
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  int failed = 0;
  {
    const OnCore on_core(launch.core);
    process.started_ns_ = SystemClock().SteadyNs();
    failed = posix_spawnp(&process.pid_, arguments[0], &actions, &attributes, arguments.data(), variables.data());
  }
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    process.pid_ = -1;
    return Fail(failed == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable,
                fmt::format("cannot start {}: {}", launch.command[0], std::strerror(failed)));
  }
  process.pidfd_ = Fd(static_cast<int>(syscall(SYS_pidfd_open, process.pid_, 0)));
  return process;
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::move(other.pidfd_)),
      to_(std::move(other.to_)),
      from_(std::move(other.from_)),
      started_ns_(other.started_ns_),
      ending_(other.ending_) {}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(pidfd_, other.pidfd_);
  std::swap(to_, other.to_);
  std::swap(from_, other.from_);
  std::swap(started_ns_, other.started_ns_);
  std::swap(ending_, other.ending_);
  return *this;
}

Process::~Process() {
  if (pid_ == -1 || ending_) return;
  // What it has started is of its group, unless it has left that.
  kill(-pid_, SIGKILL);
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Process::Kill(int signal) {
  if (pid_ != -1 && !ending_) kill(pid_, signal);
}

std::optional<Ending> Process::Ended() {
  int status = 0;
  if (!ending_ && pid_ != -1 && waitpid(pid_, &status, WNOHANG) == pid_) ending_ = EndingOf(status);
  return ending_;
}

std::optional<Ending> Process::Wait(std::int64_t ms) {
  const std::int64_t until = SystemClock().SteadyNs() + ms * 1'000'000;
  while (!Ended()) {
    const std::int64_t left = (until - SystemClock().SteadyNs()) / 1'000'000;
    if (left < 0) break;
    // Readable once it has ended. Without one (an old kernel), look again every few milliseconds.
    pollfd end{.fd = *pidfd_, .events = POLLIN};
    poll(&end, pidfd_ ? 1 : 0, static_cast<int>(std::min<std::int64_t>(left + 1, pidfd_ ? 1000 : 5)));
  }
  return ending_;
}

std::string Tail(const std::string& file, std::size_t most) {
  std::ifstream stream(file, std::ios::ate);
  if (!stream) return {};
  const auto size = static_cast<std::size_t>(stream.tellg());
  stream.seekg(static_cast<std::streamoff>(size > most ? size - most : 0));
  std::string text(std::min(size, most), '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text;
}

}  // namespace skep::client
