#include "cli/command_table.h"

#include <algorithm>

#include "cli/action_help.h"
#include "cli/options.h"

namespace skep::cli {
namespace {

constexpr std::string_view kCommon[] = {"project", "log-level", "log-file", "durability"};
constexpr std::string_view kServe[] = {"toolsets", "listen", "connect", "otlp"};
constexpr std::string_view kLook[] = {"json"};
constexpr std::string_view kReport[] = {"timeframe", "format", "swarm", "html", "json"};
constexpr std::string_view kSimulation[] = {"agents",       "tasks",      "topology",   "seed",
                                            "failure-rate", "crash-rate", "stall-rate", "dependencies",
                                            "capabilities", "claims",     "compare",    "json"};
constexpr std::string_view kBenchmarkRun[] = {"suite",  "scenario", "agents",   "duration", "seed",
                                              "export", "html",     "attached", "json"};
constexpr std::string_view kCustomLoad[] = {"duration", "pattern", "mix", "expect", "connections", "seed", "json"};
constexpr std::string_view kLoad[] = {"duration", "expect", "seed", "json"};
constexpr std::string_view kSeeded[] = {"duration", "seed", "json"};
constexpr std::string_view kTimed[] = {"duration", "json"};

constexpr ActionInfo kSwarmActions[] = {
    {.name = "watch", .summary = "Shows agents, tasks and leases, refreshed every second", .options = kLook}};
constexpr ActionInfo kBenchmarkActions[] = {
    {.name = "run",
     .summary = "Measures with a suite or a scenario, each figure beside what the machine itself can do",
     .options = kBenchmarkRun,
     .more = BenchmarkRunHelp},
    {.name = "compare",
     .summary = "Says what became better or worse from one export to another",
     .options = kLook,
     .more = BenchmarkCompareHelp,
     .takes_files = true},
    // The floor of benchmarks, which start it themselves: not for people.
    {.name = "echo", .summary = "Writes what it reads", .options = {}, .hidden = true}};
constexpr ActionInfo kPerfActions[] = {{.name = "quick",
                                        .summary = "How fast it is here, in ten lines and five seconds",
                                        .options = kLook,
                                        .more = PerfQuickHelp}};
constexpr ActionInfo kTestActions[] = {
    {.name = "load",
     .summary = "10,000 requests a second that rise to 50,000, over stdio",
     .options = kLoad,
     .more = TestHelp},
    {.name = "stress", .summary = "Finds the highest rate that holds", .options = kSeeded, .more = TestHelp},
    {.name = "custom",
     .summary = "A load of your own, and what is expected of it",
     .options = kCustomLoad,
     .more = TestHelp},
    {.name = "memory",
     .summary = "A steady load under which memory, descriptors and threads must not grow",
     .options = kSeeded,
     .more = TestHelp},
    {.name = "network",
     .summary = "10,000 requests a second from 200 clients of one server, over a Unix socket",
     .options = kLoad,
     .more = TestHelp},
    {.name = "database",
     .summary = "Kills a server while it stores, and looks for all that was acknowledged",
     .options = kTimed,
     .more = TestHelp}};
constexpr ActionInfo kProfileActions[] = {{.name = "memory",
                                           .summary = "What a server, a connection, a request, an entry take",
                                           .options = kLook,
                                           .more = ProfileMemoryHelp}};

constexpr std::string_view kMcp[] = {"list", "json", "args"};

constexpr CommandInfo kCommands[] = {
    {Command::kServe, "serve", "Speaks MCP on standard input and output, as AI clients launch it, or on a socket",
     kServe},
    {Command::kMcp, "mcp", "Calls one tool", kMcp},
    {Command::kStatus, "status", "Shows the project's store, swarms, agents and memory", kLook},
    {Command::kHook, "hook", "Answers a client's hook: pre-edit forbids edits of files that others have leased", {}},
    {Command::kTasks, "tasks", "Lists the swarm's unfinished tasks: who works on what, what waits for what", kLook},
    {Command::kLeases, "leases", "Lists the leases on the project's files, and who has them", kLook},
    {Command::kSwarm,
     "swarm",
     "skep swarm watch: agents, tasks and leases, refreshed every second",
     {},
     false,
     kSwarmActions},
    {Command::kReport, "report", "Says what the project's swarms and servers did and how fast; --html writes a page",
     kReport},
    {Command::kMetrics, "metrics", "Prints what is measured, as Prometheus reads it", {}},
    {Command::kSimulate, "simulate", "Plays a swarm in virtual time, checks each step, and measures the scheduler",
     kSimulation},
    {Command::kBenchmark,
     "benchmark",
     "Measures this skep on this machine: run a suite or scenario, compare two exports",
     {},
     false,
     kBenchmarkActions,
     BenchmarkHelp},
    {Command::kPerf,
     "perf",
     "skep perf quick: how fast it is here, in ten lines and five seconds",
     {},
     false,
     kPerfActions,
     PerfQuickHelp},
    {Command::kTest,
     "test",
     "Loads a server and says whether it does what is required: load, stress, custom, memory, …",
     {},
     false,
     kTestActions,
     TestHelp},
    {Command::kProfile,
     "profile",
     "skep profile memory: what a server, a connection, a request, an entry take",
     {},
     false,
     kProfileActions,
     ProfileMemoryHelp},
    {Command::kDoctor, "doctor", "Looks for what is wrong with the installation, and says what to do", kLook},
    {Command::kDocs, "docs", "Prints a document that is made from the tables: man, tools, resources", {}, true},
};

}  // namespace

std::span<const CommandInfo> Commands() { return kCommands; }

std::span<const std::string_view> CommonOptions() { return kCommon; }

const Field& OptionNamed(std::string_view name) {
  return *std::ranges::find(Options::kFields, name, [](const Field& field) { return field.name; });
}

}  // namespace skep::cli
