#pragma once

#include <span>
#include <string>

#include "skep/resource.h"
#include "skep/tool.h"

/// The documents that are made from the tables, and so cannot say anything else than the program does.
namespace skep::cli {

/// packaging/skep.1, in the man macros of troff.
std::string ManPage(std::span<const Tool* const> tools);

/// docs/tools.md: what each tool takes and returns.
std::string ToolReference(std::span<const Tool* const> tools);

/// docs/resources.md: the URIs and what each gives; the prompts and what they take.
std::string ResourceReference(std::span<const Resource* const> resources, std::span<const Prompt* const> prompts);

}  // namespace skep::cli
