#include "fuzz/report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <nlohmann/json.hpp>

namespace skep::fuzz {
namespace {

using nlohmann::json;

double PerSecond(std::uint64_t count, double seconds) { return seconds > 0 ? static_cast<double>(count) / seconds : 0; }

double MicrosEach(double seconds, std::uint64_t count) {
  return count > 0 ? 1e6 * seconds / static_cast<double>(count) : 0;
}

std::size_t Reached(const std::vector<Coverage::Count>& tools, std::uint64_t Coverage::Count::* kind) {
  return static_cast<std::size_t>(std::ranges::count_if(tools, [&](const auto& count) { return count.*kind > 0; }));
}

/// How often each method was answered, by era; those that were not are left out.
std::string MethodTable(const Contract& contract, const Coverage& coverage) {
  const std::string_view eras[2] = {"legacy era", contract.modern ? "modern era" : ""};
  std::string text = fmt::format("{:<28}{:>20}{:>20}\n{:<28}", "answers", eras[0], eras[1], "");
  for (const std::string_view era : eras) {
    if (!era.empty()) fmt::format_to(std::back_inserter(text), "{:>10}{:>10}", "results", "errors");
  }
  text += '\n';
  const auto add = [&](std::string_view name, const Coverage::Count(&counts)[2]) {
    if (counts[0].good + counts[0].refused + counts[1].good + counts[1].refused == 0) return;
    fmt::format_to(std::back_inserter(text), "  {:<26}", name);
    for (int era = 0; era < (contract.modern ? 2 : 1); ++era) {
      fmt::format_to(std::back_inserter(text), "{:>10}{:>10}", counts[era].good, counts[era].refused);
    }
    text += '\n';
  };
  for (const MethodInfo& info : kMethods) add(info.name, coverage.methods[static_cast<std::size_t>(info.method)]);
  add("(others)", coverage.methods[kMethods.size()]);
  return text;
}

std::string CoverageText(const Contract& contract, const Coverage& coverage) {
  std::string text = MethodTable(contract, coverage);
  fmt::format_to(std::back_inserter(text), "tools: {} of {} with a result, {} with an error\nerrors:",
                 Reached(coverage.tools, &Coverage::Count::good), contract.tools.size(),
                 Reached(coverage.tools, &Coverage::Count::refused));
  for (const auto& [code, count] : coverage.codes) fmt::format_to(std::back_inserter(text), " {} ×{}", code, count);
  text += "\nrevisions:";
  for (const auto& [revision, count] : coverage.revisions) {
    fmt::format_to(std::back_inserter(text), " {} ×{}", revision, count);
  }
  text += "\nfrom the server:";
  for (const auto& [method, count] : coverage.from_server) {
    fmt::format_to(std::back_inserter(text), " {} ×{}", method, count);
  }
  const auto missing = NotReached(contract, coverage);
  fmt::format_to(std::back_inserter(text), "\nnot reached: {}\n",
                 missing.empty() ? std::string("nothing") : fmt::format("{}", fmt::join(missing, ", ")));
  if (const auto absent = NotOffered(contract); !absent.empty()) {
    fmt::format_to(std::back_inserter(text), "not offered: {}\n", fmt::join(absent, ", "));
  }
  return text;
}

}  // namespace

std::string CountOfFindings(std::size_t count) { return fmt::format("{} finding{}", count, count == 1 ? "" : "s"); }

std::string TranscriptName(const Case& found) {
  std::string name = found.finding.Key();
  std::ranges::transform(name, name.begin(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ? static_cast<char>(std::tolower(c)) : '-';
  });
  name.erase(std::ranges::unique(name, [](char a, char b) { return a == '-' && b == '-'; }).begin(), name.end());
  return name.substr(0, 100) + ".jsonl";
}

std::string ProgressLine(const Outcome& outcome) {
  return fmt::format("{:.1f} s, {} messages ({:.0f}/s), {} {}, {}{}", outcome.seconds, outcome.sent,
                     PerSecond(outcome.sent, outcome.seconds), outcome.lives, outcome.lives == 1 ? "life" : "lives",
                     CountOfFindings(outcome.cases.size()),
                     outcome.minimising.empty() ? "" : fmt::format("; making small: {}", outcome.minimising));
}

std::string ReportText(const Plan& plan, const Contract& contract, const Outcome& outcome) {
  std::string text = fmt::format(
      "{}: {} tools, {} resources, {} templates, {} prompts; revisions {}{}\n"
      "seed {}: {} messages sent, {} received, in {} rounds of {} lives, over {:.1f} s: {:.0f}/s\n"
      "generated and judged: {:.0f}/s of own CPU ({:.2f} µs each, and {:.2f} in the kernel: {:.0f}/s in all); the "
      "server's own memory was at most {:.1f} MB\n",
      contract.server, contract.tools.size(), contract.resources.size(), contract.templates.size(),
      contract.prompts.size(), fmt::join(contract.revisions, " "), contract.modern ? " 2026-07-28" : "", plan.seed,
      outcome.sent, outcome.received, outcome.rounds, outcome.lives, outcome.seconds,
      PerSecond(outcome.sent, outcome.seconds), PerSecond(outcome.sent, outcome.own_cpu.user_s),
      MicrosEach(outcome.own_cpu.user_s, outcome.sent), MicrosEach(outcome.own_cpu.system_s, outcome.sent),
      PerSecond(outcome.sent, outcome.own_cpu.both_s()), static_cast<double>(outcome.most_memory) / 1e6);
  if (const auto unknown = contract.UnknownKeywords(); !unknown.empty()) {
    fmt::format_to(std::back_inserter(text), "keywords of its schemas that nothing is judged by: {}\n",
                   fmt::join(unknown, ", "));
  }
  text += CoverageText(contract, outcome.coverage);
  for (const auto& [key, found] : outcome.cases) {
    fmt::format_to(std::back_inserter(text), "FINDING {} (×{}): {}\n  first in life {}, round {}; {}\n", key,
                   found.times, found.finding.detail, found.life, found.round,
                   found.again == Again::kYes
                       ? fmt::format("comes about again with {} lines", found.script.steps.size())
                   : found.again == Again::kNo ? "did not come about again"
                                               : "there was no time to bring it about again");
  }
  return text + CountOfFindings(outcome.cases.size()) + (outcome.interrupted ? ", interrupted\n" : "\n");
}

json ReportJson(const Plan& plan, const Contract& contract, const Outcome& outcome) {
  json report = {{"server", contract.server},
                 {"command", plan.setup.command},
                 {"seed", plan.seed},
                 {"connections", plan.setup.connections},
                 {"seconds", outcome.seconds},
                 {"sent", outcome.sent},
                 {"received", outcome.received},
                 {"lives", outcome.lives},
                 {"rounds", outcome.rounds},
                 {"ownUserSeconds", outcome.own_cpu.user_s},
                 {"ownSystemSeconds", outcome.own_cpu.system_s},
                 {"perSecondOfOwnCpu", PerSecond(outcome.sent, outcome.own_cpu.both_s())},
                 {"mostMemoryBytes", outcome.most_memory},
                 {"interrupted", outcome.interrupted},
                 {"keywordsNotJudged", contract.UnknownKeywords()},
                 {"notReached", NotReached(contract, outcome.coverage)},
                 {"notOffered", NotOffered(contract)},
                 {"findings", json::array()}};
  json& reached = report["reached"];
  for (const MethodInfo& info : kMethods) {
    const auto& counts = outcome.coverage.methods[static_cast<std::size_t>(info.method)];
    for (const int era : {0, 1}) {
      if (counts[era].good + counts[era].refused == 0) continue;
      reached["methods"][era == 0 ? "legacy" : "modern"][std::string(info.name)] = {{"results", counts[era].good},
                                                                                    {"errors", counts[era].refused}};
    }
  }
  for (std::size_t i = 0; i < outcome.coverage.tools.size(); ++i) {
    const Coverage::Count& count = outcome.coverage.tools[i];
    reached["tools"][contract.tools[i].name] = {{"results", count.good}, {"errors", count.refused}};
  }
  for (const auto& [code, count] : outcome.coverage.codes) reached["errors"][std::to_string(code)] = count;
  for (const auto& [revision, count] : outcome.coverage.revisions) reached["revisions"][revision] = count;
  for (const auto& [method, count] : outcome.coverage.from_server) reached["fromServer"][method] = count;
  for (const auto& [key, found] : outcome.cases) {
    report["findings"].push_back(
        {{"rule", NameOf(found.finding.rule)},
         {"subject", found.finding.subject},
         {"detail", found.finding.detail},
         {"times", found.times},
         {"life", found.life},
         {"round", found.round},
         {"connection", found.connection},
         {"reproduced", found.again == Again::kNotTried ? json() : json(found.again == Again::kYes)},
         {"lines", found.script.steps.size()},
         {"transcript", TranscriptName(found)}});
  }
  return report;
}

}  // namespace skep::fuzz
