#include "net/unix_socket.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "support/temp_directory.h"

namespace skep::net {
namespace {

using testing::HasSubstr;

class UnixSocket : public testing::Test {
 protected:
  /// A socket's file that was left behind.
  void LeaveStale() const {
    const Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    ASSERT_EQ(bind(*fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  bool Exists() const { return std::filesystem::exists(std::filesystem::symlink_status(path)); }

  const TempDirectory directory;
  const std::string path = directory / "socket";
};

TEST_F(UnixSocket, ItsFileIsTheUsersOnlyWhateverTheUmask) {
  const mode_t before = umask(0);
  const auto socket = ListeningSocket::Open(path);
  umask(before);
  ASSERT_TRUE(socket) << socket.error().message;
  struct stat made{};
  ASSERT_EQ(stat(path.c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 0777, 0600U);
}

TEST_F(UnixSocket, ItsFileGoesWithIt) {
  {
    const auto socket = ListeningSocket::Open(path);
    EXPECT_TRUE(ConnectTo(path));
  }
  EXPECT_FALSE(Exists());
}

TEST_F(UnixSocket, AFileThatIsNotItsOwnStays) {
  auto first = ListeningSocket::Open(path);
  ASSERT_TRUE(first);
  std::filesystem::rename(path, directory / "moved");
  const auto second = ListeningSocket::Open(path);
  ASSERT_TRUE(second);
  first->Close();
  EXPECT_TRUE(ConnectTo(path));
}

TEST_F(UnixSocket, AStaleFileIsReplaced) {
  LeaveStale();
  ASSERT_TRUE(Exists());
  const auto socket = ListeningSocket::Open(path);
  ASSERT_TRUE(socket) << socket.error().message;
  EXPECT_TRUE(ConnectTo(path));
}

TEST_F(UnixSocket, ALiveOneIsAnErrorAndGoesOn) {
  const auto first = ListeningSocket::Open(path);
  const auto second = ListeningSocket::Open(path);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_THAT(second.error().message, HasSubstr("another skep serves on " + path));
  EXPECT_TRUE(ConnectTo(path));
}

TEST_F(UnixSocket, WhatIsNoSocketIsLeftAlone) {
  std::ofstream(path) << "precious";
  const auto socket = ListeningSocket::Open(path);
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().code, ErrorCode::kConflict);
  EXPECT_EQ(std::filesystem::file_size(path), 8U);
}

TEST_F(UnixSocket, ADanglingLinkIsLeftAlone) {
  std::filesystem::create_symlink("nowhere", path);
  EXPECT_FALSE(ListeningSocket::Open(path));
  EXPECT_TRUE(Exists());
}

TEST_F(UnixSocket, OfTwoThatStartAtOnceOneIsTurnedAway) {
  LeaveStale();
  const Fd other(open(directory.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_EQ(flock(*other, LOCK_EX), 0);
  const auto socket = ListeningSocket::Open(path);
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().code, ErrorCode::kConflict);
  EXPECT_TRUE(Exists());
}

TEST_F(UnixSocket, ADirectoryMustBeThere) {
  const auto socket = ListeningSocket::Open(directory / "none/socket");
  ASSERT_FALSE(socket);
  EXPECT_THAT(socket.error().message, HasSubstr("none: No such file or directory"));
}

TEST_F(UnixSocket, APathMayHave107Bytes) {
  const std::string longest = path + std::string(107 - path.size(), 'x');
  EXPECT_TRUE(CheckSocketPath(longest));
  EXPECT_TRUE(ListeningSocket::Open(longest));
  const auto too_long = CheckSocketPath(longest + "x");
  ASSERT_FALSE(too_long);
  EXPECT_THAT(too_long.error().message, HasSubstr("at most 107 bytes, this one has 108"));
}

TEST_F(UnixSocket, ConnectingToNobodySaysWhatToDo) {
  for (const bool stale : {false, true}) {
    if (stale) LeaveStale();
    const auto connected = ConnectTo(path);
    ASSERT_FALSE(connected);
    EXPECT_EQ(connected.error().code, ErrorCode::kNotFound);
    EXPECT_THAT(connected.error().message, HasSubstr("skep serve --listen unix:" + path));
  }
}

TEST_F(UnixSocket, ThePeerIsKnownByItsProcess) {
  const auto listening = ListeningSocket::Open(path);
  const auto connected = ConnectTo(path);
  ASSERT_TRUE(connected);
  const auto peer = PeerOf(**connected);
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->process, getpid());
  EXPECT_TRUE(peer->IsTrusted());
  EXPECT_EQ(peer->Identity().directory, std::filesystem::current_path());
  EXPECT_EQ(peer->Identity().session, "");
}

TEST(Peer, AnotherUserIsNotTrusted) {
  EXPECT_TRUE((Peer{.user = 0}.IsTrusted()));
  EXPECT_TRUE((Peer{.user = geteuid()}.IsTrusted()));
  EXPECT_FALSE((Peer{.user = geteuid() + 1}.IsTrusted()));
  EXPECT_EQ((Peer{.user = 0, .process = 0}.Identity().directory), "");
}

}  // namespace
}  // namespace skep::net
