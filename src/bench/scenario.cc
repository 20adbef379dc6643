#include "bench/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "swarm/simulation_random.h"

namespace skep::bench {
namespace {

/// Steps as they are added.
class Graph {
 public:
  std::size_t Add(std::string title, std::string_view role, double mean_s, double sigma,
                  std::vector<std::size_t> needs = {}) {
    steps_.push_back({.title = std::move(title),
                      .role = std::string(role),
                      .needs = std::move(needs),
                      .mean_s = mean_s,
                      .sigma = sigma});
    return steps_.size() - 1;
  }
  std::vector<Step> Take() { return std::move(steps_); }

 private:
  std::vector<Step> steps_;
};

}  // namespace

Scenario Ecommerce() {
  // Features side by side, each a short chain that parts in two and joins again; what they share comes first.
  Graph graph;
  const std::size_t schema = graph.Add("data model", "architect", 240, 0.4);
  const std::size_t login = graph.Add("accounts and login", "coder", 300, 0.5, {schema});
  std::vector<std::size_t> reviewed;
  for (const std::string_view feature : {"catalogue", "search", "cart", "checkout", "payment", "orders", "shipping",
                                         "reviews", "recommendations", "admin"}) {
    const auto add = [&](std::string_view what, std::string_view role, double mean_s, std::vector<std::size_t> needs) {
      return graph.Add(fmt::format("{}: {}", feature, what), role, mean_s, 0.5, std::move(needs));
    };
    const std::size_t design = add("design", "architect", 90, {schema});
    const std::size_t backend = add("backend", "coder", 300, {design, login});
    const std::size_t frontend = add("frontend", "coder", 240, {design});
    const std::size_t tests = add("tests", "tester", 120, {backend, frontend});
    reviewed.push_back(add("review", "reviewer", 60, {tests}));
  }
  const std::size_t whole = graph.Add("end-to-end tests", "tester", 300, 0.4, reviewed);
  graph.Add("release", "coder", 60, 0.3, {whole});
  return {.name = "ecommerce",
          .summary = "a shop: ten features side by side, each designed, built twice, tested and reviewed",
          .topology = "hierarchical",
          .crew = {{"architect", 0.15}, {"coder", 0.5}, {"tester", 0.2}, {"reviewer", 0.15}},
          .steps = graph.Take()};
}

Scenario MlPipeline() {
  // A chain of stages with fans in between; training takes long and differs most.
  Graph graph;
  std::vector<std::size_t> clean;
  for (int shard = 1; shard <= 8; ++shard) {
    const std::size_t raw = graph.Add(fmt::format("ingest shard {}", shard), "coder", 60, 0.4);
    clean.push_back(graph.Add(fmt::format("clean shard {}", shard), "analyst", 120, 0.5, {raw}));
  }
  const std::size_t features = graph.Add("features", "analyst", 240, 0.5, clean);
  const std::size_t split = graph.Add("split into training and test", "analyst", 30, 0.3, {features});
  std::vector<std::size_t> scored;
  for (int model = 1; model <= 12; ++model) {
    const std::size_t trained = graph.Add(fmt::format("train model {}", model), "researcher", 420, 0.7, {split});
    scored.push_back(graph.Add(fmt::format("evaluate model {}", model), "tester", 60, 0.4, {trained}));
  }
  const std::size_t best = graph.Add("choose", "researcher", 60, 0.3, scored);
  const std::size_t packed = graph.Add("package", "coder", 120, 0.4, {best});
  const std::size_t card = graph.Add("model card", "documenter", 120, 0.4, {best});
  graph.Add("deploy", "coder", 90, 0.4, {packed, card});
  return {.name = "ml-pipeline",
          .summary = "stages one after the other, with fans of 8 shards and 12 models in between",
          .topology = "star",
          .crew = {{"researcher", 0.4}, {"analyst", 0.2}, {"coder", 0.2}, {"tester", 0.1}, {"documenter", 0.1}},
          .steps = graph.Take()};
}

Scenario Microservices() {
  // Many short chains that need one another's contracts, joined in pairs at the end.
  constexpr std::size_t kServices = 16;
  Graph graph;
  const std::size_t platform = graph.Add("platform: build, logs, gateway", "architect", 240, 0.4);
  std::vector<std::size_t> contracts;
  for (std::size_t i = 0; i < kServices; ++i) {
    contracts.push_back(graph.Add(fmt::format("service {}: contract", i + 1), "architect", 60, 0.4));
  }
  std::vector<std::size_t> built;
  for (std::size_t i = 0; i < kServices; ++i) {
    // It calls the next one and one further off.
    const std::size_t code = graph.Add(fmt::format("service {}: code", i + 1), "coder", 300, 0.6,
                                       {contracts[i], contracts[(i + 1) % kServices], contracts[(i + 5) % kServices]});
    const std::size_t tests = graph.Add(fmt::format("service {}: tests", i + 1), "tester", 120, 0.5, {code});
    built.push_back(graph.Add(fmt::format("service {}: image", i + 1), "coder", 45, 0.3, {tests, platform}));
  }
  std::vector<std::size_t> joined;
  for (std::size_t i = 0; i < kServices; i += 2) {
    joined.push_back(graph.Add(fmt::format("services {} and {}: integration", i + 1, i + 2), "tester", 120, 0.5,
                               {built[i], built[i + 1]}));
  }
  const std::size_t load = graph.Add("load test", "tester", 180, 0.4, joined);
  graph.Add("review", "reviewer", 120, 0.4, {load});
  return {.name = "microservices",
          .summary = "16 services that need one another's contracts, joined in pairs at the end",
          .topology = "mesh",
          .crew = {{"architect", 0.2}, {"coder", 0.4}, {"tester", 0.3}, {"reviewer", 0.1}},
          .steps = graph.Take()};
}

std::vector<Member> MembersOf(const Scenario& scenario, std::int64_t agents) {
  // One of each role first; then whoever is furthest behind its share is joined by another.
  std::vector<std::int64_t> counts(scenario.crew.size(), 1);
  const auto behind = [&](std::size_t i) { return static_cast<double>(counts[i]) / scenario.crew[i].share; };
  while (std::accumulate(counts.begin(), counts.end(), std::int64_t{0}) < agents) {
    std::size_t next = 0;
    for (std::size_t i = 1; i < counts.size(); ++i) next = behind(i) < behind(next) ? i : next;
    ++counts[next];
  }
  std::vector<Member> members;
  const bool tree = scenario.topology == "hierarchical";
  if (tree) members.push_back({.type = "coordinator", .name = "coordinator"});
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::string role(scenario.crew[i].role);
    for (std::int64_t n = 1; n <= counts[i]; ++n) {
      members.push_back({.type = role,
                         .name = fmt::format("{}-{}", role, n),
                         .capabilities = {role},
                         .parent = tree ? "coordinator" : ""});
    }
  }
  return members;
}

std::vector<Job> JobsOf(const Scenario& scenario, std::uint64_t seed, double scale) {
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < scenario.steps.size(); ++i) {
    const Step& step = scenario.steps[i];
    jobs.push_back({.title = step.title,
                    .required = step.role,
                    .needs = step.needs,
                    .work_s = scale * step.mean_s * swarm::Random{seed, i}.LogNormal(step.sigma)});
  }
  return jobs;
}

double LongestChainS(const std::vector<Job>& jobs) {
  double longest_s = 0;
  std::vector<double> until_s;
  for (const Job& job : jobs) {
    double from_s = 0;
    for (const std::size_t need : job.needs) from_s = std::max(from_s, until_s[need]);
    until_s.push_back(from_s + job.work_s);
    longest_s = std::max(longest_s, until_s.back());
  }
  return longest_s;
}

}  // namespace skep::bench
