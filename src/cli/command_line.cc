#include "cli/command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <utility>

#include "base/suggest.h"
#include "base/version.h"
#include "cli/flag_help.h"
#include "json/reader.h"

// CLI11 splits the command line, finds commands and flags, and lays out help. Which flags there are, what they mean and
// what their values must be comes from the tables of fields, for skep's own options as for the tools' arguments.

namespace skep::cli {
namespace {

constexpr std::string_view kCommon[] = {"project", "log-level", "log-file", "durability"};
constexpr std::string_view kServe[] = {"toolsets", "listen", "connect", "otlp"};
constexpr std::string_view kLook[] = {"json"};
constexpr std::string_view kReport[] = {"timeframe", "format", "swarm", "html", "json"};
constexpr std::string_view kSimulation[] = {"agents",       "tasks",      "topology",   "seed",
                                            "failure-rate", "crash-rate", "stall-rate", "dependencies",
                                            "capabilities", "claims",     "compare",    "json"};
constexpr std::string_view kBenchmark[] = {"suite",  "scenario", "agents",   "duration", "seed",
                                           "export", "html",     "attached", "json"};
constexpr std::string_view kPerf[] = {"json"};
constexpr std::string_view kTest[] = {"duration", "pattern", "mix", "expect", "connections", "seed", "json"};
constexpr std::string_view kProfile[] = {"json"};

constexpr std::string_view kSwarmActions[] = {"watch"};
constexpr std::string_view kBenchmarkActions[] = {"run", "compare"};
constexpr std::string_view kPerfActions[] = {"quick"};
constexpr std::string_view kTestActions[] = {"load", "stress", "custom", "memory", "network", "database"};
constexpr std::string_view kProfileActions[] = {"memory"};
/// The floor of benchmarks, which start it themselves: not for people, and not in the help.
constexpr std::string_view kEcho = "echo";

constexpr std::string_view kMcp[] = {"list", "json", "args"};

constexpr CommandInfo kCommands[] = {
    {Command::kServe, "serve", "Speaks MCP on standard input and output, as AI clients launch it, or on a socket",
     kServe},
    {Command::kMcp, "mcp", "Calls one tool", kMcp},
    {Command::kStatus, "status", "Shows the project's store, swarms, agents and memory", kLook},
    {Command::kHook, "hook", "Answers a client's hook: pre-edit forbids edits of files that others have leased", {}},
    {Command::kTasks, "tasks", "Lists the swarm's unfinished tasks: who works on what, what waits for what", kLook},
    {Command::kLeases, "leases", "Lists the leases on the project's files, and who has them", kLook},
    {Command::kSwarm, "swarm", "skep swarm watch: agents, tasks and leases, refreshed every second", kLook, false,
     kSwarmActions},
    {Command::kReport, "report", "Says what the project's swarms and servers did and how fast; --html writes a page",
     kReport},
    {Command::kMetrics, "metrics", "Prints what is measured, as Prometheus reads it", {}},
    {Command::kSimulate, "simulate", "Plays a swarm in virtual time, checks each step, and measures the scheduler",
     kSimulation},
    {Command::kBenchmark, "benchmark",
     "Measures this skep on this machine: run a suite or scenario, compare two exports", kBenchmark, false,
     kBenchmarkActions},
    {Command::kPerf, "perf", "skep perf quick: how fast it is here, in ten lines and five seconds", kPerf, false,
     kPerfActions},
    {Command::kTest, "test",
     "Loads a server and says whether it does what is required: load, stress, custom, memory, …", kTest, false,
     kTestActions},
    {Command::kProfile, "profile", "skep profile memory: what a server, a connection, a request, an entry take",
     kProfile, false, kProfileActions},
    {Command::kDoctor, "doctor", "Looks for what is wrong with the installation, and says what to do", kLook},
    {Command::kDocs, "docs", "Prints a document that is made from the tables: man, tools, resources", {}, true},
};

constexpr std::string_view kDescription =
    "skep: shared memory and work for swarms of AI coding agents.\n"
    "Without a command, and with standard input from a pipe or a file, it serves.";

using Rows = std::vector<std::pair<const Field*, CLI::Option*>>;

void AddFlag(CLI::App& app, const Field& field, const void* defaults, Rows& rows) {
  const std::string name = "--" + FlagName(field.name);
  const std::string help = FlagHelp(field, defaults);
  CLI::Option* option = nullptr;
  if (PlainType(field).kind == Kind::kBool) {
    option = app.add_flag(name, help);
  } else {
    option = app.add_option(name, [](const CLI::results_t&) { return true; }, help);
    option->type_name(ValueName(field))->type_size(1)->expected(1);
    if (PlainType(field).kind == Kind::kVector) option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  rows.emplace_back(&field, option);
}

std::vector<Flag> Given(const Rows& rows) {
  std::vector<Flag> flags;
  for (const auto& [field, option] : rows) {
    for (const std::string& value : option->results()) flags.push_back({field, value});
  }
  return flags;
}

/// Parsers, one in the other as the commands are, and the rows behind their flags.
class Parser {
 public:
  Parser(std::span<const Tool* const> tools, bool with_tools) : app_(std::string(kDescription), "skep") {
    app_.get_formatter()->column_width(34);
    app_.get_formatter()->label("SUBCOMMAND", "COMMAND");
    app_.set_help_flag("-h,--help", "Shows this");
    app_.set_version_flag("--version", fmt::format("skep {}", Version()), "Shows the version");
    app_.require_subcommand(0, 1);
    app_.allow_extras();
    app_.footer("skep COMMAND --help and skep mcp TOOL --help say more.");
    for (const std::string_view name : kCommon) AddFlag(app_, OptionNamed(name), nullptr, options_);
    for (const CommandInfo& info : kCommands) {
      CLI::App* const command = Sub(app_, info.name, std::string(info.summary));
      for (const std::string_view name : info.options) AddFlag(*command, OptionNamed(name), nullptr, options_);
      command->group(info.hidden ? "" : "Commands");
      if (info.command == Command::kDocs)
        command->add_option("document", document_, "man, tools or resources")->required();
      if (info.command == Command::kHook) command->add_option("event", hook_, "pre-edit")->required();
      if (!info.actions.empty()) {
        command->add_option("action", action_, fmt::format("{}", fmt::join(info.actions, ", ")))->required();
      }
      if (info.command == Command::kBenchmark) {
        command->add_option("files", files_, "compare: two files that run --export has written")->expected(0, 2);
      }
      if (info.command == Command::kMcp && with_tools) AddTools(*command, tools);
      commands_.emplace_back(&info, command);
    }
  }

  OrExit<CommandLine> Parse(std::vector<std::string> args, bool serves_by_default) {
    if (args.empty() && !serves_by_default) return ExitWith(kExitOk, app_.help());
    try {
      std::ranges::reverse(args);
      app_.parse(args);
    } catch (const CLI::CallForHelp&) {
      return ExitWith(kExitOk, app_.help());
    } catch (const CLI::CallForVersion&) {
      return ExitWith(kExitOk, fmt::format("skep {}\n", Version()));
    } catch (const CLI::ArgumentMismatch& error) {
      const std::string_view what = error.what();
      const std::string name(what.substr(0, what.find(':')));
      return ExitWith(kExitUsage, name + (Times(name) > 1 ? " is given more than once" : " needs a value"));
    } catch (const CLI::ParseError& error) {
      return ExitWith(kExitUsage, error.what());
    }
    if (auto wrong = Unexpected(); !wrong.empty()) return ExitWith(kExitUsage, std::move(wrong));

    CommandLine line;
    line.document = document_;
    line.hook = hook_;
    line.arguments = Given(arguments_);
    if (auto read = ReadOptions(line.options); !read) return ExitWith(kExitUsage, "--" + read.error().message);
    if (app_.get_subcommands().empty() && !serves_by_default)
      return ExitWith(kExitUsage, "no command; see skep --help");
    line.action = action_;
    line.files = files_;
    for (const auto& [info, command] : commands_) {
      if (!command->parsed()) continue;
      line.command = info->command;
      if (auto wrong = WrongAction(*info); !wrong.empty()) return ExitWith(kExitUsage, std::move(wrong));
    }
    for (const auto& [tool, command] : tools_) {
      if (command->parsed()) line.tool = tool;
    }
    if (line.command == Command::kMcp && line.tool == nullptr && !line.options.list) {
      return ExitWith(kExitUsage, "which tool? skep mcp --list names them");
    }
    return line;
  }

 private:
  /// What is wrong with the word that follows a command's name, or those behind it; empty when nothing is.
  std::string WrongAction(const CommandInfo& info) const {
    const bool echo = info.command == Command::kBenchmark && action_ == kEcho;
    if (!info.actions.empty() && !echo && std::ranges::find(info.actions, action_) == info.actions.end()) {
      const std::string_view nearest = Nearest(action_, info.actions);
      return fmt::format("skep {} {}: there is {}{}", info.name, action_, fmt::join(info.actions, ", "),
                         nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest));
    }
    if (info.command != Command::kBenchmark) return {};
    if (action_ == "compare" && files_.size() != 2) return "skep benchmark compare takes two files: before and after";
    if (action_ != "compare" && !files_.empty()) return fmt::format("unexpected argument: {}", files_.front());
    return {};
  }

  std::size_t Times(const std::string& option) const {
    std::size_t times = 0;
    for (const Rows& rows : {options_, arguments_}) {
      for (const auto& row : rows) times += row.second->check_name(option) ? row.second->count() : 0;
    }
    return times;
  }

  CLI::App* Sub(CLI::App& parent, std::string_view name, const std::string& description) {
    CLI::App* const sub = parent.add_subcommand(std::string(name), description);
    sub->fallthrough()->allow_extras()->footer("");
    return sub;
  }

  void AddTools(CLI::App& mcp, std::span<const Tool* const> tools) {
    mcp.require_subcommand(0, 1);
    mcp.get_formatter()->label("SUBCOMMAND", "TOOL [--argument value …]");
    for (const Tool* tool : tools) {
      CLI::App* const sub = Sub(mcp, tool->info.name, std::string(tool->info.description));
      sub->group("Tools");
      bool from_file = false;
      for (const Field& field : tool->input) {
        AddFlag(*sub, field, tool->defaults(), arguments_);
        from_file = from_file || TakesFile(field);
      }
      sub->footer(from_file
                      ? "A text of any length, or JSON, may be given as - (standard input) or @FILE; @@ begins a text "
                        "with @.\nA list takes commas or JSON. Also --args and --json, see skep mcp --help."
                      : "A list takes commas or JSON. Also --args and --json, see skep mcp --help.");
      tools_.emplace_back(tool, sub);
    }
  }

  Expected<void> ReadOptions(Options& options) {
    Block text;
    if (auto written = WriteArguments(Given(options_), std::nullopt, text); !written) return written;
    json::Reader reader;
    reader.Parse({text.data(), text.size()});
    return DecodeFields(reader.root(), Options::kFields, &options);
  }

  /// A sentence about the first argument that nothing has taken; empty when there is none.
  std::string Unexpected() const {
    const CLI::App* at = &app_;
    while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
    const std::vector<std::string> extras = app_.remaining(true);
    if (extras.empty()) return {};
    const std::string word = extras.front().substr(0, extras.front().find('='));
    std::vector<std::string> candidates;
    if (word.starts_with("-")) {
      for (const CLI::App* app = at; app != nullptr; app = app->get_parent()) {
        for (const CLI::Option* option : app->get_options()) {
          for (const std::string& name : option->get_lnames()) candidates.push_back("--" + name);
        }
      }
    } else {
      for (const CLI::App* sub : at->get_subcommands({})) candidates.push_back(sub->get_name());
    }
    const std::string_view what = word.starts_with("-") ? "option" : at == &app_ ? "command" : "tool";
    const std::vector<std::string_view> names(candidates.begin(), candidates.end());
    const std::string help = HelpCommand(*at);
    if (names.empty()) return fmt::format("unexpected argument \"{}\"; see {}", word, help);
    const std::string_view nearest = Nearest(word, names);
    if (nearest.empty()) return fmt::format("there is no {} \"{}\"; see {}", what, word, help);
    return fmt::format("there is no {} \"{}\" (did you mean \"{}\"?); see {}", what, word, nearest, help);
  }

  static std::string HelpCommand(const CLI::App& app) {
    std::string path;
    for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) path = at->get_name() + " " + path;
    return path + "--help";
  }

  CLI::App app_;
  Rows options_;
  Rows arguments_;
  std::vector<std::pair<const CommandInfo*, CLI::App*>> commands_;
  std::vector<std::pair<const Tool*, CLI::App*>> tools_;
  std::string document_;
  std::string action_;
  std::vector<std::string> files_;
  std::string hook_;
};

}  // namespace

std::span<const CommandInfo> Commands() { return kCommands; }

std::span<const std::string_view> CommonOptions() { return kCommon; }

const Field& OptionNamed(std::string_view name) {
  return *std::ranges::find(Options::kFields, name, [](const Field& field) { return field.name; });
}

namespace {

/// `--ifVersion=1`, as an argument is called on the wire, is `--if-version=1`.
std::string InKebabCase(std::string_view word) {
  if (!word.starts_with("--")) return std::string(word);
  const std::size_t end = std::min(word.find('='), word.size());
  return FlagName(word.substr(0, end)).append(word.substr(end));
}

}  // namespace

OrExit<CommandLine> ParseCommandLine(std::span<const char* const> args, std::span<const Tool* const> tools,
                                     bool serves_by_default) {
  // What clients launch does without the parser: making it takes 0.2–0.3 ms of a start that should take 2.
  const bool serve = args.empty() ? serves_by_default : args.size() == 1 && std::string_view(args[0]) == "serve";
  if (serve) return CommandLine{};

  std::vector<std::string> words;
  for (const char* const word : args) {
    words.emplace_back(InKebabCase(word));
    // CLI11 takes `--x=` for an --x whose value follows.
    if (words.back().starts_with("--") && words.back().ends_with('=') &&
        words.back().find('=') + 1 == words.back().size()) {
      words.back().pop_back();
      words.emplace_back();
    }
  }
  // `skep help mcp` is `skep mcp --help`.
  if (!words.empty() && words.front() == "help") {
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  const bool with_tools = std::ranges::find(words, "mcp") != words.end();
  return Parser(tools, with_tools).Parse(std::move(words), serves_by_default);
}

}  // namespace skep::cli
