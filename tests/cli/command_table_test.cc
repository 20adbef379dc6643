#include "cli/command_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "cli/options.h"

namespace skep::cli {
namespace {

TEST(CommandTable, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const CommandInfo& command : Commands()) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name;
    std::set<std::string_view> actions;
    for (const ActionInfo& action : command.actions) EXPECT_TRUE(actions.insert(action.name).second) << action.name;
  }
}

TEST(CommandTable, EveryOptionIsOneAndSomebodysOwn) {
  std::set<std::string_view> taken(CommonOptions().begin(), CommonOptions().end());
  for (const CommandInfo& command : Commands()) {
    taken.insert(command.options.begin(), command.options.end());
    for (const ActionInfo& action : command.actions) taken.insert(action.options.begin(), action.options.end());
    // What stands between a command and its action would be nobody's.
    EXPECT_TRUE(command.actions.empty() || command.options.empty()) << command.name;
  }
  for (const Field& field : Options::kFields) EXPECT_EQ(taken.count(field.name), 1U) << field.name;
  EXPECT_EQ(taken.size(), std::size(Options::kFields));
  for (const std::string_view name : taken) EXPECT_EQ(OptionNamed(name).name, name);
}

}  // namespace
}  // namespace skep::cli
