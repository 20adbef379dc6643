#include "cli/documents.h"

#include <fmt/format.h>

#include <sstream>
#include <string_view>

#include "base/version.h"
#include "cli/arguments.h"
#include "cli/command_table.h"
#include "cli/config.h"
#include "cli/flag_help.h"
#include "cli/options.h"

namespace skep::cli {
namespace {

/// Text as troff takes it: hyphens that can be copied, no requests by accident.
std::string Troff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '-':
        out += "\\-";
        break;
      case '\\':
        out += "\\e";
        break;
      case '\n':
        out += out.empty() || out.back() == '\n' ? "" : "\n";
        break;
      default:
        out += c;
    }
  }
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

/// Tagged paragraphs, one a flag.
std::string TroffFlags(std::span<const Field> fields, const void* defaults) {
  std::string out;
  for (const Field& field : fields) {
    const std::string value = ValueName(field);
    out += fmt::format(".TP\n\\fB{}\\fP{}\n{}\n", Troff("--" + FlagName(field.name)),
                       value.empty() ? "" : fmt::format(" \\fI{}\\fP", Troff(value)), Troff(FlagHelp(field, defaults)));
  }
  return out;
}

/// Lines that stay as they are.
std::string TroffLines(const std::string& text) {
  std::string out = ".nf\n";
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) out += Troff(line) + "\n";
  return out + ".fi\n";
}

/// Options of skep's own, by their names.
std::string TroffOptions(std::span<const std::string_view> names, const void* defaults) {
  std::string out;
  for (const std::string_view name : names) out += TroffFlags({&OptionNamed(name), 1}, defaults);
  return out;
}

/// What is said of an action: what it is for, and the options that it takes.
std::string TroffAction(const CommandInfo& command, const ActionInfo& action) {
  static const Options kDefaults;
  std::string out = fmt::format(".SS skep {} {}\n{}.\n", command.name, action.name, Troff(action.summary));
  out += TroffOptions(action.options, &kDefaults);
  if (action.more != nullptr) out += ".PP\n" + TroffLines(action.more());
  return out;
}

/// config.toml's sections and keys.
std::string TroffConfig() {
  static constexpr Config kDefaults;
  std::string out;
  for (const Field& section : Config::kFields) {
    void* const defaults = section.member(const_cast<Config*>(&kDefaults));
    for (const Field& key : section.type->fields) {
      out += fmt::format(".TP\n\\fB{}.{}\\fP = \\fI{}\\fP\n{}\n", section.name, key.name, Troff(ValueName(key)),
                         Troff(FlagHelp(key, defaults)));
    }
  }
  return out;
}

/// A cell of a table in Markdown.
std::string Cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

void ResultRows(std::span<const Field> fields, const std::string& path, std::string& out) {
  for (const Field& field : fields) {
    const FieldType& type = PlainType(field);
    const bool list = type.kind == Kind::kVector;
    const FieldType& inner = list ? *type.element : type;
    const std::string name = fmt::format("{}{}{}", path, field.name, list ? "[]" : "");
    out += fmt::format("| `{}` | {} | {} | {} |\n", name, inner.kind == Kind::kStruct ? "" : Cell(DescribeValue(inner)),
                       field.type->kind == Kind::kOptional ? "" : "always", Cell(field.doc));
    if (inner.kind == Kind::kStruct) ResultRows(inner.fields, name + ".", out);
  }
}

/// What a URI's variables or a prompt's arguments take.
void InputRows(const Tool& tool, std::string_view heading, std::string& out) {
  if (tool.input.empty()) return;
  out += fmt::format("\n| {} | value | |\n|---|---|---|\n", heading);
  for (const Field& field : tool.input) {
    out += fmt::format("| `{}` | {} | {} |\n", field.name, Cell(DescribeValue(*field.type)),
                       Cell(FlagHelp(field, tool.defaults())));
  }
}

constexpr std::string_view kIntroduction = R"(.SH DESCRIPTION
.B skep
is a server of the Model Context Protocol (MCP): an AI client launches
.B skep serve
and speaks JSON\-RPC 2.0 with it, one message per line, over its standard input and output.
Each of its tools can also be called from a shell, as
.BR "skep mcp" .
Without a command, and with standard input from a pipe or a file, skep serves.
.PP
What a client stores belongs to a project and is durable once acknowledged.
)";

constexpr std::string_view kTools = R"(.SH TOOLS
.B skep mcp
.I TOOL
takes each argument as a flag. A list takes commas or JSON, or its flag several times. A text of any length, or JSON, may
be given as \- (standard input, to the last byte), or as @\fIFILE\fP; a text that itself begins with @ is written with @@.
)";

constexpr std::string_view kRest = R"(.SH EXIT STATUS
0 when all went well, 1 when it did not (the tool said so, or doctor found a failure), 2 for a wrong command line or
wrong arguments, 78 for a configuration that cannot be used, 130 when a measurement was interrupted.
.SH ENVIRONMENT
.TP
.B SKEP_HOME
The directory for everything that skep reads and writes, in place of those below.
.TP
.B SKEP_LOG
The least severe events logged, when
.B \-\-log\-level
is not given.
.TP
.B NO_COLOR
Output without emphasis.
.SH FILES
.TP
.I $XDG_CONFIG_HOME/skep/config.toml
The configuration.
.TP
.I $XDG_DATA_HOME/skep/projects/
A directory for each project, with its database and the project's path in project.txt.
.TP
.I $XDG_STATE_HOME/skep/
Logs, when the configuration names a file without its directory.
.SH EXAMPLES
.TP
.B claude mcp add skep \-\- skep serve
Connects a client.
.TP
.B skep serve < requests.jsonl
Runs a script of requests.
.TP
.B skep mcp memory_usage \-\-action store \-\-key k \-\-value v
Makes one call.
.TP
.B skep mcp memory_usage \-\-action store \-\-key design \-\-value @design.md
Stores a file.
)";

}  // namespace

std::string ManPage(std::span<const Tool* const> tools) {
  std::string out = fmt::format(
      ".TH SKEP 1 \"\" \"skep {}\" \"User Commands\"\n.SH NAME\n"
      "skep \\- shared memory and work for swarms of AI coding agents\n.SH SYNOPSIS\n",
      Version());
  for (const CommandInfo& command : Commands()) {
    if (command.hidden) continue;
    const std::string_view then = command.command == Command::kMcp ? "TOOL \" \" [ argument \" ...] \" "
                                  : command.actions.empty()        ? ""
                                                                   : "ACTION \" \" ";
    out += fmt::format(".B skep {}\n.RI {}[ option \" ...]\"\n.br\n", command.name, then);
  }
  out += kIntroduction;
  out += ".SH COMMANDS\n";
  for (const CommandInfo& command : Commands()) {
    if (command.hidden) continue;
    out += fmt::format(".TP\n.B {}\n{}.\n", command.name, Troff(command.summary));
  }
  out += ".SH OPTIONS\nOf all commands:\n";
  out += TroffOptions(CommonOptions(), nullptr);
  for (const CommandInfo& command : Commands()) {
    if (command.hidden || command.options.empty()) continue;
    out += fmt::format(".PP\nOf\n.BR \"skep {}\" :\n", command.name);
    out += TroffOptions(command.options, nullptr);
  }
  out += ".SH ACTIONS\n";
  for (const CommandInfo& command : Commands()) {
    for (const ActionInfo& action : command.actions) {
      if (!action.hidden) out += TroffAction(command, action);
    }
  }
  out += kTools;
  for (const Tool* tool : tools) {
    out += fmt::format(".SS {}\n{}\n", tool->info.name, Troff(tool->info.description));
    out += TroffFlags(tool->input, tool->defaults());
  }
  out += ".SH CONFIGURATION\n" + TroffConfig();
  out += kRest;
  return out;
}

std::string ToolReference(std::span<const Tool* const> tools) {
  std::string out =
      "# Tools\n\nMade by `skep docs tools` from the tables that the server itself decodes and encodes with.\n"
      "On the command line, `maxAgents` is `--max-agents`: `skep mcp TOOL --help`.\n";
  for (const Tool* tool : tools) {
    out += fmt::format("\n## {}\n{}: {}\n", tool->info.name, tool->info.title, tool->info.description);
    InputRows(*tool, "argument", out);
    out += "\n| result | value | | |\n|---|---|---|---|\n";
    ResultRows(tool->output, "", out);
  }
  return out;
}

std::string ResourceReference(std::span<const Resource* const> resources, std::span<const Prompt* const> prompts) {
  std::string out =
      "# Resources and prompts\n\nMade by `skep docs resources` from the tables that the server itself decodes and "
      "encodes with.\nAn id may be a name wherever there are names. Values in a URI are percent-encoded.\n";
  for (const Resource* resource : resources) {
    const ResourceInfo& info = resource->info;
    out += fmt::format("\n## {}\n{}: {}\n\n`{}`\n", info.uri, info.title, info.description, info.mime_type);
    InputRows(resource->reader, "variable", out);
    if (info.mime_type != "application/json") continue;
    out += "\n| content | value | | |\n|---|---|---|---|\n";
    ResultRows(resource->reader.output, "", out);
  }
  out += "\n# Prompts\n";
  for (const Prompt* prompt : prompts) {
    out += fmt::format("\n## {}\n{}: {}\n", prompt->info.name, prompt->info.title, prompt->info.description);
    InputRows(prompt->writer, "argument", out);
  }
  return out;
}

}  // namespace skep::cli
