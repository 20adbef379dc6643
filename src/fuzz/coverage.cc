#include "fuzz/coverage.h"

#include <fmt/format.h>

#include "client/messages.h"

namespace skep::fuzz {

void Coverage::Answered(Method method, bool modern, int tool, bool good) {
  Count& count = methods[static_cast<std::size_t>(method)][modern ? 1 : 0];
  (good ? count.good : count.refused) += 1;
  if (modern) ++revisions[std::string(client::kModern)];
  if (tool < 0) return;
  if (tools.size() <= static_cast<std::size_t>(tool)) tools.resize(static_cast<std::size_t>(tool) + 1);
  Count& of_tool = tools[static_cast<std::size_t>(tool)];
  (good ? of_tool.good : of_tool.refused) += 1;
}

std::vector<std::string> NotOffered(const Contract& contract) {
  std::vector<std::string> names;
  for (const MethodInfo& info : kMethods) {
    const bool legacy = info.legacy && !contract.Offers(info, false);
    const bool modern = info.modern && contract.modern && !contract.Offers(info, true);
    if (!legacy && !modern) continue;
    const bool everywhere = (legacy || !info.legacy) && (modern || !info.modern || !contract.modern);
    names.push_back(fmt::format("{}{}", info.name, everywhere ? "" : legacy ? " (legacy)" : " (modern)"));
  }
  return names;
}

std::vector<std::string> NotReached(const Contract& contract, const Coverage& coverage) {
  std::vector<std::string> missing;
  for (const MethodInfo& info : kMethods) {
    const auto& counts = coverage.methods[static_cast<std::size_t>(info.method)];
    for (const bool modern : {false, true}) {
      if (!contract.Offers(info, modern)) continue;
      const std::string name = fmt::format("method {} ({})", info.name, modern ? "modern" : "legacy");
      const Coverage::Count& count = counts[modern ? 1 : 0];
      if (count.good == 0)
        missing.push_back(fmt::format("{}: {}", name, count.refused == 0 ? "any answer" : "a result"));
    }
  }
  for (std::size_t i = 0; i < contract.tools.size(); ++i) {
    const Coverage::Count count = i < coverage.tools.size() ? coverage.tools[i] : Coverage::Count{};
    if (count.good == 0) missing.push_back(fmt::format("tool {}: a result", contract.tools[i].name));
    if (count.refused == 0) missing.push_back(fmt::format("tool {}: an error", contract.tools[i].name));
  }
  for (const std::int64_t code : kErrorCodes) {
    // That the server is at fault is nothing to reach.
    if (code != -32603 && !coverage.codes.contains(code)) missing.push_back(fmt::format("error {}", code));
  }
  for (const std::string& revision : contract.revisions) {
    if (!coverage.revisions.contains(revision)) missing.push_back(fmt::format("revision {}", revision));
  }
  if (contract.modern && !coverage.revisions.contains(client::kModern)) {
    missing.push_back(fmt::format("revision {}", client::kModern));
  }
  return missing;
}

}  // namespace skep::fuzz
