#include "bench/crew.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/id.h"
#include "bench/calls.h"
#include "bench/drive.h"
#include "client/messages.h"
#include "json/reader.h"

namespace skep::bench {
namespace {

/// How long a member that finds no task waits for one, in seconds, before it asks again.
constexpr int kWaitS = 30;
/// How often the server's memory is looked at, and whether to stop.
constexpr std::int64_t kLookNs = 50'000'000;
/// Filling ends by its count.
constexpr double kMakeS = 120;

std::int64_t Now() { return SystemClock().SteadyNs(); }

std::string JsonList(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) quoted.push_back(client::Quoted(text));
  return fmt::format("[{}]", fmt::join(quoted, ","));
}

/// The id of the task that is made n-th, from 0, in a project that had none; and back.
std::string IdOf(std::size_t n) { return FormatId("tk", static_cast<std::int64_t>(n) + 1); }
std::optional<std::size_t> PlaceOf(std::string_view id) {
  const auto number = ParseId("tk", id);
  return number && *number > 0 ? std::optional(static_cast<std::size_t>(*number - 1)) : std::nullopt;
}

/// What one member is at.
struct Worker {
  enum class At : std::uint8_t { kAsking, kWaiting, kWorking, kReporting };
  client::Session session;
  std::string name;
  At at = At::kAsking;
  std::int64_t sent_ns = 0;
  std::int64_t done_ns = 0;  ///< Of kWorking: when it will be.
  std::string task;
  std::int64_t epoch = 0;
};

/// A crew at work. One thread, which waits in ppoll(2) for whatever comes first: an answer, or the end of someone's
/// work.
class Crew {
 public:
  Crew(Server& server, std::string_view topology, std::span<const Job> jobs)
      : server_(server), topology_(topology), jobs_(jobs) {}

  Expected<void> Gather(std::span<const Member> members);
  Expected<void> MakeJobs();
  Expected<Worked> Work(double most_s, const std::function<bool()>& stopped);

 private:
  Expected<void> Wait(std::int64_t until_ns);
  Expected<void> Hear(Worker& worker);
  Expected<void> Answered(Worker& worker, json::Value result);
  void Take(Worker& worker, json::Value claim);
  void Ask(Worker& worker, bool wait);
  void Report(Worker& worker);
  void Say(Worker& worker, std::string_view tool, const std::string& arguments);
  void LookAtServer();

  Server& server_;
  const std::string_view topology_;
  const std::span<const Job> jobs_;
  std::optional<client::Session> planner_;
  std::vector<Worker> workers_;
  Worked worked_;
};

Expected<void> Crew::Gather(std::span<const Member> members) {
  auto planner = server_.Connect();
  if (!planner) return std::unexpected(std::move(planner.error()));
  planner_.emplace(std::move(*planner));
  const auto swarm = planner_->AskWell(
      client::Call(1, "swarm_init", fmt::format(R"({{"topology":"{}","maxAgents":{}}})", topology_, members.size())));
  if (!swarm) return std::unexpected(swarm.error());
  for (const Member& member : members) {
    auto session = server_.Connect();
    if (!session) return std::unexpected(std::move(session.error()));
    std::string arguments = fmt::format(R"({{"type":{},"name":{},"capabilities":{})", client::Quoted(member.type),
                                        client::Quoted(member.name), JsonList(member.capabilities));
    if (!member.parent.empty()) arguments += fmt::format(R"(,"parent":{})", client::Quoted(member.parent));
    const auto spawned = session->AskWell(client::Call(1, "agent_spawn", arguments + "}"));
    if (!spawned) return std::unexpected(spawned.error());
    workers_.push_back({.session = std::move(*session), .name = member.name});
  }
  return {};
}

Expected<void> Crew::MakeJobs() {
  const auto made = Drive(*planner_, {.window = Calls::kPipelined, .seconds = kMakeS, .most = jobs_.size()},
                          [&](std::int64_t id, std::uint64_t n, std::string& to) {
                            const Job& job = jobs_[n];
                            std::vector<std::string> needs;
                            for (const std::size_t need : job.needs) needs.push_back(IdOf(need));
                            std::string arguments = fmt::format(R"({{"task":{},"dependencies":{})",
                                                                client::Quoted(job.title), JsonList(needs));
                            if (!job.required.empty()) {
                              arguments += fmt::format(R"(,"requires":{})", client::Quoted(job.required));
                            }
                            to += client::Call(id, "task_orchestrate", arguments + "}");
                          });
  if (!made) return std::unexpected(made.error());
  if (made->answered < jobs_.size()) return Fail(ErrorCode::kUnavailable, "the tasks could not be made in time");
  return {};
}

void Crew::Say(Worker& worker, std::string_view tool, const std::string& arguments) {
  worker.session.stream().Queue(client::Call(1, tool, arguments));
  worker.session.stream().Send();
  worker.sent_ns = Now();
}

void Crew::Ask(Worker& worker, bool wait) {
  worker.at = wait ? Worker::At::kWaiting : Worker::At::kAsking;
  Say(worker, "task_claim",
      wait ? fmt::format(R"({{"agentId":"{}","wait":{}}})", worker.name, kWaitS)
           : fmt::format(R"({{"agentId":"{}"}})", worker.name));
}

void Crew::Report(Worker& worker) {
  worker.at = Worker::At::kReporting;
  Say(worker, "task_update",
      fmt::format(R"({{"taskId":"{}","epoch":{},"state":"succeeded","result":"done"}})", worker.task, worker.epoch));
}

void Crew::Take(Worker& worker, json::Value claim) {
  worker.at = Worker::At::kWorking;
  worker.task = claim.Find("taskId").AsString();
  worker.epoch = claim.Find("epoch").AsInt();
  const auto place = PlaceOf(worker.task);
  double work_s = place && *place < jobs_.size() ? jobs_[*place].work_s : 0;
  // In a ring each member has its stage of every task.
  if (topology_ == "ring") work_s /= static_cast<double>(workers_.size());
  worked_.work_s += work_s;
  worker.done_ns = Now() + static_cast<std::int64_t>(work_s * 1e9);
  if (work_s == 0) Report(worker);
}

Expected<void> Crew::Answered(Worker& worker, json::Value result) {
  using At = Worker::At;
  const json::Value content = result.Find("structuredContent");
  if (worker.at != At::kWaiting) worked_.latency.Record(static_cast<std::uint64_t>(Now() - worker.sent_ns));
  ++worked_.calls;
  if (worker.at == At::kReporting) {
    const json::Value state = content.Find("state");
    if (!state.Is(json::Type::kString)) {
      ++worked_.failed;
    } else if (state.AsString() == "succeeded") {
      ++worked_.finished;
    }
    Ask(worker, false);
    return {};
  }
  const json::Value claimed = content.Find("claimed");
  if (!claimed.Is(json::Type::kBool)) return Fail(ErrorCode::kInternal, "a claim is refused: is the swarm gone?");
  if (claimed.AsBool()) {
    Take(worker, content);
  } else {
    Ask(worker, true);
  }
  return {};
}

Expected<void> Crew::Hear(Worker& worker) {
  client::Stream& stream = worker.session.stream();
  std::size_t received = 0;
  if (stream.Receive(received) == client::Stream::State::kEnded) {
    return Fail(ErrorCode::kUnavailable, "the server has closed a connection");
  }
  for (std::span<char> line; stream.Next(line) == rpc::Framer::Got::kFrame;) {
    if (worker.session.reader().Parse(line) != json::Outcome::kOk) return Fail(ErrorCode::kInternal, "not JSON");
    const json::Value result = worker.session.reader().root().Find("result");
    // What has none is a notification.
    if (!result.exists()) continue;
    if (auto heard = Answered(worker, result); !heard) return heard;
  }
  return {};
}

Expected<void> Crew::Wait(std::int64_t until_ns) {
  std::vector<pollfd> fds;
  for (Worker& worker : workers_) {
    if (worker.at == Worker::At::kWorking) until_ns = std::min(until_ns, worker.done_ns);
    fds.push_back({.fd = worker.session.stream().from(), .events = POLLIN});
  }
  const std::int64_t left_ns = std::max<std::int64_t>(0, until_ns - Now());
  const timespec left{.tv_sec = left_ns / 1'000'000'000, .tv_nsec = left_ns % 1'000'000'000};
  ppoll(fds.data(), fds.size(), &left, nullptr);
  for (std::size_t i = 0; i < fds.size(); ++i) {
    if ((fds[i].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
    if (auto heard = Hear(workers_[i]); !heard) return heard;
  }
  for (Worker& worker : workers_) {
    if (worker.at == Worker::At::kWorking && worker.done_ns <= Now()) Report(worker);
  }
  return {};
}

void Crew::LookAtServer() {
  const auto bytes = server_.process().Measure().resident_bytes;
  if (bytes) worked_.peak_bytes = std::max(worked_.peak_bytes.value_or(0), static_cast<double>(*bytes));
}

Expected<Worked> Crew::Work(double most_s, const std::function<bool()>& stopped) {
  const auto cpu_before = server_.process().Measure().cpu_ns;
  const std::int64_t began_ns = Now();
  const std::int64_t until_ns = began_ns + static_cast<std::int64_t>(most_s * 1e9);
  std::int64_t look_ns = began_ns;
  for (Worker& worker : workers_) Ask(worker, false);
  while (worked_.finished < static_cast<std::int64_t>(jobs_.size()) && Now() < until_ns) {
    if (Now() >= look_ns) {
      look_ns = Now() + kLookNs;
      LookAtServer();
      if (stopped && stopped()) break;
    }
    if (auto waited = Wait(std::min(look_ns, until_ns)); !waited) return std::unexpected(std::move(waited.error()));
  }
  worked_.seconds = static_cast<double>(Now() - began_ns) / 1e9;
  const auto cpu_after = server_.process().Measure().cpu_ns;
  if (cpu_before && cpu_after) {
    worked_.server_cores = static_cast<double>(*cpu_after - *cpu_before) / 1e9 / worked_.seconds;
  }
  return std::move(worked_);
}

}  // namespace

std::vector<Member> CrewOf(std::string_view topology, std::int64_t agents) {
  const bool tree = topology == "hierarchical" || topology == "adaptive";
  std::vector<Member> crew;
  for (std::int64_t i = 0; i < agents; ++i) {
    Member member{.name = fmt::format("worker-{}", i)};
    if (tree && i == 0) member.type = member.name = "coordinator";
    if (tree && i > 0) member.parent = "coordinator";
    crew.push_back(std::move(member));
  }
  return crew;
}

Expected<Worked> WorkOff(Server& server, std::string_view topology, std::span<const Member> members,
                         std::span<const Job> jobs, double most_s, const std::function<bool()>& stopped) {
  Crew crew(server, topology, jobs);
  if (auto gathered = crew.Gather(members); !gathered) return std::unexpected(std::move(gathered.error()));
  if (auto made = crew.MakeJobs(); !made) return std::unexpected(std::move(made.error()));
  return crew.Work(most_s, stopped);
}

}  // namespace skep::bench
