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

/// Of commands with actions. That one is missing is said in our words, so CLI11 takes it for optional: it is not.
class ActionFormatter final : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string name) const override {
    constexpr std::string_view kOptional = "[ACTION]";
    std::string usage = CLI::Formatter::make_usage(app, std::move(name));
    if (const auto at = usage.find(kOptional); at != std::string::npos) usage.replace(at, kOptional.size(), "ACTION");
    return usage;
  }
};

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
    for (const std::string_view name : CommonOptions()) AddFlag(app_, OptionNamed(name), nullptr, options_);
    for (const CommandInfo& info : Commands()) {
      CLI::App* const command = Sub(app_, info.name, std::string(info.summary));
      for (const std::string_view name : info.options) AddFlag(*command, OptionNamed(name), nullptr, options_);
      command->group(info.hidden ? "" : "Commands");
      if (info.command == Command::kDocs)
        command->add_option("document", document_, "man, tools or resources")->required();
      if (info.command == Command::kHook) command->add_option("event", hook_, "pre-edit")->required();
      AddActions(*command, info);
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
    line.files = files_;
    for (const auto& [info, command] : commands_) {
      if (!command->parsed()) continue;
      line.command = info->command;
      if (info->actions.empty()) continue;
      if (command->get_subcommands().empty()) {
        return ExitWith(kExitUsage, fmt::format("skep {} what? There is {}; see skep {} --help", info->name,
                                                fmt::join(ActionNames(*info), ", "), info->name));
      }
      line.action = command->get_subcommands().front()->get_name();
      if (line.action == "compare" && files_.size() != 2) {
        return ExitWith(kExitUsage, "skep benchmark compare takes two files: before and after");
      }
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
  static std::vector<std::string_view> ActionNames(const CommandInfo& info) {
    std::vector<std::string_view> names;
    for (const ActionInfo& action : info.actions) {
      if (!action.hidden) names.push_back(action.name);
    }
    return names;
  }

  void AddActions(CLI::App& command, const CommandInfo& info) {
    static const Options kDefaults;
    if (info.actions.empty()) return;
    const auto formatter = std::make_shared<ActionFormatter>();
    formatter->column_width(app_.get_formatter()->get_column_width());
    formatter->label("SUBCOMMAND", "ACTION");
    command.formatter(formatter);
    command.require_subcommand(0, 1);
    command.footer(
        fmt::format("{}skep {} ACTION --help says more.", info.more == nullptr ? "" : info.more() + "\n", info.name));
    for (const ActionInfo& action : info.actions) {
      CLI::App* const sub = Sub(command, action.name, std::string(action.summary));
      for (const std::string_view name : action.options) AddFlag(*sub, OptionNamed(name), &kDefaults, options_);
      if (action.takes_files) {
        sub->add_option("files", files_, "Two that skep benchmark run --export has written: before and after")
            ->expected(-1);
      }
      if (action.more != nullptr) sub->footer(action.more());
      sub->group(action.hidden ? "" : "Actions");
    }
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
    return word.starts_with("-") ? UnexpectedOption(word, *at) : UnexpectedWord(word, *at);
  }

  std::string UnexpectedOption(const std::string& word, const CLI::App& at) const {
    const auto takes = [&](const CLI::App& app) { return app.get_option_no_throw(word) != nullptr; };
    for (const CLI::App* app = &at; app != nullptr; app = app->get_parent()) {
      if (takes(*app)) return fmt::format("{} stands behind the command: {} {}", word, PathOf(*app), word);
    }
    for (const auto& [info, command] : commands_) {
      if (at.get_parent() != command || info->actions.empty()) continue;
      for (const CLI::App* other : command->get_subcommands({})) {
        if (!takes(*other)) continue;
        return fmt::format("{} takes no {}: that is for {}; see {} --help", PathOf(at), word, PathOf(*other),
                           PathOf(at));
      }
    }
    std::vector<std::string> candidates;
    for (const CLI::App* app = &at; app != nullptr; app = app->get_parent()) {
      for (const CLI::Option* option : app->get_options()) {
        for (const std::string& name : option->get_lnames()) candidates.push_back("--" + name);
      }
    }
    return NoSuch("option", word, candidates, at);
  }

  std::string UnexpectedWord(const std::string& word, const CLI::App& at) const {
    for (const auto& [info, command] : commands_) {
      if (command != &at || info->actions.empty()) continue;
      const auto names = ActionNames(*info);
      const std::string_view nearest = Nearest(word, names);
      return fmt::format("{} {}: there is {}{}", PathOf(at), word, fmt::join(names, ", "),
                         nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest));
    }
    std::vector<std::string> candidates;
    for (const CLI::App* sub : at.get_subcommands({})) candidates.push_back(sub->get_name());
    if (candidates.empty()) return fmt::format("unexpected argument \"{}\"; see {} --help", word, PathOf(at));
    return NoSuch(&at == &app_ ? "command" : "tool", word, candidates, at);
  }

  static std::string NoSuch(std::string_view what, const std::string& word, const std::vector<std::string>& candidates,
                            const CLI::App& at) {
    const std::vector<std::string_view> names(candidates.begin(), candidates.end());
    const std::string_view nearest = Nearest(word, names);
    return fmt::format("there is no {} \"{}\"{}; see {} --help", what, word,
                       nearest.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", nearest), PathOf(at));
  }

  /// "skep benchmark run".
  static std::string PathOf(const CLI::App& app) {
    return app.get_parent() == nullptr ? app.get_name() : PathOf(*app.get_parent()) + " " + app.get_name();
  }

  CLI::App app_;
  Rows options_;
  Rows arguments_;
  std::vector<std::pair<const CommandInfo*, CLI::App*>> commands_;
  std::vector<std::pair<const Tool*, CLI::App*>> tools_;
  std::string document_;
  std::vector<std::string> files_;
  std::string hook_;
};

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
