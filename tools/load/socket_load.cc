// skep_load_socket SERVER [CONNECTIONS [PENDING]]
//
// Starts `SERVER serve --listen` on a project of its own, with many clients of which each has many calls that wait, and
// measures: memory for a connection and for a call, the time in which one commit wakes them all, and what another
// client's pings take meanwhile.

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void Die(const std::string& why) {
  fmt::print(stderr, "skep_load_socket: {}\n", why);
  std::exit(1);
}

double MsSince(Clock::time_point then) {
  return std::chrono::duration<double, std::milli>(Clock::now() - then).count();
}

/// A client that sends lines and waits for its answers.
class Client {
 public:
  explicit Client(const std::string& path) : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    // The server may not listen yet.
    for (int i = 0; connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0; ++i) {
      if (i == 500) Die(fmt::format("cannot connect to {}: {}", path, std::strerror(errno)));
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  void Send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = write(fd_, text.data(), text.size());
      if (n <= 0) Die("the server has gone");
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  /// The next line.
  std::string Receive() {
    std::size_t end = 0;
    while ((end = received_.find('\n')) == std::string::npos) {
      char buffer[65536];
      const ssize_t n = read(fd_, buffer, sizeof(buffer));
      if (n <= 0) Die("the server has gone");
      received_.append(buffer, static_cast<std::size_t>(n));
    }
    std::string line = received_.substr(0, end);
    received_.erase(0, end + 1);
    return line;
  }
  std::string Ask(std::string_view line) {
    Send(line);
    return Receive();
  }
  std::string Call(std::string_view tool, std::string_view arguments) {
    std::string answer =
        Ask(fmt::format(R"({{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{}","arguments":{}}}}})"
                        "\n",
                        tool, arguments));
    if (answer.find(R"("isError":true)") != std::string::npos || answer.find(R"("error":)") != std::string::npos) {
      Die(answer);
    }
    return answer;
  }
  void Initialize() {
    Ask(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
        R"("capabilities":{},"clientInfo":{"name":"load","version":"1"}}})"
        "\n");
    Send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n");
  }
  int fd() const { return fd_; }

 private:
  int fd_;
  std::string received_;
};

constexpr std::string_view kPing = "{\"jsonrpc\":\"2.0\",\"id\":\"ping\",\"method\":\"ping\"}\n";

/// The text after `name":"` up to the next quote.
std::string Member(const std::string& answer, const std::string& name) {
  const std::string key = "\"" + name + "\":\"";
  const std::size_t at = answer.find(key);
  if (at == std::string::npos) Die("no " + name + " in " + answer);
  const std::size_t begin = at + key.size();
  return answer.substr(begin, answer.find('"', begin) - begin);
}

/// Resident memory of a process that is its own (not shared files), in bytes.
double Memory(pid_t process) {
  std::ifstream status(fmt::format("/proc/{}/status", process));
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("RssAnon:")) return 1024 * std::stod(line.substr(8));
  }
  Die("cannot read the server's memory");
}

/// Pings every millisecond from a thread of its own.
class Probe {
 public:
  explicit Probe(const std::string& path) : client_(path) {
    client_.Initialize();
    thread_ = std::thread([this] { Run(); });
  }
  ~Probe() {
    stop_ = true;
    thread_.join();
  }
  /// What was measured since the last call.
  std::string Take() {
    std::vector<double> ms;
    {
      const std::lock_guard lock(mutex_);
      ms.swap(ms_);
    }
    if (ms.empty()) return "no pings";
    std::ranges::sort(ms);
    return fmt::format("{} pings, p50 {:.3f} ms, p99 {:.3f} ms, longest {:.3f} ms", ms.size(), ms[ms.size() / 2],
                       ms[ms.size() * 99 / 100], ms.back());
  }

 private:
  void Run() {
    while (!stop_) {
      const auto begun = Clock::now();
      client_.Ask(kPing);
      {
        const std::lock_guard lock(mutex_);
        ms_.push_back(MsSince(begun));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  Client client_;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::vector<double> ms_;
  std::thread thread_;
};

/// Reads from all clients until `lines` have come, and returns the time from `begun` to the last.
double ReadAll(std::vector<Client>& clients, std::size_t lines, Clock::time_point begun) {
  const int poller = epoll_create1(EPOLL_CLOEXEC);
  for (const Client& client : clients) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = client.fd()}};
    epoll_ctl(poller, EPOLL_CTL_ADD, client.fd(), &event);
  }
  static char buffer[1 << 18];
  std::vector<epoll_event> events(256);
  while (lines > 0) {
    const int n = epoll_wait(poller, events.data(), static_cast<int>(events.size()), 60'000);
    if (n == 0) Die(fmt::format("{} answers did not come", lines));
    for (int i = 0; i < n; ++i) {
      const ssize_t size = read(events[static_cast<std::size_t>(i)].data.fd, buffer, sizeof(buffer));
      if (size <= 0) Die("the server has gone");
      lines -= static_cast<std::size_t>(std::count(buffer, buffer + size, '\n'));
    }
  }
  close(poller);
  return MsSince(begun);
}

pid_t Start(const char* server, const std::string& place) {
  const pid_t child = fork();
  if (child != 0) return child;
  setenv("SKEP_HOME", (place + "/home").c_str(), 1);
  const std::string listen = "unix:" + place + "/socket";
  const std::string project = place + "/project";
  execl(server, server, "serve", "--project", project.c_str(), "--listen", listen.c_str(), nullptr);
  _exit(127);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) Die("usage: skep_load_socket SERVER [CONNECTIONS [PENDING]]");
  const std::size_t connections = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1000;
  const std::size_t pending = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 100;
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, connections + 64);
  setrlimit(RLIMIT_NOFILE, &files);

  char place[] = "/var/tmp/skep-load-XXXXXX";
  if (mkdtemp(place) == nullptr) Die("cannot make a directory");
  std::filesystem::create_directory(std::string(place) + "/project");
  const pid_t server = Start(argv[1], place);
  const std::string path = std::string(place) + "/socket";
  {
    Client control(path);
    control.Initialize();
    control.Call("swarm_init", R"({"topology":"mesh"})");
    const std::string agent = Member(control.Call("agent_spawn", R"({"type":"coder"})"), "agentId");
    const std::string task = Member(control.Call("task_orchestrate", R"({"task":"the one"})"), "taskId");
    control.Call("task_claim", fmt::format(R"({{"agentId":"{}"}})", agent));
    const double before = Memory(server);

    auto begun = Clock::now();
    std::vector<Client> clients;
    clients.reserve(connections);
    for (std::size_t i = 0; i < connections; ++i) clients.emplace_back(path).Initialize();
    fmt::print("{} connections in {:.0f} ms\n", connections, MsSince(begun));
    const double connected = Memory(server);
    const auto each = static_cast<double>(connections);
    fmt::print("memory at rest: {:.1f} MB, and {:.2f} KiB for each connection\n", before / 1e6,
               (connected - before) / 1024 / each);

    begun = Clock::now();
    for (Client& client : clients) {
      std::string calls;
      for (std::size_t i = 0; i < pending; ++i) {
        calls += fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{{"name":"task_results",)"
                             R"("arguments":{{"taskId":"{}","wait":300}}}}}})"
                             "\n",
                             i, task);
      }
      client.Send(calls);
    }
    // A ping's answer says that what is in front of it was read, and a write's that what was read has been tried.
    for (Client& client : clients) client.Ask(kPing);
    control.Call("memory_usage", R"({"action":"store","key":"k","value":"v"})");
    const auto parked = static_cast<double>(connections * pending);
    fmt::print("{} calls wait after {:.0f} ms\n", parked, MsSince(begun));
    fmt::print("memory: {:.0f} bytes for each call\n", (Memory(server) - connected) / parked);

    Probe probe(path);
    std::this_thread::sleep_for(std::chrono::seconds(2));
    fmt::print("while they wait: {}\n", probe.Take());
    begun = Clock::now();
    control.Send(fmt::format(
        R"({{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"task_update","arguments":{{"taskId":"{}",)"
        R"("epoch":1,"state":"succeeded","result":"done"}}}}}})"
        "\n",
        task));
    const double all = ReadAll(clients, connections * pending, begun);
    fmt::print("one commit woke all in {:.0f} ms; meanwhile: {}\n", all, probe.Take());
    fmt::print("memory then: {:.1f} MB\n", Memory(server) / 1e6);
    for (const Client& client : clients) close(client.fd());
  }
  kill(server, SIGTERM);
  int status = 0;
  waitpid(server, &status, 0);
  std::filesystem::remove_all(place);
  if (status != 0) Die(fmt::format("the server ended with status {}", status));
}
