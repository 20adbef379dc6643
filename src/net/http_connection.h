#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "net/loop.h"
#include "skep/block.h"

namespace skep::net {

struct HttpRequest {
  std::string method;  ///< "POST"
  std::string path;    ///< Without what follows a question mark; not decoded.
  std::string content_type;
  Block body;  ///< Unpacked.
};

struct HttpAnswer {
  int status = 200;
  std::string body;         ///< application/json
  std::string header = {};  ///< One more line, "Allow: POST"; empty: none.
};

/// Answers a request: once, on the loop's thread, now or later. When the client has gone meanwhile it does nothing.
using HttpReply = std::function<void(HttpAnswer)>;
using HttpHandler = std::function<void(HttpRequest, HttpReply)>;

/// What the connections of a server share.
struct HttpShared {
  HttpHandler handler;
  std::uint16_t port = 0;     ///< Where it listens.
  std::int64_t idle_ms = 0;   ///< How long a client may take for a request, or be silent.
  std::size_t most_head = 0;  ///< Bytes of a request's line and headers.
  std::size_t most_body = 0;  ///< Bytes of its body, packed and unpacked.
  std::size_t most_held = 0;  ///< Bytes of all bodies that are not answered yet.
  std::size_t held = 0;
  std::uint64_t begun = 0;  ///< Requests so far of which anything has come.
};

/// One client that speaks HTTP/1.1, or 1.0: one request at a time, in order. What it sends meanwhile stays in the
/// kernel, so a client that is faster than its requests are answered is held up.
///
/// Bodies have a length or come in chunks, as they are or packed by gzip. A request that cannot be taken is answered
/// (400 not HTTP; 403 from a page in a browser; 408 too slow; 411, 413, 415, 431; 503 no room now), and the connection
/// is closed: where the next request begins is not known any more.
///
/// A browser says which page a request is from (Origin), and whom it believes to speak to (Host): a page whose own name
/// is made to point to this machine would be taken for this server's. So a Host has to be a name of the loopback, and
/// its port, if it has one, the server's. Clients that send none are no browsers.
///
/// On the loop's thread. Never blocks.
class HttpConnection final : private Turn {
 public:
  /// `closed` is called once, by the loop, and must not destroy the connection. `shared` must outlive it.
  HttpConnection(Loop& loop, HttpShared& shared, Fd fd, std::function<void()> closed);
  ~HttpConnection() override;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  /// Closes it if nothing has come since its last answer. Whether it did.
  bool CloseIfIdle();
  /// When the request that is being received was begun, as a number that grows from one to the next of the server;
  /// nothing when none is, or when it is there as a whole.
  std::optional<std::uint64_t> receiving_since() const;
  /// Closes it, whatever is under way.
  void Close();

 private:
  struct Parser;
  friend struct Parser;

  enum class Phase : std::uint8_t {
    kReading,    ///< Or waiting for a request to begin.
    kAnswering,  ///< The handler has it.
    kSending,
    kLeaving,  ///< All is sent; what still comes is dropped until the client has seen the end.
    kClosed,
  };

  void Act() override;
  void Readable();
  void Parse(std::string_view data);
  void HandOver();
  void Answer(const HttpAnswer& answer);
  void Refuse(int status, std::string_view why);
  void Respond(const HttpAnswer& answer, bool keep);
  void Send();
  void Await();
  void SetDeadline(std::int64_t ms);
  void TimeIsUp();

  HttpShared& shared_;
  const Fd fd_;
  const std::function<void()> closed_;
  Handle<uv_poll_t> poll_;
  Handle<uv_timer_t> deadline_;
  std::unique_ptr<Parser> parser_;
  Phase phase_ = Phase::kReading;
  /// Read, and not parsed: the beginning of the next request.
  std::string rest_;
  std::string unsent_;
  bool keep_ = false;
  /// Handed over so far.
  std::uint64_t requests_ = 0;
  std::size_t dropped_ = 0;
  /// Gone when this is.
  const std::shared_ptr<char> here_ = std::make_shared<char>();
};

}  // namespace skep::net
