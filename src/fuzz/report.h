#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "fuzz/campaign.h"
#include "fuzz/contract.h"

namespace skep::fuzz {

/// What was done, found and reached, for people.
std::string ReportText(const Plan& plan, const Contract& contract, const Outcome& outcome);
/// The same for programs.
nlohmann::json ReportJson(const Plan& plan, const Contract& contract, const Outcome& outcome);
/// "1 finding", "2 findings"
std::string CountOfFindings(std::size_t count);
/// One line while it runs.
std::string ProgressLine(const Outcome& outcome);
/// The name of the file that a case's transcript is written to.
std::string TranscriptName(const Case& found);

}  // namespace skep::fuzz
