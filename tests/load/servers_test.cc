#include "load/servers.h"

#include <gtest/gtest.h>

#include "base/scratch.h"
#include "load/fake_server.h"

namespace skep::load {
namespace {

TEST(Servers, EachConnectionHasAProcessOfItsOwnAndTheyAreMeasuredTogether) {
  const auto home = Scratch::Make();
  ASSERT_TRUE(home);
  auto servers = Servers::Open(Fake("good"), {.connections = 2}, home->path());
  ASSERT_TRUE(servers) << servers.error().message;
  ASSERT_EQ(servers->sessions().size(), 2U);
  EXPECT_NE(servers->sessions()[0].process()->pid(), servers->sessions()[1].process()->pid());
  const ServerFigures figures = servers->Measure();
  ASSERT_TRUE(figures.resident_bytes);
  EXPECT_GT(*figures.resident_bytes, 1e6);
  ASSERT_TRUE(figures.cpu_ns);
  EXPECT_GT(*figures.cpu_ns, 0);
}

TEST(Servers, WhatAWrapperStartsIsMeasuredWithIt) {
  const auto home = Scratch::Make();
  ASSERT_TRUE(home);
  Target wrapped = Fake("good");
  wrapped.command.insert(wrapped.command.begin(), {"sh", "-c", "\"$@\"; exit 0", "wrapper"});
  auto servers = Servers::Open(wrapped, {.connections = 1}, home->path());
  ASSERT_TRUE(servers) << servers.error().message;
  const ServerFigures figures = servers->Measure();
  EXPECT_EQ(figures.processes, 2U);
  ASSERT_TRUE(figures.resident_bytes);
  // A shell has a megabyte or two, a Python several.
  EXPECT_GT(*figures.resident_bytes,
            2.0 * static_cast<double>(*client::ResidentBytes(servers->sessions()[0].process()->pid())));
}

TEST(Servers, OneThatListensHasAllConnections) {
  const auto home = Scratch::Make();
  ASSERT_TRUE(home);
  const std::string socket = *home / "socket";
  auto servers = Servers::Open(Fake("good", socket), {.connections = 3}, home->path());
  ASSERT_TRUE(servers) << servers.error().message;
  EXPECT_EQ(servers->sessions().size(), 3U);
  EXPECT_EQ(servers->sessions()[0].process(), nullptr);
  EXPECT_TRUE(servers->Measure().resident_bytes);
  // Somebody else's, then: it is looked at, and not ended.
  auto others = Servers::Open({.name = "other", .socket = socket}, {.connections = 1}, home->path());
  ASSERT_TRUE(others) << others.error().message;
  EXPECT_TRUE(others->Measure().resident_bytes);
  // One of ours is not started beside it: whose answers would these be?
  const auto second = Servers::Open(Fake("good", socket), {.connections = 1}, home->path());
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("already"), std::string::npos) << second.error().message;
}

TEST(Servers, WhatCannotBeStartedSaysWhy) {
  const auto home = Scratch::Make();
  ASSERT_TRUE(home);
  const auto missing = Servers::Open({.command = {"/no/such/program"}}, {}, home->path());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  const auto broken = Servers::Open({.command = {"sh", "-c", "echo out of bees >&2; exit 4"}}, {}, home->path());
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(broken.error().message.find("exit status 4"), std::string::npos) << broken.error().message;
  EXPECT_NE(broken.error().message.find("out of bees"), std::string::npos) << broken.error().message;
  const auto nobody = Servers::Open({.socket = *home / "nobody"}, {}, home->path());
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, ErrorCode::kUnavailable);
}

TEST(Servers, OneThatEndsBeforeItListensSaysWhy) {
  const auto home = Scratch::Make();
  ASSERT_TRUE(home);
  const auto broken = Servers::Open(
      {.command = {"sh", "-c", "echo no room for {socket} >&2; exit 4"}, .socket = *home / "socket"}, {}, home->path());
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().message.find("no room for " + home->path()), std::string::npos) << broken.error().message;
}

}  // namespace
}  // namespace skep::load
