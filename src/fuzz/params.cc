#include "fuzz/params.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "client/messages.h"

namespace skep::fuzz {
namespace {

using std::string_view;

constexpr std::array<string_view, 10> kLevels = {"debug",    "info",  "notice",    "warning", "error",
                                                 "critical", "alert", "emergency", "loud",    ""};

}  // namespace

std::string Params::Known(string_view name, string_view otherwise) {
  const std::string* known = random_.OneIn(8) ? nullptr : pool_.Pick(name, random_);
  return known != nullptr ? *known : std::string(otherwise);
}

void Params::Uri(std::string& to) {
  std::string uri = "file:///etc/passwd";
  const std::size_t dice = random_.Below(8);
  if (dice < 3 && !contract_.resources.empty()) {
    uri = random_.Pick(contract_.resources);
  } else if (dice < 7 && !contract_.templates.empty()) {
    uri = random_.Pick(contract_.templates);
    for (std::size_t open = uri.find('{'); open != std::string::npos; open = uri.find('{', open)) {
      const std::size_t close = uri.find('}', open);
      if (close == std::string::npos) break;
      const std::string* known = pool_.PickAny(random_);
      const std::string value = known != nullptr && !random_.OneIn(4) ? *known : "ready";
      uri.replace(open, close - open + 1, value);
      open += value.size();
    }
  } else if (dice == 7) {
    uri = Known("uri", "no such");
  }
  to += R"("uri":)" + client::Quoted(uri);
}

void Params::Prompt(std::string& to) {
  if (contract_.prompts.empty()) {
    to += R"("name":"none")";
    return;
  }
  const PromptContract& prompt = random_.Pick(contract_.prompts);
  to += fmt::format(R"("name":{},"arguments":{{)", client::Quoted(prompt.name));
  bool comma = false;
  for (const std::string& argument : prompt.arguments) {
    if (random_.OneIn(6)) continue;
    to += (comma ? "," : "") + client::Quoted(argument) + ":";
    comma = true;
    values_.Text(argument + "Id", to);
  }
  to += '}';
}

void Params::Completion(std::string& to) {
  std::string argument = "id";
  if (random_.OneIn(2) && !contract_.prompts.empty()) {
    const PromptContract& prompt = random_.Pick(contract_.prompts);
    to += fmt::format(R"("ref":{{"type":"ref/prompt","name":{}}})", client::Quoted(prompt.name));
    if (!prompt.arguments.empty()) argument = random_.Pick(prompt.arguments);
  } else {
    const std::string uri = contract_.templates.empty() ? "none" : random_.Pick(contract_.templates);
    to += fmt::format(R"("ref":{{"type":"ref/resource","uri":{}}})", client::Quoted(uri));
    const std::size_t open = uri.find_last_of("{+");
    if (open != std::string::npos) argument = uri.substr(open + 1, uri.find('}', open) - open - 1);
  }
  to += fmt::format(R"(,"argument":{{"name":{},"value":)", client::Quoted(argument));
  values_.Text(argument, to);
  to += '}';
}

void Params::Append(Method method, std::string& to) {
  switch (method) {
    case Method::kToolsList:
    case Method::kResourcesList:
    case Method::kTemplatesList:
    case Method::kPromptsList:
    case Method::kTasksList:
      if (random_.OneIn(5)) to += R"("cursor":)" + client::Quoted(Known("cursor", ""));
      break;
    case Method::kResourcesRead:
    case Method::kSubscribe:
    case Method::kUnsubscribe:
      Uri(to);
      break;
    case Method::kPromptsGet:
      Prompt(to);
      break;
    case Method::kComplete:
      Completion(to);
      break;
    case Method::kSetLevel:
      to += R"("level":)" + client::Quoted(random_.Pick(kLevels));
      break;
    case Method::kTasksGet:
    case Method::kTasksResult:
    case Method::kTasksCancel:
      to += R"("taskId":)" + client::Quoted(Known(Pool::kProtocolTasks, "none"));
      break;
    case Method::kTasksUpdate:
      to += fmt::format(R"("taskId":{},"inputResponses":{{}})", client::Quoted(Known(Pool::kProtocolTasks, "none")));
      break;
    case Method::kListen:
      to += R"("notifications":{"toolsListChanged":true,"resourceSubscriptions":[)";
      if (!contract_.resources.empty()) to += client::Quoted(random_.Pick(contract_.resources));
      to += "]}";
      break;
    default:
      break;
  }
}

}  // namespace skep::fuzz
