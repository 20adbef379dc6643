#pragma once

#include <nlohmann/json.hpp>

#include "fuzz/contract.h"

namespace skep::fuzz {

/// Of a server that has a tool "echo", with a text and perhaps a number, which answers with the text; and skep's
/// memory_usage and task tools, as far as the model knows them.
inline Contract EchoContract() {
  Contract contract{.server = "echo 1", .revisions = {"2025-03-26", "2025-11-25"}, .modern = true};
  contract.lists = {"tools/list"};
  AddList("tools/list", nlohmann::json::parse(R"({"tools":[
    {"name":"echo",
     "inputSchema":{"type":"object","properties":{"text":{"type":"string"},"times":{"type":"integer","minimum":1,"maximum":3}},"required":["text"]},
     "outputSchema":{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}},
    {"name":"sleep","inputSchema":{"type":"object","properties":{"seconds":{"type":"integer"}}}},
    {"name":"memory_usage","inputSchema":{"type":"object","properties":{
      "action":{"type":"string","enum":["store","retrieve","delete"]},"key":{"type":"string"},"value":{"type":"string"},
      "namespace":{"type":"string"},"ifVersion":{"type":"integer"},"ttl":{"type":"integer"}},"required":["action"]}},
    {"name":"swarm_init","inputSchema":{"type":"object"}},
    {"name":"agent_spawn","inputSchema":{"type":"object"}},
    {"name":"task_orchestrate","inputSchema":{"type":"object"}},
    {"name":"task_claim","inputSchema":{"type":"object","properties":{"agentId":{"type":"string"}}}},
    {"name":"task_update","inputSchema":{"type":"object","properties":{"taskId":{"type":"string"},"epoch":{"type":"integer"},"state":{"type":"string"}}}}
  ]})"),
          contract);
  return contract;
}

}  // namespace skep::fuzz
