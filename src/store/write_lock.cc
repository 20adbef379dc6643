#include "store/write_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <iterator>
#include <mutex>
#include <sstream>
#include <string>
#include <utility>

#include "base/printable.h"
#include "store/sqlite/describe.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace skep::store {
namespace {

/// Ends a wait in the kernel. A real-time signal, because nobody else gives those a meaning.
int AlarmSignal() { return SIGRTMIN + 3; }

/// Interrupts the system calls of the thread that made it once `wait_ms` have passed, and again every few milliseconds:
/// a single signal would be lost if it came just before the call.
class Alarm {
 public:
  explicit Alarm(std::int64_t wait_ms) {
    static std::once_flag once;
    std::call_once(once, [] {
      struct sigaction action{};
      action.sa_handler = [](int) {};  // No SA_RESTART: the call returns.
      sigaction(AlarmSignal(), &action, nullptr);
    });
    sigset_t mine;
    sigemptyset(&mine);
    sigaddset(&mine, AlarmSignal());
    pthread_sigmask(SIG_UNBLOCK, &mine, &mask_);

    clock_gettime(CLOCK_MONOTONIC, &deadline_);
    deadline_.tv_sec += wait_ms / 1000;
    deadline_.tv_nsec += wait_ms % 1000 * 1'000'000;
    if (deadline_.tv_nsec >= 1'000'000'000) {
      deadline_.tv_nsec -= 1'000'000'000;
      ++deadline_.tv_sec;
    }
    struct sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = AlarmSignal();
    event.sigev_notify_thread_id = ::gettid();
    armed_ = timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
    itimerspec when{};
    when.it_value = deadline_;
    when.it_interval.tv_nsec = 10'000'000;
    if (armed_) timer_settime(timer_, TIMER_ABSTIME, &when, nullptr);
  }
  ~Alarm() {
    if (armed_) timer_delete(timer_);
    pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
  }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  /// Also when there is no timer to be had: a wait without an end is worse than none.
  bool expired() const {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return !armed_ || now.tv_sec > deadline_.tv_sec ||
           (now.tv_sec == deadline_.tv_sec && now.tv_nsec >= deadline_.tv_nsec);
  }

 private:
  timer_t timer_{};
  bool armed_ = false;
  timespec deadline_{};
  sigset_t mask_{};
};

/// The queue before the lock: whoever waits for the lock stands in this gate. Without it, a process that writes without
/// pause takes the lock again before the one that it woke has begun to run. It is a lock of another kind on the same
/// file, with which flock does not interfere.
int Gate(int file, short type, int command) {
  struct flock range{};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  range.l_len = 1;
  return ::fcntl(file, command, &range);
}

/// Who holds the lock, as "process 123 (skep)", from the kernel's table.
std::string Holder(int file) {
  struct stat status{};
  if (::fstat(file, &status) != 0) return "another process";
  const std::string wanted = fmt::format("{:02x}:{:02x}:{}", major(status.st_dev), minor(status.st_dev), status.st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    // "1: FLOCK  ADVISORY  WRITE 123 fe:00:456 0 EOF"; those who wait have "->" for a second word.
    std::istringstream words(line);
    std::string number;
    std::string kind;
    std::string advisory;
    std::string access;
    std::string pid;
    std::string inode;
    words >> number >> kind >> advisory >> access >> pid >> inode;
    if (kind != "FLOCK" || inode != wanted || pid == "0") continue;
    std::ifstream comm("/proc/" + pid + "/comm");
    std::string name;
    std::getline(comm, name);
    return name.empty() ? fmt::format("process {}", pid) : fmt::format("process {} ({})", pid, Printable(name));
  }
  return "another process";
}

}  // namespace

WriteLock::~WriteLock() {
  if (file_ >= 0) ::close(file_);
}

WriteLock::Held::Held(Held&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

WriteLock::Held& WriteLock::Held::operator=(Held&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

WriteLock::Held::~Held() {
  if (file_ >= 0) ::flock(file_, LOCK_UN);
}

Expected<void> WriteLock::OpenFile() {
  if (file_ >= 0) return {};
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) return std::unexpected(DescribeSystem("open", path_, errno));
  return {};
}

Expected<WriteLock::Held> WriteLock::Acquire(std::int64_t wait_ms) {
  while (true) {
    if (auto opened = OpenFile(); !opened) return std::unexpected(std::move(opened.error()));
    if (Gate(file_, F_WRLCK, F_OFD_SETLK) != 0 || ::flock(file_, LOCK_EX | LOCK_NB) != 0) {
      if (auto waited = Wait(wait_ms); !waited) return std::unexpected(std::move(waited.error()));
    }
    Gate(file_, F_UNLCK, F_OFD_SETLK);
    Held held(file_);
    // A lock on a file that someone has deleted excludes nobody who comes later.
    struct stat status{};
    if (::fstat(file_, &status) == 0 && status.st_nlink != 0) return held;
    ::close(std::exchange(file_, -1));
    held.file_ = -1;
  }
}

Expected<void> WriteLock::Wait(std::int64_t wait_ms) {
  if (wait_ms > 0) {
    const Alarm alarm(wait_ms);
    // Waiting for a gate that is already ours returns at once.
    while (Gate(file_, F_WRLCK, F_OFD_SETLKW) != 0) {
      if (errno != EINTR) return std::unexpected(DescribeSystem("lock", path_, errno));
      if (alarm.expired()) return TimedOut(wait_ms);
    }
    while (::flock(file_, LOCK_EX) != 0) {
      if (errno != EINTR) {
        const int error_number = errno;
        Gate(file_, F_UNLCK, F_OFD_SETLK);
        return std::unexpected(DescribeSystem("lock", path_, error_number));
      }
      if (alarm.expired()) return TimedOut(wait_ms);
    }
    return {};
  }
  return TimedOut(wait_ms);
}

std::unexpected<Error> WriteLock::TimedOut(std::int64_t wait_ms) {
  const std::string holder = Holder(file_);
  Gate(file_, F_UNLCK, F_OFD_SETLK);
  return Fail(
      ErrorCode::kUnavailable,
      fmt::format("{} has held the write lock {} for {} ms: nothing was written; try again, or end that process",
                  holder, Printable(path_), wait_ms));
}

}  // namespace skep::store
