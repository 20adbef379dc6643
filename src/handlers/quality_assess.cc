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
#include "base/time_text.h"
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
      Req<&ReworkView::claims_again>(
          "claimsAgain", "Beyond the first; a ring's stages do not count. Of an agent: that followed its own"),
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
      Req<&LeadTimeView::work>("work", "From claimed to succeeded, of the last attempt; in a ring, of all stages"),
  };
};

struct HeldTimeView {
  std::int64_t claims = 0;
  std::int64_t held_ms = 0;
  std::int64_t succeeded_ms = 0;
  std::optional<SpreadView> work;

  static constexpr Field kFields[] = {
      Req<&HeldTimeView::claims>("claims", "Of its own, that have ended"),
      Req<&HeldTimeView::held_ms>("heldMs"),
      Req<&HeldTimeView::succeeded_ms>("succeededMs", "Of these, in claims that succeeded"),
      Opt<&HeldTimeView::work>("work", "Each of these"),
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
  std::optional<HeldTimeView> held_time;
  std::optional<std::string> note;

  static constexpr Field kFields[] = {
      Req<&Result::kind>("kind"),
      Req<&Result::target>("target"),
      Opt<&Result::score>("score", "From 0 to 1; absent: no data"),
      Req<&Result::combination>("combination", "What the score is made of"),
      Req<&Result::ended>("ended", "Tasks that succeeded or failed; of an agent, of which a claim of its has ended"),
      Req<&Result::cancelled>("cancelled", "Tasks; of an agent, while it held them"),
      Req<&Result::criteria>("criteria"),
      Opt<&Result::rework>("rework"),
      Opt<&Result::lead_time>("leadTime"),
      Opt<&Result::held_time>("heldTime", "Of an agent, in place of leadTime: waiting is the swarm's"),
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

constexpr std::string_view kNoReviews =
    "no data: a review is a task that depends on the reviewed one and is done by an agent of type reviewer; "
    "task_update "
    "with state succeeded passes it, failed rejects it. It counts when that task has ended: make it with "
    "maxAttempts=1, "
    "or a failed one is first tried again";

std::string BecauseOfReviews(const swarm::Quality& quality) {
  const auto& reviews = quality.reviews;
  if (!reviews) return std::string(kNoReviews);
  return fmt::format("{} of {} reviews passed, by the state in which their task ended", reviews->passed,
                     reviews->passed + reviews->rejected);
}

/// Why an agent has that score: by its own attempts.
std::string BecauseOfAgent(const swarm::Quality& quality, Criterion criterion) {
  switch (criterion) {
    case Criterion::kSuccessRate:
      if (const auto& rate = quality.success_rate) {
        return fmt::format("{} of {} attempts since it was spawned succeeded", rate->succeeded,
                           rate->succeeded + rate->failed);
      }
      return "no data: no attempt of its has succeeded or failed";
    case Criterion::kRetries:
      if (const auto& retries = quality.retries) {
        return fmt::format(
            "at {} of {} tasks that it tried, no attempt of its made another necessary; attempts that did: {}, most of "
            "its attempts at one: {}",
            retries->at_first_attempt, retries->tasks, retries->retries, retries->most_attempts);
      }
      return "no data: no attempt of its has succeeded or failed";
    case Criterion::kRework:
      if (const auto& rework = quality.rework) {
        return fmt::format(
            "at {} of {} tasks that it claimed, no claim of its made another necessary; claims that did: {}",
            rework->claimed_once, rework->tasks, rework->claims_again);
      }
      return "no data: no claim of its has ended";
    case Criterion::kLeadTime:
      if (const auto& time = quality.held_time) {
        if (time->held_ms == 0) return "no data: all its claims took less than a millisecond";
        return fmt::format(
            "of the {} ms that it held tasks, in {} claims, {} ms led to success; waiting is the swarm's",
            time->held_ms, time->claims, time->succeeded_ms);
      }
      return "no data: no claim of its has ended";
    case Criterion::kReviews:
      break;
  }
  return BecauseOfReviews(quality);
}

std::string BecauseOfTasks(const swarm::Quality& quality, Criterion criterion) {
  switch (criterion) {
    case Criterion::kSuccessRate:
      if (const auto& rate = quality.success_rate) {
        return fmt::format("{} of {} ended tasks succeeded", rate->succeeded, rate->succeeded + rate->failed);
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
        if (time->lead_ms.total == 0) return "no data: all that succeeded took less than a millisecond";
        return fmt::format(
            "of the {} ms from made to succeeded, over {} tasks, {} ms were the work that succeeded; the "
            "rest were waiting, and attempts before",
            time->lead_ms.total, time->lead_ms.count, time->work_ms.total);
      }
      return "no data: no task has succeeded";
    case Criterion::kReviews:
      return BecauseOfReviews(quality);
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

std::optional<HeldTimeView> View(const std::optional<swarm::HeldTime>& time) {
  if (!time) return std::nullopt;
  return HeldTimeView{.claims = time->claims,
                      .held_ms = time->held_ms,
                      .succeeded_ms = time->succeeded_ms,
                      .work = ViewSpread(time->work_ms)};
}

/// What was not looked at.
std::optional<std::string> NoteOn(const swarm::Quality& quality) {
  std::string note;
  if (quality.older_tasks) {
    note = fmt::format("of the project's newest {} ended tasks; older ones are not looked at", limits::kReportedTasks);
  }
  if (quality.claims_since_ms != 0) {
    char since[kTimeTextSize];
    note += fmt::format("{}retries, rework and lead_time are of claims since {}", note.empty() ? "" : "; ",
                        FormatTime(quality.claims_since_ms, since));
  }
  return note.empty() ? std::nullopt : std::optional(std::move(note));
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
    one.because =
        target->kind == Kind::kAgent ? BecauseOfAgent(quality, criterion) : BecauseOfTasks(quality, criterion);
    if (const auto score = swarm::ScoreOf(quality, criterion)) {
      one.score = Rounded(score->value);
      one.of = score->of;
    }
  }
  result.combination = Combination(result.criteria);
  const auto wants = [&](Criterion criterion) { return std::ranges::find(criteria, criterion) != criteria.end(); };
  if (wants(Criterion::kRework)) result.rework = View(quality.rework);
  if (wants(Criterion::kLeadTime)) {
    result.lead_time = View(quality.lead_time);
    result.held_time = View(quality.held_time);
  }
  result.note = NoteOn(quality);
  return result;
}

}  // namespace

extern const Tool kQualityAssess = MakeTool<Run>({
    .name = "quality_assess",
    .title = "Judge quality",
    .description =
        "Scores a task or a swarm by all that was done, an agent by its own attempts: success, retries, rework, "
        "lead time, reviews. A review is a task that depends on the reviewed one and that a reviewer ends by "
        "task_update with succeeded (passed) or, with maxAttempts=1, failed (rejected).",
    .hints = {.read_only = true},
    .toolset = Toolset::kMetrics,
});

}  // namespace skep::handlers
