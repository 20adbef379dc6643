#pragma once

#include <span>
#include <string>

#include "skep/tool.h"

/// The documents that are made from the tables, and so cannot say anything else than the program does.
namespace skep::cli {

/// packaging/skep.1, in the man macros of troff.
std::string ManPage(std::span<const Tool* const> tools);

/// docs/tools.md: what each tool takes and returns.
std::string ToolReference(std::span<const Tool* const> tools);

}  // namespace skep::cli
