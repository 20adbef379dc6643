#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/limits.h"
#include "base/printable.h"
#include "handlers/current_swarm.h"
#include "handlers/rounded.h"
#include "handlers/spread_view.h"
#include "skep/tool.h"
#include "swarm/quality.h"

namespace skep::handlers {
namespace {

using swarm::Criterion;

enum class Kind : int { kTask, kAgent, kSwarm };
constexpr std::array<std::string_view, 3> Names(Kind) { return {"task", "agent", "swarm"}; }

struct Args {
  std::string_view target;
  std::vector<Criterion> criteria;

  static constexpr Field kFields[] = {
      Req<&Args::target>("target", "Id of a task, agent or swarm; or a name", {1, limits::kMaxName}),
      Opt<&Args::criteria>("criteria", "All when left out"),
  };
};

/// One criterion: its score, of how many, and what that is.
struct Scored {
  Criterion criterion = Criterion::kSuccessRate;
  std::optional<double> score;
  std::optional<std::int64_t> of;
  std::string because;

  static constexpr Field kFields[] = {
      Req<&Scored::criterion>("criterion"),
      Opt<&Scored::score>("score", "From 0 to 1; absent: no data"),
      Opt<&Scored::of>("of", "How many it is measured on"),
      Req<&Scored::because>("because"),
  };
};

struct ReworkView {
  std::int64_t claims_again = 0;
  std::int64_t histories = 0;
  std::int64_t after_failure = 0;
  std::int64_t after_release = 0;
  std::int64_t after_time_out = 0;
  std::int64_t after_abandonment = 0;

  static constexpr Field kFields[] = {
      Req<&ReworkView::claims_again>("claimsAgain", "Beyond the first; a ring's stages do not count"),
      Req<&ReworkView::histories>("histories", "Tasks whose history was read for what follows"),
      Req<&ReworkView::after_failure>("afterFailure"),
      Req<&ReworkView::after_release>("afterRelease"),
      Req<&ReworkView::after_time_out>("afterTimeOut"),
      Req<&ReworkView::after_abandonment>("afterAbandonment"),
  };
};

struct LeadTimeView {
  SpreadView lead;
  SpreadView wait;
  SpreadView work;

  static constexpr Field kFields[] = {
      Req<&LeadTimeView::lead>("lead", "From made to succeeded"),
      Req<&LeadTimeView::wait>("wait", "From ready to claimed, of the last attempt"),
      Req<&LeadTimeView::work>("work", "From claimed to succeeded, of the last attempt"),
  };
};

struct Result {
  Kind kind = Kind::kTask;
  std::string target;
  std::optional<double> score;
  std::string combination;
  std::int64_t ended = 0;
  std::int64_t cancelled = 0;
  std::vector<Scored> criteria;
  std::optional<ReworkView> rework;
  std::optional<LeadTimeView> lead_time;
  std::optional<std::string> note;

  static constexpr Field kFields[] = {
      Req<&Result::kind>("kind"),
      Req<&Result::target>("target"),
      Opt<&Result::score>("score", "From 0 to 1; absent: no data"),
      Req<&Result::combination>("combination", "What the score is made of"),
      Req<&Result::ended>("ended", "Tasks that succeeded or failed: what was looked at"),
      Req<&Result::cancelled>("cancelled", "Tasks"),
      Req<&Result::criteria>("criteria"),
      Opt<&Result::rework>("rework"),
      Opt<&Result::lead_time>("leadTime"),
      Opt<&Result::note>("note"),
  };
};

struct Target {
  Kind kind = Kind::kTask;
  std::string id;
  swarm::Quality quality;
};

Target Assess(ToolContext& context, const swarm::Swarm& swarm) {
  return {.kind = Kind::kSwarm, .id = swarm.id(), .quality = swarm::AssessSwarm(context.database(), swarm)};
}

Expected<Target> Assess(ToolContext& context, const swarm::Agent& agent) {
  const auto swarm = swarm::FindSwarm(context.database(), agent.swarm_id());
  if (!swarm) return std::unexpected(swarm.error());
  return Target{
      .kind = Kind::kAgent, .id = agent.id(), .quality = swarm::AssessAgent(context.database(), *swarm, agent)};
}

/// An agent or a swarm that is called so.
Expected<Target> AssessNamed(ToolContext& context, std::string_view name) {
  const auto agent = AgentInView(context, name);
  if (!agent && agent.error().code != ErrorCode::kNotFound) return std::unexpected(agent.error());
  const auto swarm = swarm::FindSwarm(context.database(), name);
  if (agent && swarm) {
    return Fail(ErrorCode::kConflict, fmt::format("\"{}\" is the name of agent {} and of swarm {}: name one by its id",
                                                  Printable(name, limits::kMaxQuoted), agent->id(), swarm->id()));
  }
  if (agent) return Assess(context, *agent);
  if (swarm) return Assess(context, *swarm);
  return Fail(ErrorCode::kNotFound,
              fmt::format("target \"{}\" is no task's id (tk_…), and no agent's or active swarm's id or name: "
                          "task_status, agent_list and swarm_status show them",
                          Printable(name, limits::kMaxQuoted)));
}

Expected<Target> Find(ToolContext& context, std::string_view target) {
  if (ParseId("tk", target)) {
    const auto task = swarm::FindTask(context.database(), target);
    if (!task) return std::unexpected(task.error());
    return Target{.kind = Kind::kTask, .id = task->id(), .quality = swarm::AssessTask(context.database(), *task)};
  }
  if (ParseId("ag", target)) {
    const auto agent = AgentInView(context, target);
    if (!agent) return std::unexpected(agent.error());
    return Assess(context, *agent);
  }
  if (ParseId("sw", target)) {
    const auto swarm = swarm::FindSwarm(context.database(), target);
    if (!swarm) return std::unexpected(swarm.error());
    return Assess(context, *swarm);
  }
  return AssessNamed(context, target);
}

std::string Because(const Target& target, Criterion criterion) {
  const swarm::Quality& quality = target.quality;
  switch (criterion) {
    case Criterion::kSuccessRate:
      if (const auto& rate = quality.success_rate) {
        return fmt::format("{} of {} {} succeeded", rate->succeeded, rate->succeeded + rate->failed,
                           target.kind == Kind::kAgent ? "attempts since it was spawned" : "ended tasks");
      }
      break;
    case Criterion::kRetries:
      if (const auto& retries = quality.retries) {
        return fmt::format("{} of {} ended tasks needed one attempt; retries in all: {}, most attempts at one: {}",
                           retries->at_first_attempt, retries->tasks, retries->retries, retries->most_attempts);
      }
      break;
    case Criterion::kRework:
      if (const auto& rework = quality.rework) {
        return fmt::format("{} of {} ended tasks were claimed once; claims beyond the first: {}", rework->claimed_once,
                           rework->tasks, rework->claims_again);
      }
      break;
    case Criterion::kLeadTime:
      if (const auto& time = quality.lead_time) {
        if (!swarm::ScoreOf(quality, criterion)) return "no data: all that succeeded took less than a millisecond";
        return fmt::format("of the {} ms from ready to succeeded, over {} tasks, {} ms were work",
                           time->wait_ms.total + time->work_ms.total, time->work_ms.count, time->work_ms.total);
      }
      return "no data: no task has succeeded";
    case Criterion::kReviews:
      if (const auto& reviews = quality.reviews) {
        return fmt::format("{} of {} reviews passed", reviews->passed, reviews->passed + reviews->rejected);
      }
      return "no data: a review is a task that depends on the reviewed one and that an agent of type reviewer has done";
  }
  return "no data: no task has ended";
}

std::string Combination(const std::vector<Scored>& criteria) {
  std::vector<std::string> with;
  std::vector<std::string_view> without;
  for (const Scored& one : criteria) {
    const std::string_view name = Names(Criterion{})[static_cast<std::size_t>(one.criterion)];
    if (one.score) {
      with.push_back(fmt::format("{} (of {})", name, *one.of));
    } else {
      without.push_back(name);
    }
  }
  if (with.empty()) return "no data, so no score";
  std::string text = with.size() == 1 ? fmt::format("{} alone", with.front())
                                      : fmt::format("the mean of {}, each with the same weight", fmt::join(with, ", "));
  if (!without.empty()) text += fmt::format("; no data: {}", fmt::join(without, ", "));
  return text;
}

std::optional<ReworkView> View(const std::optional<swarm::Rework>& rework) {
  if (!rework || rework->claims_again == 0) return std::nullopt;
  return ReworkView{.claims_again = rework->claims_again,
                    .histories = rework->histories,
                    .after_failure = rework->after_failure,
                    .after_release = rework->after_release,
                    .after_time_out = rework->after_time_out,
                    .after_abandonment = rework->after_abandonment};
}

std::optional<LeadTimeView> View(const std::optional<swarm::LeadTime>& time) {
  if (!time) return std::nullopt;
  return LeadTimeView{
      .lead = ViewSpread(time->lead_ms), .wait = ViewSpread(time->wait_ms), .work = ViewSpread(time->work_ms)};
}

Expected<Result> Run(const Args& args, ToolContext& context) {
  const auto target = Find(context, args.target);
  if (!target) return std::unexpected(target.error());
  std::vector<Criterion> criteria = args.criteria;
  if (criteria.empty()) {
    for (std::size_t i = 0; i < Names(Criterion{}).size(); ++i) criteria.push_back(static_cast<Criterion>(i));
  }
  std::ranges::sort(criteria);
  criteria.erase(std::ranges::unique(criteria).begin(), criteria.end());

  const swarm::Quality& quality = target->quality;
  Result result{.kind = target->kind,
                .target = target->id,
                .score = Rounded(swarm::Combine(quality, criteria)),
                .ended = quality.ended,
                .cancelled = quality.cancelled};
  for (const Criterion criterion : criteria) {
    Scored& one = result.criteria.emplace_back();
    one.criterion = criterion;
    one.because = Because(*target, criterion);
    if (const auto score = swarm::ScoreOf(quality, criterion)) {
      one.score = Rounded(score->value);
      one.of = score->of;
    }
  }
  result.combination = Combination(result.criteria);
  const auto wants = [&](Criterion criterion) { return std::ranges::find(criteria, criterion) != criteria.end(); };
  if (wants(Criterion::kRework)) result.rework = View(quality.rework);
  if (wants(Criterion::kLeadTime)) result.lead_time = View(quality.lead_time);
  if (quality.older_tasks) {
    result.note =
        fmt::format("of the project's newest {} ended tasks; older ones are not looked at", limits::kReportedTasks);
  }
  return result;
}

}  // namespace

extern const Tool kQualityAssess = MakeTool<Run>({
    .name = "quality_assess",
    .title = "Judge quality",
    .description = "Scores a task, an agent or a swarm by what was measured: success, retries, rework, lead time, "
                   "reviews. Every score says what it is made of, and where there is no data.",
    .hints = {.read_only = true},
    .toolset = Toolset::kMetrics,
});

}  // namespace skep::handlers
