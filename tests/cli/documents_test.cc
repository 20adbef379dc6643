#include "cli/documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "cli/arguments.h"
#include "cli/run_cli.h"
#include "handlers/list.h"

namespace skep::cli {
namespace {

using testing::HasSubstr;

std::string FileOfProject(const std::string& path) {
  std::ifstream file(SKEP_SOURCE_DIR "/" + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Documents, TheManPageInTheTreeIsTheProgrammes) {
  EXPECT_EQ(FileOfProject("packaging/skep.1"), ManPage(handlers::AllTools())) << "run: skep docs man >packaging/skep.1";
}

TEST(Documents, TheToolReferenceInTheTreeIsTheProgrammes) {
  EXPECT_EQ(FileOfProject("docs/tools.md"), ToolReference(handlers::AllTools()))
      << "run: skep docs tools >docs/tools.md";
}

TEST(Documents, TheResourceReferenceInTheTreeIsTheProgrammes) {
  const std::string reference = ResourceReference(handlers::AllResources(), handlers::AllPrompts());
  EXPECT_EQ(FileOfProject("docs/resources.md"), reference) << "run: skep docs resources >docs/resources.md";
  for (const Resource* resource : handlers::AllResources()) {
    EXPECT_THAT(reference, HasSubstr("## " + std::string(resource->info.uri) + "\n"));
    for (const Field& field : resource->reader.input) {
      EXPECT_THAT(reference, HasSubstr("`" + std::string(field.name) + "`"));
    }
  }
  for (const Prompt* prompt : handlers::AllPrompts()) {
    EXPECT_THAT(reference, HasSubstr("## " + std::string(prompt->info.name) + "\n"));
  }
}

TEST(Documents, NameEveryArgument) {
  const std::string reference = ToolReference(handlers::AllTools());
  for (const Tool* tool : handlers::AllTools()) {
    EXPECT_THAT(reference, HasSubstr("## " + std::string(tool->info.name)));
    for (const Field& field : tool->input) EXPECT_THAT(reference, HasSubstr("`" + std::string(field.name) + "`"));
  }
}

TEST(Documents, ArePrintedByName) {
  const User user;
  EXPECT_EQ(user.RunAnywhere({"docs", "man"}).out, ManPage(handlers::AllTools()));
  EXPECT_EQ(user.RunAnywhere({"docs", "tools"}).out, ToolReference(handlers::AllTools()));
  EXPECT_EQ(user.RunAnywhere({"docs", "resources"}).out,
            ResourceReference(handlers::AllResources(), handlers::AllPrompts()));
  EXPECT_EQ(user.RunAnywhere({"docs", "novel"}).status, kExitUsage);
}

}  // namespace
}  // namespace skep::cli
