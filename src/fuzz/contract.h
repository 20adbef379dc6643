#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "client/process.h"
#include "fuzz/methods.h"
#include "fuzz/schema.h"
#include "skep/error.h"

namespace skep::fuzz {

struct ToolContract {
  std::string name;
  Schema input;
  std::optional<Schema> output;
  std::vector<std::string> how_long;  ///< Its arguments that say how long a call takes.
};
struct PromptContract {
  std::string name;
  std::vector<std::string> arguments;
};

/// What a server says it can do: what is sent to it is made from this, and what it answers is held to it.
struct Contract {
  std::string server;                  ///< Its name and version.
  std::vector<std::string> revisions;  ///< Of the legacy era, that it agreed on.
  bool modern = false;
  std::vector<ToolContract> tools;
  std::vector<std::string> resources;  ///< URIs.
  std::vector<std::string> templates;  ///< With {variables}.
  std::vector<PromptContract> prompts;
  /// That it announces in the legacy and the modern era, "resources/subscribe" among them; "tasks" also as an
  /// extension.
  std::set<std::string, std::less<>> capabilities[2];
  std::set<std::string, std::less<>> lists;  ///< Methods that list something and were answered with a result.

  const ToolContract* Tool(std::string_view name) const;
  int ToolIndex(std::string_view name) const;  ///< -1: none.
  /// Whether it announces what the method belongs to, and speaks that era.
  bool Offers(const MethodInfo& info, bool in_modern) const;
  /// Whether it has the tools whose meaning is known: memory_usage; task_claim and what belongs to it.
  bool HasMemory() const;
  bool HasTasks() const;
  /// Keywords of its schemas that nothing is judged by.
  std::set<std::string> UnknownKeywords() const;
};

/// Adds what a result of one of the list methods says; what has not its form is left out.
void AddList(std::string_view method, const nlohmann::json& result, Contract& contract);

/// The names that a greeting's or a discovery's result announces.
std::set<std::string, std::less<>> CapabilitiesIn(const nlohmann::json& result);

/// Asks a server of its own, in each revision. Fails when it cannot be started, or does not answer within the patience.
Expected<Contract> ReadContract(const client::Launch& launch, std::int64_t patience_ms);

}  // namespace skep::fuzz
