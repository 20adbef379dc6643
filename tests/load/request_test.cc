#include "load/request.h"

#include <gtest/gtest.h>

#include <string>

namespace skep::load {
namespace {

TEST(Request, FillsItsHolesAndEndsTheLine) {
  const Request request(R"({"id":{id},"key":"k{key}","value":"{n} word{word}","by":"{agent}{task}","epoch":{epoch}})",
                        Request::By::kAgent);
  std::string line = "before ";
  request.AppendTo(line, {.id = 42, .key = 7, .word = 3, .agent = "ag_1", .task = "tk_2", .epoch = 9});
  EXPECT_EQ(line,
            "before "
            R"({"id":42,"key":"k7","value":"42 word3","by":"ag_1tk_2","epoch":9})"
            "\n");
}

TEST(Request, OnlyAnAgentsNamesItsTask) {
  const Request request(R"({"id":{id},"a":"{agent} {task} {epoch} \u007bn}"})");
  std::string line;
  request.AppendTo(line, {.id = 1, .agent = "ag_1", .task = "tk_2", .epoch = 9});
  EXPECT_EQ(line, "{\"id\":1,\"a\":\"{agent} {task} {epoch} \\u007bn}\"}\n");
}

TEST(Request, LeavesOtherBracesAlone) {
  const Request request(R"({"a":{},"b":"{nobody}"})");
  std::string line;
  request.AppendTo(line, {});
  EXPECT_EQ(line, "{\"a\":{},\"b\":\"{nobody}\"}\n");
}

}  // namespace
}  // namespace skep::load
