#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "load/expectation.h"
#include "load/load.h"
#include "load/machine.h"
#include "load/versus.h"

namespace skep::load {

/// A run, and all that one has to know of it.
struct Report {
  Target target;
  Plan plan;
  Outcome outcome;
  std::vector<Judgement> judgements;
  Machine machine;
};

/// The target's command, or its socket: "build/release/skep serve".
std::string NameOf(const Target& target);
/// "closed:16, ping=8,retrieve=2, 4 connections, 10 s after 1 s of warm-up, seed 1"
std::string Text(const Plan& plan);

/// For a terminal: the plan, latencies by operation, rates, errors, what the server used, expectations.
std::string ReportText(const Report& report);
/// For machines: all of it. What there is no data of is null.
nlohmann::ordered_json ReportJson(const Report& report);

/// Servers that were measured in turn, the figures of all rounds: see versus.h.
std::string VersusText(std::span<const Contender> contenders);
nlohmann::ordered_json VersusJson(std::span<const Contender> contenders);

/// A page that needs nothing beside it, and no script: first how the servers compare, if there are several; then the
/// plots of each report. REQUIRES: at least one report.
std::string ReportPage(std::span<const Report> reports, std::span<const Contender> contenders);

}  // namespace skep::load
