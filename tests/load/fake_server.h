#pragma once

#include <string>
#include <string_view>

#include "load/load.h"

namespace skep::load {

/// A server that behaves as it is told, for any number of requests. It waits for input and never for time.
inline constexpr std::string_view kFakeServer = R"py(
import json, os, socketserver, sys

class Server:
    def __init__(self, how, lines, out):
        self.how, self.lines, self.out, self.asked, self.held = how, lines, out, 0, []

    def say(self, message):
        self.out.write(json.dumps(message, separators=(",", ":")) + "\n")
        self.out.flush()

    def result(self, id, result):
        self.say({"jsonrpc": "2.0", "id": id, "result": result})

    def error(self, id, code):
        self.say({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": "no"}})

    def serve(self):
        for line in self.lines:
            message = json.loads(line)
            if message.get("method") == "initialize":
                self.result(message["id"], {})
            elif "method" in message and "id" in message:
                self.asked += 1
                getattr(self, self.how)(message["id"])
            elif "result" in message:
                self.pong(message["id"])

    def good(self, id): self.result(id, {})
    def tool_error(self, id): self.result(id, {"content": [], "isError": True})
    def half_refused(self, id): self.error(id, -32602) if self.asked % 2 else self.good(id)
    def silent(self, id): pass
    def misnames_four(self, id):
        self.result(id + 1000000, {})
        if self.asked == 4: os._exit(0)
    def twice(self, id): self.good(id); self.good(id)
    def chatters(self, id):
        self.say({"jsonrpc": "2.0", "method": "notifications/message", "params": {}})
        self.good(id)
    def mumbles(self, id):
        self.out.write("Listening on nothing\n")
        self.good(id)
    def backwards(self, id):
        self.held.append(id)
        if len(self.held) == 4:
            while self.held: self.good(self.held.pop())
    def asks(self, id):
        self.held.append(id)
        self.say({"jsonrpc": "2.0", "id": 5, "method": "ping"})
    def pong(self, id):
        if id in (5, "a \"b\""): self.good(self.held.pop())
    def stops(self, id):
        if self.asked <= 10: self.good(id)
    def asks_by_name(self, id):
        self.held.append(id)
        self.say({"jsonrpc": "2.0", "id": "a \"b\"", "method": "ping"})
    def dies(self, id):
        if self.asked > 10: os._exit(3)
        self.good(id)

class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        out = self.request.makefile("w")
        Server(sys.argv[1], self.rfile, out).serve()

if len(sys.argv) > 2:
    socketserver.ThreadingUnixStreamServer.daemon_threads = True
    socketserver.ThreadingUnixStreamServer(sys.argv[2], Connection).serve_forever()
Server(sys.argv[1], sys.stdin, sys.stdout).serve()
)py";

/// With pipes; with a socket when one is named.
inline Target Fake(const std::string& how, const std::string& socket = {}) {
  Target target{.name = how, .command = {"python3", "-c", std::string(kFakeServer), how}, .socket = socket};
  if (!socket.empty()) target.command.emplace_back("{socket}");
  return target;
}

/// Requests of one connection, four at a time, and nothing else: it ends with the last of them, as the time is long.
inline Plan Requests(std::uint64_t count) {
  return {.pattern = {.shape = Pattern::Shape::kClosed, .depth = 4},
          .duration_s = 60,
          .warm_up_s = 0,
          .most_requests = count,
          .grace_s = 30};
}

}  // namespace skep::load
