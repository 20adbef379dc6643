#include "swarm/simulation_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "swarm/simulation_random.h"
#include "swarm/task_graph.h"

namespace skep::swarm {
namespace {

/// Dependencies are on one of so many tasks made last: so they chain, and the first ones are not needed by all.
constexpr std::int64_t kRecent = 64;
/// Swarms smaller than this have no leads below the coordinator.
constexpr std::int64_t kHasLeads = 8;

/// The capability of Plant::rare_rate.
constexpr std::string_view kRare = "rare";

std::string Capability(std::int64_t kind) { return fmt::format("kind-{}", kind); }

/// A task to be made: what a TaskRequest borrows from, and what the model is told.
struct Draft {
  std::string title;
  std::string required;
  std::vector<std::string> words;
  std::vector<std::string_view> views;
  std::vector<std::int64_t> needs;
  Priority priority = Priority::kMedium;
  std::int64_t max_attempts = 1;

  void Unwire() {
    words.clear();
    needs.clear();
  }
  TaskRequest request() {
    views.assign(words.begin(), words.end());
    return {.title = title,
            .body = {},
            .priority = priority,
            .required = required,
            .dependencies = views,
            .max_attempts = max_attempts};
  }
};

Draft Plain(const SimulationOptions& options, Random& random, std::int64_t number) {
  Draft draft{.title = fmt::format("task {}", number)};
  draft.priority = static_cast<Priority>(random.Below(4));
  draft.max_attempts = 3 + random.Below(4);
  if (options.capabilities > 0 && random.Chance(0.5)) draft.required = Capability(random.Below(options.capabilities));
  const bool rare = Random{options.seed, 13, static_cast<std::uint64_t>(number)}.Chance(options.plant.rare_rate);
  if (rare) draft.required = kRare;
  return draft;
}

/// A task made before, on which another can depend; 0: the one that was drawn has come to a bad end.
std::int64_t Earlier(Random& random, const Model& model) {
  if (model.made() == 0) return 0;
  const std::int64_t task = model.made() - random.Below(std::min(model.made(), kRecent));
  const bool bad = IsFinished(model.state(task)) && model.state(task) != TaskState::kSucceeded;
  return bad ? 0 : task;
}

void Depend(Draft& draft, std::int64_t on, std::string word) {
  if (std::ranges::find(draft.needs, on) != draft.needs.end()) return;
  draft.needs.push_back(on);
  draft.words.push_back(std::move(word));
}

}  // namespace

Expected<std::vector<Agent>> SpawnCrew(store::Database& database, const Swarm& swarm, const SimulationOptions& options,
                                       const std::function<std::int64_t(std::size_t)>& session_of, const Moment& now) {
  const bool tree = swarm.topology == Topology::kHierarchical || swarm.topology == Topology::kAdaptive;
  const auto count = static_cast<std::size_t>(options.agents);
  const auto leads = tree && options.agents >= kHasLeads
                         ? static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(count))))
                         : std::size_t{0};
  std::vector<Agent> crew;
  for (std::size_t i = 0; i < count; ++i) {
    std::string type = "coder";
    std::string name = fmt::format("worker-{}", i);
    std::string parent;
    if (tree && i == 0) {
      type = name = "coordinator";
    } else if (tree) {
      parent = i <= leads || leads == 0 ? "coordinator" : fmt::format("lead-{}", 1 + (i - 1) % leads);
      if (i <= leads) name = fmt::format("lead-{}", i);
    }
    std::vector<std::string> capabilities;
    if (options.capabilities > 0) {
      // Each kind is somebody's, however few they are.
      const auto kinds = static_cast<std::size_t>(options.capabilities);
      for (std::size_t kind = i % kinds; kind < kinds; kind += count) {
        capabilities.push_back(Capability(static_cast<std::int64_t>(kind)));
      }
      Random random{options.seed, 10, i};
      if (random.Chance(0.5)) capabilities.push_back(Capability(random.Below(options.capabilities)));
    }
    if (options.plant.rare_rate > 0 && i + 1 == count) capabilities.emplace_back(kRare);
    const std::vector<std::string_view> views(capabilities.begin(), capabilities.end());
    auto agent = SpawnAgent(
        database, swarm,
        {.type = type, .name = name, .capabilities = views, .parent = parent, .session = session_of(i)}, now.wall_ms);
    if (!agent) return std::unexpected(std::move(agent.error()));
    crew.push_back(*std::move(agent));
  }
  return crew;
}

std::int64_t Workload::gap_us() const {
  return static_cast<std::int64_t>(options_.arrive_s * 1e6 * static_cast<double>(last_) /
                                   static_cast<double>(options_.tasks));
}

double Workload::Seconds(const SimulationOptions& options, std::int64_t task) {
  return options.task_s * Random{options.seed, 11, static_cast<std::uint64_t>(task)}.LogNormal(options.task_sigma);
}

Expected<void> Workload::Make(store::Database& database, const Swarm& swarm, Model& model, const Moment& now) {
  const std::int64_t first = model.made() + 1;
  Random random{options_.seed, 12, static_cast<std::uint64_t>(first)};
  const std::int64_t room = options_.tasks - made_;
  const bool chained = first <= options_.plant.chain;
  const bool single = chained || options_.dependencies <= 0 || room < 3 || random.Chance(0.5);
  const std::int64_t count = single ? 0 : std::min(2 + random.Below(options_.most_parts - 1), room - 1);

  Draft whole = Plain(options_, random, first);
  const auto needs = [&] {
    const double whole_part = std::floor(options_.dependencies);
    return static_cast<std::int64_t>(whole_part) + (random.Chance(options_.dependencies - whole_part) ? 1 : 0);
  };
  const auto depend_on_earlier = [&](Draft& draft) {
    if (const std::int64_t task = Earlier(random, model)) Depend(draft, task, TaskId(task));
  };
  if (chained && first > 1) Depend(whole, first - 1, TaskId(first - 1));
  for (std::int64_t left = single ? needs() : random.Below(2); left > 0 && !chained; --left) depend_on_earlier(whole);

  std::vector<Draft> drafts;
  for (std::int64_t place = 1; place <= count; ++place) {
    Draft& draft = drafts.emplace_back(Plain(options_, random, first + place));
    for (std::int64_t left = needs(); left > 0; --left) {
      if (place == 1 || random.Chance(0.3)) {
        depend_on_earlier(draft);
        continue;
      }
      const std::int64_t other = 1 + random.Below(place - 1);
      Depend(draft, first + other, fmt::format("{}", other));
    }
  }
  if (!options_.wired) {
    whole.Unwire();
    for (Draft& draft : drafts) draft.Unwire();
  }
  std::vector<TaskRequest> parts;
  parts.reserve(drafts.size());
  for (Draft& draft : drafts) parts.push_back(draft.request());
  static constexpr Orchestration kStrategies[] = {Orchestration::kParallel, Orchestration::kParallel,
                                                  Orchestration::kParallel, Orchestration::kSequential,
                                                  Orchestration::kBalanced, Orchestration::kAdaptive};
  const Orchestration strategy =
      single || !options_.wired ? Orchestration::kParallel : kStrategies[random.Below(std::ssize(kStrategies))];
  auto made = Orchestrate(database, swarm, whole.request(), parts, strategy, now);
  if (!made) return std::unexpected(std::move(made.error()));

  model.Made(made->task, single ? std::span<const std::int64_t>(whole.needs) : std::span<const std::int64_t>());
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    std::vector<std::int64_t>& needed = drafts[i].needs;
    // What the whole needs, its parts need.
    needed.insert(needed.end(), whole.needs.begin(), whole.needs.end());
    if (made->chosen == Orchestration::kSequential && i > 0) needed.push_back(made->parts[i - 1].number);
    std::ranges::sort(needed);
    needed.erase(std::ranges::unique(needed).begin(), needed.end());
    model.Made(made->parts[i], needed);
  }
  last_ = count + 1;
  made_ += last_;
  return {};
}

}  // namespace skep::swarm
