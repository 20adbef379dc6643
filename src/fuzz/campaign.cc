#include "fuzz/campaign.h"

#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/clock.h"
#include "base/limits.h"
#include "fuzz/generator.h"
#include "fuzz/minimise.h"

namespace skep::fuzz {
namespace {

/// Things made up for a round and connection: enough that a pipe is full of them, few enough that a finding is near.
constexpr std::size_t kRound = 256;
/// A life's messages: the first is short, so that beginnings and ends are seen often, each is twice as long as the one
/// before, and the longest shows what grows.
constexpr std::uint64_t kFirstLife = 4'000;
constexpr std::uint64_t kLongestLife = 256'000;
/// What a life may have said, at most: it is kept until its end, to be said again.
constexpr std::size_t kMostSaid = 96 * limits::kMiB;
/// What making one kind of finding small may take; that of all may take the time given for fuzzing, or this.
constexpr std::int64_t kMinimiseNs = 15'000'000'000;
/// How long an answer is waited for when a script is played again: the server has little to do.
constexpr std::int64_t kPatienceMs = 3'000;
/// Of a finding that does not come about again, the rounds that its script keeps.
constexpr int kKeptRounds = 2;

std::int64_t NowNs() { return SystemClock().SteadyNs(); }

OwnCpu OwnCpuNow() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return {seconds(usage.ru_utime), seconds(usage.ru_stime)};
}

OwnCpu Sum(const OwnCpu& before, const OwnCpu& from, const OwnCpu& to) {
  return {before.user_s + to.user_s - from.user_s, before.system_s + to.system_s - from.system_s};
}

class Campaign {
 public:
  Campaign(const Plan& plan, const Contract& contract, const Watch& watch)
      : plan_(plan), setup_(plan.setup), contract_(contract), watch_(watch), begun_ns_(NowNs()) {}

  Expected<Outcome> Run() {
    for (std::uint64_t messages = kFirstLife; GoesOn(); messages = std::min(messages * 2, kLongestLife)) {
      if (auto lived = Live(messages); !lived) return std::unexpected(lived.error());
    }
    return std::move(outcome_);
  }

 private:
  bool GoesOn() const {
    return !outcome_.interrupted && Seconds() < plan_.seconds &&
           (plan_.messages == 0 || outcome_.sent < plan_.messages);
  }
  /// Minimising is not counted: the time given is for fuzzing.
  double Seconds() const { return 1e-9 * static_cast<double>(NowNs() - begun_ns_ - minimising_ns_); }

  Expected<void> Live(std::uint64_t messages) {
    const OwnCpu begun = OwnCpuNow();
    auto life = Life::Start(setup_, contract_, outcome_.coverage);
    if (!life) return std::unexpected(life.error());
    std::vector<std::unique_ptr<Generator>> generators;
    for (int i = 0; i < plan_.setup.connections; ++i) {
      const Random random(plan_.seed, outcome_.lives * 1000 + static_cast<std::uint64_t>(i));
      generators.push_back(std::make_unique<Generator>(contract_, random, i));
    }
    Script script;
    std::vector<std::string> fresh;
    std::vector<std::string> bytes(generators.size());
    std::size_t said = 0;
    const std::uint64_t before_sent = outcome_.sent;
    const std::uint64_t before_received = outcome_.received;
    bool over = false;
    for (int round = 0; !over && GoesOn() && (*life)->sent() < messages && said < kMostSaid; ++round) {
      for (std::size_t i = 0; i < generators.size(); ++i) {
        bytes[i].clear();
        if (round == 0) generators[i]->Greet(bytes[i]);
        for (std::size_t n = 0; round > 0 && n < kRound; ++n) generators[i]->Append(bytes[i]);
      }
      Life::Round played = (*life)->Play(bytes);
      for (std::size_t i = 0; i < generators.size(); ++i) {
        generators[i]->Learn(played.captures[i]);
        for (Capture& capture : played.captures[i])
          script.captures.push_back({static_cast<int>(i), std::move(capture)});
        said += bytes[i].size();
        script.steps.push_back({round, static_cast<int>(i), bytes[i]});
      }
      Note(played.found, round, fresh);
      over = played.over;
      ++outcome_.rounds;
      outcome_.sent = before_sent + (*life)->sent();
      outcome_.received = before_received + (*life)->received();
      outcome_.seconds = Seconds();
      outcome_.own_cpu = Sum(cpu_before_, begun, OwnCpuNow());
      if (watch_ && !watch_(outcome_)) outcome_.interrupted = true;
      Pace();
    }
    Note((*life)->End(), static_cast<int>(outcome_.rounds), fresh);
    outcome_.most_memory = std::max(outcome_.most_memory, (*life)->most_memory());
    setup_.late_ms = (*life)->late_ms();
    setup_.grace_ms = (*life)->grace_ms();
    ++outcome_.lives;
    cpu_before_ = Sum(cpu_before_, begun, OwnCpuNow());
    outcome_.own_cpu = cpu_before_;
    outcome_.seconds = Seconds();
    life->reset();
    for (const std::string& key : fresh) Explain(outcome_.cases.at(key), script);
    return {};
  }

  /// Counts what was found; the keys of what is new go to `fresh`.
  void Note(std::vector<Life::Found> found, int round, std::vector<std::string>& fresh) {
    for (Life::Found& one : found) {
      const std::string key = one.finding.Key();
      if (const auto known = outcome_.cases.find(key); known != outcome_.cases.end()) {
        ++known->second.times;
        continue;
      }
      outcome_.cases.emplace(
          key,
          Case{
              .finding = std::move(one.finding), .life = outcome_.lives, .round = round, .connection = one.connection});
      fresh.push_back(key);
    }
  }

  /// Finds the least that brings it about again.
  void Explain(Case& found, const Script& script) {
    const std::int64_t begun_ns = NowNs();
    std::vector<Step> steps;
    std::ranges::copy_if(script.steps, std::back_inserter(steps),
                         [&](const Step& step) { return step.round <= found.round; });
    found.script.captures = script.captures;
    const std::string key = found.finding.Key();
    const std::int64_t most_ns = std::max(static_cast<std::int64_t>(plan_.seconds * 1e9), kMinimiseNs);
    const std::int64_t until_ns = begun_ns + std::min(kMinimiseNs, most_ns - minimising_ns_);
    outcome_.minimising = key;
    if (!steps.empty()) {
      bool cut = plan_.tries == 0;
      found.script.steps = Minimise(ByLine(steps), plan_.tries, [&](const std::vector<Step>& some) {
        if (watch_ && !watch_(outcome_)) outcome_.interrupted = true;
        cut = cut || outcome_.interrupted || NowNs() > until_ns;
        if (cut) return false;
        Setup setup = setup_;
        setup.patience_ms = std::min(setup.patience_ms, kPatienceMs);
        const auto again = Play(setup, contract_, {some, script.captures});
        return again && std::ranges::any_of(*again, [&](const Life::Found& one) { return one.finding.Key() == key; });
      });
      found.again = !found.script.steps.empty() ? Again::kYes : cut ? Again::kNotTried : Again::kNo;
    }
    outcome_.minimising.clear();
    if (found.again != Again::kYes) {
      std::ranges::copy_if(ByLine(steps), std::back_inserter(found.script.steps),
                           [&](const Step& step) { return step.round == 0 || step.round > found.round - kKeptRounds; });
    }
    minimising_ns_ += NowNs() - begun_ns;
  }

  /// Waits until as many messages are due as were sent.
  void Pace() const {
    if (plan_.rate <= 0) return;
    const double ahead_s = static_cast<double>(outcome_.sent) / plan_.rate - Seconds();
    if (ahead_s <= 0) return;
    const auto whole = static_cast<time_t>(ahead_s);
    const timespec pause{.tv_sec = whole, .tv_nsec = static_cast<long>((ahead_s - static_cast<double>(whole)) * 1e9)};
    nanosleep(&pause, nullptr);
  }

  const Plan& plan_;
  Setup setup_;
  const Contract& contract_;
  const Watch& watch_;
  const std::int64_t begun_ns_;
  std::int64_t minimising_ns_ = 0;
  OwnCpu cpu_before_;  ///< Of earlier lives.
  Outcome outcome_;
};

}  // namespace

Expected<Outcome> Run(const Plan& plan, const Contract& contract, const Watch& watch) {
  return Campaign(plan, contract, watch).Run();
}

Expected<std::vector<Life::Found>> Play(const Setup& setup, const Contract& contract, const Script& script) {
  Setup as_many = setup;
  for (const Step& step : script.steps) as_many.connections = std::max(as_many.connections, step.connection + 1);
  Coverage coverage;
  auto life = Life::Start(as_many, contract, coverage);
  if (!life) return std::unexpected(life.error());
  Translation translated(script.captures);
  std::vector<Life::Found> found;
  const auto add = [&](std::vector<Life::Found> more) { std::ranges::move(more, std::back_inserter(found)); };
  for (std::size_t i = 0; i < script.steps.size();) {
    const int round = script.steps[i].round;
    std::vector<std::string> bytes(static_cast<std::size_t>(as_many.connections));
    for (; i < script.steps.size() && script.steps[i].round == round; ++i) {
      bytes[static_cast<std::size_t>(script.steps[i].connection)] += translated(script.steps[i].bytes);
    }
    Life::Round played = (*life)->Play(bytes);
    add(std::move(played.found));
    for (std::size_t peer = 0; peer < played.captures.size(); ++peer) {
      for (const Capture& capture : played.captures[peer]) translated.Learn(static_cast<int>(peer), capture);
    }
    if (played.over) break;
  }
  add((*life)->End());
  return found;
}

}  // namespace skep::fuzz
