#pragma once

#include <string>

#include "metrics/report.h"

namespace skep::metrics {

/// A report in ten lines, for people: at most 8 KB. Every figure with its count; what was not measured says so.
std::string SummaryOf(const Report& report);

/// The summary and what it sums up: tables by operation, agent, type, capability and topology, each requirement, each
/// comparison, alerts.
std::string DetailsOf(const Report& report);

}  // namespace skep::metrics
