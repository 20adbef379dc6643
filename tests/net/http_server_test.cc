#include "net/http_server.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <zlib.h>

#include <optional>
#include <string>
#include <vector>

#include "served.h"

namespace skep::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// A server whose loop the test runs, and which notes what it was asked.
class HttpServerTest : public testing::Test {
 protected:
  void Open(std::size_t most = limits::kMaxTelemetryConnections, std::int64_t idle_ms = limits::kTelemetryIdleMs) {
    auto port = ListeningPort::Open(*ParseLoopback("127.0.0.1:0"));
    ASSERT_TRUE(port) << port.error().message;
    server.emplace(
        loop, *std::move(port),
        [this](HttpRequest request, HttpReply reply) {
          asked.push_back(fmt::format("{} {} {} {}", request.method, request.path, request.content_type,
                                      request.body.size() > 100 ? fmt::format("({} bytes)", request.body.size())
                                                                : std::string(request.body.view())));
          if (request.path == "/later") {
            pending.push_back(std::move(reply));
          } else {
            reply({.status = request.path == "/missing" ? 404 : 200, .body = "{}"});
          }
        },
        most, idle_ms);
  }

  Fd Connect() {
    Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server->address().port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(*fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    Step();
    return fd;
  }
  /// Handles what is at hand, without waiting.
  void Step() {
    for (int i = 0; i < 4; ++i) uv_run(loop.uv(), UV_RUN_NOWAIT);
  }
  void Send(const Fd& client, std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = send(*client, text.data(), text.size(), MSG_NOSIGNAL);
      if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
      if (n <= 0 && errno != EAGAIN) return;
      Step();
    }
  }
  void StepUntilAllHaveLeft() {
    while (server->connections() > 0) uv_run(loop.uv(), UV_RUN_ONCE);
  }
  /// What comes until there is as much as `until`.
  std::string Receive(const Fd& client, std::string_view until = "{}") {
    std::string all;
    while (all.find(until) == std::string::npos) {
      uv_run(loop.uv(), UV_RUN_NOWAIT);
      if (!IsReadable(*client)) continue;
      const std::string more = ReadOnce(*client);
      if (more.empty()) break;
      all += more;
    }
    return all;
  }
  /// All that comes until the server closes.
  std::string ReceiveAll(const Fd& client) { return Receive(client, "\1never"); }
  std::string Ask(std::string_view request) {
    const Fd client = Connect();
    Send(client, request);
    return ReceiveAll(client);
  }

  Loop loop;
  std::vector<std::string> asked;
  std::vector<HttpReply> pending;
  std::optional<HttpServer> server;
};

std::string Post(std::string_view path, std::string_view body, std::string_view more = "") {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{}\r\n{}", path,
      body.size(), more, body);
}

std::string Gzip(std::string_view text) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&z, text.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(packed.data());
  z.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  packed.resize(z.total_out);
  deflateEnd(&z);
  return packed;
}

TEST_F(HttpServerTest, AConnectionIsKeptForOneRequestAfterTheOther) {
  Open();
  const Fd client = Connect();
  Send(client, Post("/v1/logs?x=1", "one"));
  EXPECT_EQ(
      Receive(client),
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}");
  Send(client, Post("/missing", "two"));
  EXPECT_THAT(Receive(client), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(asked, ElementsAre("POST /v1/logs application/json one", "POST /missing application/json two"));
  EXPECT_EQ(server->connections(), 1U);
}

TEST_F(HttpServerTest, RequestsMayArriveByteByByte) {
  Open();
  const Fd client = Connect();
  for (const char c : Post("/a", "body")) Send(client, {&c, 1});
  EXPECT_THAT(Receive(client), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(asked, ElementsAre("POST /a application/json body"));
}

TEST_F(HttpServerTest, RequestsThatFollowWaitForTheAnswer) {
  Open();
  const Fd client = Connect();
  Send(client, Post("/later", "1") + Post("/later", "2") + Post("/now", "3", "Connection: close\r\n"));
  EXPECT_THAT(asked, ElementsAre("POST /later application/json 1"));
  pending[0]({.body = "{\"n\":1}"});
  Step();
  ASSERT_EQ(pending.size(), 2U);
  pending[0]({.body = "an answer more than once is none"});
  pending[1]({.body = "{\"n\":2}"});
  const std::string all = ReceiveAll(client);
  EXPECT_LT(all.find("{\"n\":1}"), all.find("{\"n\":2}"));
  EXPECT_THAT(all, HasSubstr("Connection: close\r\n\r\n{}"));
  EXPECT_EQ(asked.size(), 3U);
  EXPECT_THAT(all, Not(HasSubstr("more than once")));
}

TEST_F(HttpServerTest, ChunksAreOneBody) {
  Open();
  const Fd client = Connect();
  Send(client,
       "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
       "4;ignored=1\r\ndefg\r\n0\r\nTrailer: x\r\n\r\n");
  EXPECT_THAT(Receive(client), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(asked, ElementsAre("POST /a  abcdefg"));
}

TEST_F(HttpServerTest, PackedBodiesAreUnpacked) {
  Open();
  const Fd client = Connect();
  Send(client, Post("/a", Gzip("unpacked"), "Content-Encoding: gzip\r\n"));
  EXPECT_THAT(Receive(client), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(asked, ElementsAre("POST /a application/json unpacked"));
  EXPECT_THAT(Ask(Post("/a", "no gzip", "Content-Encoding: gzip\r\n")), StartsWith("HTTP/1.1 400 Bad Request"));
  EXPECT_THAT(Ask(Post("/a", Gzip(std::string(limits::kMaxTelemetryBody + 1, ' ')), "Content-Encoding: gzip\r\n")),
              StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(Ask(Post("/a", "x", "Content-Encoding: br\r\n")), StartsWith("HTTP/1.1 415"));
  EXPECT_EQ(asked.size(), 1U);
}

TEST_F(HttpServerTest, WhoWaitsForLeaveToSendIsGivenIt) {
  Open();
  const Fd client = Connect();
  Send(client, "POST /a HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(Receive(client, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  Send(client, "body");
  EXPECT_THAT(Receive(client), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, WhatIsNotHttpIsRefusedAndTheConnectionEnds) {
  Open();
  for (const char* const text : {"hello\r\n\r\n", "POST /a HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                                 "POST /a HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                                 "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}) {
    const std::string answer = Ask(text);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n")) << text;
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  }
  EXPECT_THAT(asked, IsEmpty());
  StepUntilAllHaveLeft();
}

TEST_F(HttpServerTest, ABodyHasALengthOrChunks) {
  Open();
  EXPECT_THAT(Ask("POST /a HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 411 Length Required"));
  EXPECT_THAT(asked, IsEmpty());
}

TEST_F(HttpServerTest, WhatIsTooLargeIsRefusedBeforeItIsRead) {
  Open();
  EXPECT_THAT(Ask(fmt::format("POST /a HTTP/1.1\r\nContent-Length: {}\r\n\r\n", limits::kMaxTelemetryBody + 1)),
              StartsWith("HTTP/1.1 413 Payload Too Large"));
  EXPECT_THAT(Ask(fmt::format("GET /a HTTP/1.1\r\nX: {}\r\n\r\n", std::string(limits::kMaxTelemetryHead, 'x'))),
              StartsWith("HTTP/1.1 431"));
  std::string headers = "GET /a HTTP/1.1\r\n";
  for (std::size_t i = 0; i < limits::kMaxTelemetryHead / 5; ++i) headers += "a:b\r\n";
  EXPECT_THAT(Ask(headers), StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(asked, IsEmpty());
}

TEST_F(HttpServerTest, ABodyInChunksIsRefusedWhereItBecomesTooLarge) {
  Open();
  const Fd client = Connect();
  Send(client, "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "100000\r\n" + std::string(0x100000, 'x') + "\r\n";
  for (int i = 0; i < 5; ++i) Send(client, chunk);
  EXPECT_THAT(ReceiveAll(client), StartsWith("HTTP/1.1 413"));
  const Fd other = Connect();
  Send(other, Post("/a", std::string(limits::kMaxTelemetryBody, 'x')));
  EXPECT_THAT(Receive(other), StartsWith("HTTP/1.1 200")) << "as large as may be";
}

TEST_F(HttpServerTest, AllThatIsHeldAtOnceIsBounded) {
  Open();
  const std::string large(limits::kMaxTelemetryBody, 'x');
  std::vector<Fd> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(Connect());
    Send(clients.back(), Post("/later", large));
  }
  for (int i = 0; i < 1000 && pending.size() < 4; ++i) Step();
  ASSERT_EQ(pending.size(), 4U);
  const std::string refused = Ask(Post("/a", "x"));
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(refused, HasSubstr("\r\nRetry-After: 5\r\n"));
  pending[0]({});
  Step();
  const Fd client = Connect();
  Send(client, Post("/a", "x"));
  EXPECT_THAT(Receive(client), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, PagesInABrowserAreNotServed) {
  Open();
  EXPECT_THAT(Ask(Post("/a", "x", "Origin: https://example.org\r\n")), StartsWith("HTTP/1.1 403 Forbidden"));
  EXPECT_THAT(asked, IsEmpty());
}

TEST_F(HttpServerTest, PagesThatHaveTheirNamePointHereAreNotServed) {
  Open();
  const auto ask = [&](std::string_view host) {
    return Ask(fmt::format("POST /a HTTP/1.1\r\nHost: {}\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx", host));
  };
  const auto port = server->address().port;
  for (const std::string_view host :
       {"example.org", "127.0.0.1.example.org", "localhost.example.org", "10.0.0.1", ""}) {
    EXPECT_THAT(ask(host), StartsWith("HTTP/1.1 403 Forbidden")) << host;
    EXPECT_THAT(ask(fmt::format("{}:{}", host, port)), StartsWith("HTTP/1.1 403 Forbidden")) << host;
  }
  EXPECT_THAT(ask(fmt::format("localhost:{}", port + 1)), HasSubstr(fmt::format("Host must be localhost:{}", port)));
  EXPECT_THAT(asked, IsEmpty());
  for (const std::string_view host : {"localhost", "LocalHost", "127.0.0.1", "[::1]"}) {
    EXPECT_THAT(ask(host), StartsWith("HTTP/1.1 200")) << host;
    EXPECT_THAT(ask(fmt::format("{}:{}", host, port)), StartsWith("HTTP/1.1 200")) << host;
  }
}

TEST_F(HttpServerTest, WhoeverIsTooManyIsToldSo) {
  Open(2);
  const Fd one = Connect();
  Send(one, Post("/later", "x"));
  Fd two = Connect();
  Send(two, Post("/later", "x"));
  const Fd three = Connect();
  EXPECT_THAT(ReceiveAll(three), StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  two.Close();
  pending[1]({});
  while (server->connections() > 1) Step();
  const Fd four = Connect();
  Send(four, Post("/a", "x"));
  EXPECT_THAT(Receive(four), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, WhoSendsItsRequestInDropsMakesRoomForOthers) {
  Open(3);
  const Fd answered = Connect();
  Send(answered, Post("/later", "x"));
  const Fd second = Connect();
  const Fd first = Connect();
  Send(first, "POST /a HTTP/1.1\r\n");
  Send(second, "POST /a HTTP/1.1\r\nContent-Length: 10\r\n\r\nx");
  Send(first, "Content-Length: 10\r\n");
  for (const Fd* oldest : {&first, &second}) {
    const Fd newcomer = Connect();
    Send(newcomer, Post("/later", "x"));
    EXPECT_EQ(ReceiveAll(*oldest), "") << "which began before all others";
  }
  EXPECT_EQ(pending.size(), 3U);
}

TEST_F(HttpServerTest, WhoIsSilentMakesRoomForOthers) {
  Open(2);
  const Fd oldest = Connect();
  Send(oldest, Post("/later", "x"));
  const Fd silent = Connect();
  Send(silent, Post("/a", "x"));
  EXPECT_THAT(Receive(silent), StartsWith("HTTP/1.1 200"));
  const Fd newcomer = Connect();
  Send(newcomer, Post("/a", "x"));
  EXPECT_THAT(Receive(newcomer), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(ReceiveAll(silent), "");
  EXPECT_EQ(server->connections(), 2U);
  pending[0]({.body = "{}"});
  EXPECT_THAT(Receive(oldest), StartsWith("HTTP/1.1 200")) << "whose request was under way";
}

TEST_F(HttpServerTest, WhoIsSlowIsNotWaitedFor) {
  Open(limits::kMaxTelemetryConnections, 100);
  const Fd slow = Connect();
  Send(slow, "POST /a HTTP/1.1\r\nContent-Le");
  EXPECT_THAT(ReceiveAll(slow), StartsWith("HTTP/1.1 408 Request Timeout"));
  const Fd silent = Connect();
  EXPECT_EQ(ReceiveAll(silent), "");
  const Fd waits = Connect();
  Send(waits, Post("/later", "x"));
  while (pending.empty()) uv_run(loop.uv(), UV_RUN_ONCE);
  pending[0]({.body = "{}"});
  EXPECT_THAT(Receive(waits), StartsWith("HTTP/1.1 200")) << "it is not the client who takes long";
}

TEST_F(HttpServerTest, AnAnswerToWhoHasLeftIsNothing) {
  Open();
  Fd client = Connect();
  Send(client, Post("/later", "x"));
  ASSERT_EQ(pending.size(), 1U);
  client.Close();
  Step();
  pending[0]({});
  StepUntilAllHaveLeft();
  const Fd other = Connect();
  Send(other, Post("/later", "x"));
  ASSERT_EQ(pending.size(), 2U);
  server.reset();
  pending[1]({});
}

TEST_F(HttpServerTest, AskedForTheHeadOnlyItSendsTheHeadOnly) {
  Open();
  const Fd client = Connect();
  Send(client, "HEAD /a HTTP/1.1\r\n\r\n");
  EXPECT_THAT(Receive(client, "\r\n\r\n"), HasSubstr("Content-Length: 2\r\n"));
  Send(client, Post("/a", "x"));
  EXPECT_THAT(Receive(client), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, AnOlderProtocolIsAnsweredAndClosed) {
  Open();
  EXPECT_THAT(Ask("POST /a HTTP/1.0\r\nContent-Length: 1\r\n\r\nx"), HasSubstr("Connection: close\r\n\r\n{}"));
}

}  // namespace
}  // namespace skep::net
