#include "cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "handlers/list.h"

namespace skep::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

OrExit<CommandLine> Parse(const std::vector<const char*>& args, bool serves_by_default = true) {
  return ParseCommandLine(args, handlers::AllTools(), serves_by_default);
}

/// What a wrong command line is answered with.
std::string Refused(const std::vector<const char*>& args) {
  const auto line = Parse(args);
  if (line) return "accepted";
  EXPECT_EQ(line.error().status, kExitUsage);
  return line.error().text;
}

std::string Help(const std::vector<const char*>& args) {
  const auto line = Parse(args);
  if (line) return "no help";
  EXPECT_EQ(line.error().status, kExitOk);
  return line.error().text;
}

TEST(CommandLine, WithoutACommandServesWhenSomebodyPipes) {
  EXPECT_EQ(Parse({})->command, Command::kServe);
  EXPECT_EQ(Parse({"serve"})->command, Command::kServe);
  EXPECT_EQ(Parse({"--project", "/x"})->options.project, "/x");
}

TEST(CommandLine, WithoutACommandHelpsWhoeverSitsAtATerminal) {
  const auto line = Parse({}, false);
  ASSERT_FALSE(line.has_value());
  EXPECT_EQ(line.error().status, kExitOk);
  EXPECT_THAT(line.error().text, HasSubstr("Usage: skep"));
  EXPECT_EQ(Parse({"--project", "/x"}, false).error().status, kExitUsage);
}

TEST(CommandLine, OptionsOfSkepMayStandAnywhere) {
  for (const auto& args : std::vector<std::vector<const char*>>{{"--project", "/x", "mcp", "memory_usage", "--json"},
                                                                {"mcp", "--project=/x", "--json", "memory_usage"},
                                                                {"mcp", "memory_usage", "--json", "--project", "/x"}}) {
    const auto line = Parse(args);
    ASSERT_TRUE(line.has_value()) << line.error().text;
    EXPECT_EQ(line->command, Command::kMcp);
    EXPECT_EQ(line->tool->info.name, "memory_usage");
    EXPECT_EQ(line->options.project, "/x");
    EXPECT_TRUE(line->options.json);
  }
}

TEST(CommandLine, ToolsArgumentsAreFlagsOfItsTable) {
  const auto line = Parse({"mcp", "memory_usage", "--action", "store", "--if-version=0", "--key", "k"});
  ASSERT_TRUE(line.has_value()) << line.error().text;
  ASSERT_EQ(line->arguments.size(), 3U);
  EXPECT_EQ(line->arguments[0].field->name, "action");
  EXPECT_EQ(line->arguments[1].field->name, "key");
  EXPECT_EQ(line->arguments[2].field->name, "ifVersion");
  EXPECT_EQ(line->arguments[2].value, "0");
}

TEST(CommandLine, AValueMayBeAnything) {
  for (const char* value : {"", "-", "- item", "--key", "-5", "[a,b]", "a=b", "mcp", "serve"}) {
    const auto line = Parse({"mcp", "memory_usage", "--value", value});
    ASSERT_TRUE(line.has_value()) << line.error().text;
    ASSERT_EQ(line->arguments.size(), 1U) << value;
    EXPECT_EQ(line->arguments[0].value, value);
  }
  const auto empty = Parse({"mcp", "memory_usage", "--value=", "--key", "k"});
  ASSERT_TRUE(empty.has_value()) << empty.error().text;
  EXPECT_EQ(empty->arguments.at(1).value, "");
}

TEST(CommandLine, AListMayBeGivenInParts) {
  const auto line = Parse({"mcp", "agent_spawn", "--capabilities", "a", "--capabilities", "[b,c]"});
  ASSERT_TRUE(line.has_value()) << line.error().text;
  ASSERT_EQ(line->arguments.size(), 2U);
  EXPECT_EQ(line->arguments[1].value, "[b,c]");
}

TEST(CommandLine, SuggestsWhatWasMeant) {
  EXPECT_THAT(Refused({"sttus"}), AllOf(HasSubstr("no command \"sttus\""), HasSubstr("did you mean \"status\"")));
  EXPECT_THAT(Refused({"mcp", "memory_usge"}), HasSubstr("no tool \"memory_usge\" (did you mean \"memory_usage\"?)"));
  EXPECT_THAT(Refused({"mcp", "memory_usage", "--vlaue", "3"}),
              AllOf(HasSubstr("did you mean \"--value\""), HasSubstr("skep mcp memory_usage --help")));
  EXPECT_THAT(Refused({"doctor", "--jsn"}), HasSubstr("did you mean \"--json\""));
  EXPECT_THAT(Refused({"serve", "--durabilty=full"}), HasSubstr("did you mean \"--durability\""));
}

TEST(CommandLine, RefusesWhatMakesNoSense) {
  EXPECT_THAT(Refused({"mcp"}), HasSubstr("which tool?"));
  EXPECT_THAT(Refused({"mcp", "memory_usage", "list"}), HasSubstr("unexpected argument \"list\""));
  EXPECT_THAT(Refused({"mcp", "memory_usage", "status"}), HasSubstr("unexpected argument \"status\""));
  EXPECT_EQ(Refused({"mcp", "memory_usage", "--key"}), "--key needs a value");
  EXPECT_EQ(Refused({"mcp", "memory_usage", "--key", "a", "--key", "b"}), "--key is given more than once");
  EXPECT_THAT(Refused({"serve", "--log-level", "wran"}),
              AllOf(HasSubstr("--log-level must be one of"), HasSubstr("did you mean \"warn\"")));
}

TEST(CommandLine, AnOptionBeforeItsCommandIsToldWhereItStands) {
  EXPECT_THAT(Refused({"--json", "perf", "quick"}),
              HasSubstr("--json stands behind the command: skep perf quick --json"));
  EXPECT_THAT(Refused({"benchmark", "--suite", "memory", "run"}), HasSubstr("skep benchmark run --suite"));
  EXPECT_THAT(Refused({"--json", "status"}), HasSubstr("skep status --json"));
  EXPECT_THAT(Refused({"--json", "mcp", "memory_usage"}), HasSubstr("skep mcp --json"));
}

TEST(CommandLine, ActionsHaveOptionsAndHelpOfTheirOwn) {
  const auto line = Parse({"benchmark", "compare", "a.json", "b.json", "--json"});
  ASSERT_TRUE(line.has_value()) << line.error().text;
  EXPECT_EQ(line->action, "compare");
  EXPECT_THAT(line->files, testing::ElementsAre("a.json", "b.json"));
  EXPECT_THAT(Refused({"benchmark"}), HasSubstr("skep benchmark what? There is run, compare;"));
  EXPECT_THAT(Refused({"benchmark", "compare", "a", "b", "c"}), HasSubstr("takes two files: before and after"));
  EXPECT_THAT(Help({"benchmark", "--help"}),
              AllOf(HasSubstr("compare"), HasSubstr("Exit status:"), testing::Not(HasSubstr("echo"))));
  EXPECT_THAT(Help({"benchmark", "run", "--help"}), AllOf(HasSubstr("--suite"), HasSubstr("Exit status:")));
  EXPECT_THAT(Help({"benchmark", "compare", "--help"}),
              AllOf(HasSubstr("Exit status:"), testing::Not(HasSubstr("--suite"))));
}

TEST(CommandLine, HelpsWhereItIsAsked) {
  EXPECT_THAT(Help({"--help"}), AllOf(HasSubstr("doctor"), HasSubstr("--durability full|relaxed")));
  EXPECT_THAT(Help({"mcp", "--help"}), HasSubstr("memory_usage"));
  EXPECT_THAT(Help({"mcp", "memory_usage", "--help"}),
              AllOf(HasSubstr("--limit INTEGER"), HasSubstr("[1–1000; default 50]"), HasSubstr("@FILE")));
  EXPECT_EQ(Help({"help", "doctor"}), Help({"doctor", "--help"}));
  EXPECT_THAT(Help({"--version"}), HasSubstr("skep "));
}

TEST(CommandLine, EveryToolsEveryArgumentIsInItsHelp) {
  for (const Tool* tool : handlers::AllTools()) {
    const std::string help = Help({"mcp", std::string(tool->info.name).c_str(), "--help"});
    for (const Field& field : tool->input) EXPECT_THAT(help, HasSubstr("--" + FlagName(field.name)));
  }
}

}  // namespace
}  // namespace skep::cli
