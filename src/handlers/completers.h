#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "skep/resource.h"

/// What is offered for arguments of resources and prompts while they are typed (Completer::offer).
namespace skep::handlers {

/// Active swarms.
std::vector<std::string> OfferSwarms(ToolContext& context, std::string_view typed, CompletionContext known);
/// Agents of the swarm in view, or of that which `known` names as `swarm`.
std::vector<std::string> OfferAgents(ToolContext& context, std::string_view typed, CompletionContext known);
/// Tasks, those that are not finished first.
std::vector<std::string> OfferTasks(ToolContext& context, std::string_view typed, CompletionContext known);
/// Tasks, first those that somebody may have to take over: claimed, failed.
std::vector<std::string> OfferLostTasks(ToolContext& context, std::string_view typed, CompletionContext known);
/// Namespaces of memory.
std::vector<std::string> OfferNamespaces(ToolContext& context, std::string_view typed, CompletionContext known);
/// Keys of memory: of the namespace that `known` names, else of all.
std::vector<std::string> OfferKeys(ToolContext& context, std::string_view typed, CompletionContext known);

}  // namespace skep::handlers
