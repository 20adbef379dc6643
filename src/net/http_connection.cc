#include "net/http_connection.h"

#include <fmt/format.h>
#include <http_parser.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <limits>
#include <utility>

#include "net/gunzip.h"
#include "net/loopback.h"

namespace skep::net {
namespace {

constexpr std::size_t kReadBytes = std::size_t{16} * 1024;
/// How long, and for how much, a client is listened to that has been told that the connection ends: closing at once
/// would reset it, and what it was told would be lost.
constexpr std::int64_t kLeaveMs = 2000;
constexpr std::size_t kLeaveBytes = std::size_t{16} * 1024 * 1024;
/// What a header costs beside its text.
constexpr std::size_t kHeaderOverhead = 4;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kRetryLater = "Retry-After: 5";

std::string_view Reason(int status) {
  switch (status) {
#define SKEP_REASON(number, name, text) \
  case number:                          \
    return #text;
    HTTP_STATUS_MAP(SKEP_REASON)
#undef SKEP_REASON
    default:
      return "Unknown";
  }
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool SameWord(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, Lower, Lower); }

/// Whether a Host is the loopback's, with the port or without one.
bool IsOwnHost(std::string_view host, std::uint16_t port) {
  std::string text(host);
  std::ranges::transform(text, text.begin(), Lower);
  if (const auto given = ParseLoopback(text)) return given->port == port;
  return ParseLoopback(fmt::format("{}:{}", text, port)).has_value();
}

HttpAnswer Refusal(int status, std::string_view why) {
  return {.status = status,
          .body = fmt::format(R"({{"message":"{}"}})", why),
          .header = status == HTTP_STATUS_SERVICE_UNAVAILABLE ? std::string(kRetryLater) : ""};
}

}  // namespace

/// What the parser has found of the request that is being read.
struct HttpConnection::Parser {
  explicit Parser(HttpConnection& connection) : owner(connection) {
    http_parser_init(&parser, HTTP_REQUEST);
    parser.data = this;
  }
  ~Parser() { owner.shared_.held -= held; }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  static Parser& Of(http_parser* parser) { return *static_cast<Parser*>(parser->data); }

  /// Stops the parser; the request is refused when it has returned.
  int Stop(int with, std::string_view because) {
    status = with;
    why = because;
    return -1;
  }
  int Head(std::string& to, const char* at, std::size_t size) {
    head += size;
    if (head > owner.shared_.most_head) {
      return Stop(HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too large");
    }
    to.append(at, size);
    return 0;
  }
  int Hold(std::size_t bytes) {
    if (owner.shared_.held + bytes > owner.shared_.most_held) {
      return Stop(HTTP_STATUS_SERVICE_UNAVAILABLE, "too much is being received at once: try again later");
    }
    owner.shared_.held += bytes;
    held += bytes;
    return 0;
  }
  void EndHeader() {
    if (SameWord(name, "content-type")) {
      request.content_type = value;
    } else if (SameWord(name, "content-encoding")) {
      encoding += value;
    } else if (SameWord(name, "expect")) {
      expects = SameWord(value, "100-continue");
    } else if (SameWord(name, "origin")) {
      from_page = true;
    } else if (SameWord(name, "host")) {
      to_other = to_other || !IsOwnHost(value, owner.shared_.port);
    }
    name.clear();
    value.clear();
    in_value = false;
  }
  int EndHead() {
    EndHeader();
    // Another protocol may be offered; this one is spoken.
    parser.upgrade = 0;
    if (from_page) return Stop(HTTP_STATUS_FORBIDDEN, "pages in a browser are not served here");
    if (to_other) {
      message =
          fmt::format("Host must be localhost:{0} or 127.0.0.1:{0}: this server is nobody else", owner.shared_.port);
      return Stop(HTTP_STATUS_FORBIDDEN, message);
    }
    const bool has_length = parser.content_length != std::numeric_limits<std::uint64_t>::max();
    const bool sends = parser.method == HTTP_POST || parser.method == HTTP_PUT || parser.method == HTTP_PATCH;
    if (sends && !has_length && (parser.flags & F_CHUNKED) == 0) {
      return Stop(HTTP_STATUS_LENGTH_REQUIRED, "the body has neither a Content-Length nor chunks");
    }
    if (has_length && parser.content_length > owner.shared_.most_body) return TooLarge();
    packed = SameWord(encoding, "gzip") || SameWord(encoding, "x-gzip");
    if (!packed && !encoding.empty() && !SameWord(encoding, "identity")) {
      return Stop(HTTP_STATUS_UNSUPPORTED_MEDIA_TYPE, "of packed bodies only gzip is understood");
    }
    if (expects) {
      owner.unsent_ += kContinue;
      owner.Send();
    }
    return 0;
  }
  int TooLarge() {
    message = fmt::format("a body may have {} bytes, unpacked", owner.shared_.most_body);
    return Stop(HTTP_STATUS_PAYLOAD_TOO_LARGE, message);
  }
  int Body(const char* at, std::size_t size) {
    if (request.body.size() + size > owner.shared_.most_body) return TooLarge();
    if (const int stop = Hold(size); stop != 0) return stop;
    request.body.Append({at, size});
    return 0;
  }
  int End() {
    keep = http_should_keep_alive(&parser) != 0;
    request.method = http_method_str(static_cast<http_method>(parser.method));
    request.path = url.substr(0, url.find('?'));
    if (packed) {
      Block plain;
      const Unpacked unpacked = Gunzip(request.body.view(), plain, owner.shared_.most_body);
      if (unpacked == Unpacked::kDamaged) return Stop(HTTP_STATUS_BAD_REQUEST, "the body is not what gzip writes");
      if (unpacked == Unpacked::kTooLarge) return TooLarge();
      if (const int stop = Hold(plain.size()); stop != 0) return stop;
      request.body = std::move(plain);
    }
    // The next request waits until this one is answered.
    http_parser_pause(&parser, 1);
    return 0;
  }

  static const http_parser_settings* Settings() {
    static const http_parser_settings kSettings = [] {
      http_parser_settings settings;
      http_parser_settings_init(&settings);
      settings.on_message_begin = [](http_parser* p) {
        Of(p).begun = ++Of(p).owner.shared_.begun;
        return 0;
      };
      settings.on_url = [](http_parser* p, const char* at, std::size_t size) {
        return Of(p).Head(Of(p).url, at, size);
      };
      settings.on_header_field = [](http_parser* p, const char* at, std::size_t size) {
        Parser& self = Of(p);
        if (self.in_value) {
          self.EndHeader();
          self.head += kHeaderOverhead;
        }
        return self.Head(self.name, at, size);
      };
      settings.on_header_value = [](http_parser* p, const char* at, std::size_t size) {
        Of(p).in_value = true;
        return Of(p).Head(Of(p).value, at, size);
      };
      settings.on_headers_complete = [](http_parser* p) { return Of(p).EndHead(); };
      settings.on_body = [](http_parser* p, const char* at, std::size_t size) { return Of(p).Body(at, size); };
      settings.on_message_complete = [](http_parser* p) { return Of(p).End(); };
      return settings;
    }();
    return &kSettings;
  }

  HttpConnection& owner;
  http_parser parser;
  HttpRequest request;
  std::string url;
  std::string name;
  std::string value;
  std::string encoding;
  bool in_value = false;
  bool expects = false;
  bool from_page = false;
  bool to_other = false;
  bool packed = false;
  bool keep = false;
  std::uint64_t begun = 0;  ///< Its number; 0: nothing has come.
  std::size_t head = 0;
  std::size_t held = 0;  ///< Of shared_.held.
  int status = 0;        ///< Why it was stopped; 0: it was not.
  std::string_view why;
  std::string message;
};

HttpConnection::HttpConnection(Loop& loop, HttpShared& shared, Fd fd, std::function<void()> closed)
    : Turn(loop),
      shared_(shared),
      fd_(std::move(fd)),
      closed_(std::move(closed)),
      poll_(new uv_poll_t),
      deadline_(new uv_timer_t),
      parser_(std::make_unique<Parser>(*this)) {
  uv_timer_init(loop.uv(), deadline_.get());
  deadline_->data = this;
  [[maybe_unused]] const int result = uv_poll_init(loop.uv(), poll_.get(), *fd_);
  assert(result == 0);
  poll_->data = this;
  SetDeadline(shared_.idle_ms);
  Await();
}

HttpConnection::~HttpConnection() {
  // Before its descriptor.
  poll_.reset();
}

bool HttpConnection::CloseIfIdle() {
  char next = 0;
  const bool idle = phase_ == Phase::kReading && parser_->begun == 0 && rest_.empty() && unsent_.empty() &&
                    recv(*fd_, &next, sizeof(next), MSG_PEEK | MSG_DONTWAIT) == -1;
  if (idle) Close();
  return idle;
}

std::optional<std::uint64_t> HttpConnection::receiving_since() const {
  if (phase_ != Phase::kReading || parser_->begun == 0) return std::nullopt;
  return parser_->begun;
}

void HttpConnection::Act() {
  if (phase_ == Phase::kReading && !rest_.empty()) Parse(std::exchange(rest_, {}));
}

void HttpConnection::Readable() {
  std::array<char, kReadBytes> data;
  const ssize_t n = recv(*fd_, data.data(), data.size(), 0);
  if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
  if (n <= 0) return Close();
  if (phase_ == Phase::kLeaving) {
    dropped_ += static_cast<std::size_t>(n);
    if (dropped_ > kLeaveBytes) Close();
    return;
  }
  Parse({data.data(), static_cast<std::size_t>(n)});
}

void HttpConnection::Parse(std::string_view data) {
  const std::size_t used = http_parser_execute(&parser_->parser, Parser::Settings(), data.data(), data.size());
  if (phase_ == Phase::kClosed) return;
  if (parser_->status != 0) return Refuse(parser_->status, parser_->why);
  const auto error = static_cast<http_errno>(parser_->parser.http_errno);
  if (error == HPE_PAUSED) {
    rest_ = data.substr(used);
    return HandOver();
  }
  if (error != HPE_OK) {
    return Refuse(error == HPE_HEADER_OVERFLOW ? HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE : HTTP_STATUS_BAD_REQUEST,
                  http_errno_description(error));
  }
}

void HttpConnection::HandOver() {
  phase_ = Phase::kAnswering;
  uv_timer_stop(deadline_.get());
  Await();
  shared_.handler(std::move(parser_->request),
                  [this, here = std::weak_ptr(here_), number = ++requests_](const HttpAnswer& answer) {
                    if (!here.expired() && number == requests_) Answer(answer);
                  });
}

void HttpConnection::Answer(const HttpAnswer& answer) {
  if (phase_ == Phase::kAnswering) Respond(answer, parser_->keep);
}

void HttpConnection::Refuse(int status, std::string_view why) { Respond(Refusal(status, why), false); }

void HttpConnection::Respond(const HttpAnswer& answer, bool keep) {
  keep_ = keep;
  const bool bodiless = parser_->parser.method == HTTP_HEAD;
  unsent_ += fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: {}\r\n{}{}\r\n{}",
      answer.status, Reason(answer.status), answer.body.size(), keep ? "keep-alive" : "close", answer.header,
      answer.header.empty() ? "" : "\r\n", bodiless ? std::string_view() : std::string_view(answer.body));
  phase_ = Phase::kSending;
  SetDeadline(shared_.idle_ms);
  Send();
  if (phase_ != Phase::kClosed) Await();
}

void HttpConnection::Send() {
  while (!unsent_.empty()) {
    const ssize_t n = send(*fd_, unsent_.data(), unsent_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) {
      unsent_.erase(0, static_cast<std::size_t>(n));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    } else if (errno != EINTR) {
      return Close();
    }
  }
  if (phase_ != Phase::kSending) return;
  parser_ = std::make_unique<Parser>(*this);
  if (keep_) {
    phase_ = Phase::kReading;
    SetDeadline(shared_.idle_ms);
    if (!rest_.empty()) AskSoon();
  } else {
    phase_ = Phase::kLeaving;
    shutdown(*fd_, SHUT_WR);
    SetDeadline(kLeaveMs);
  }
}

void HttpConnection::Await() {
  const bool reads = (phase_ == Phase::kReading && rest_.empty()) || phase_ == Phase::kLeaving;
  const int events = (reads ? UV_READABLE : 0) | (unsent_.empty() ? 0 : UV_WRITABLE);
  if (events == 0) {
    uv_poll_stop(poll_.get());
    return;
  }
  uv_poll_start(poll_.get(), events, [](uv_poll_t* poll, int status, int what) {
    auto* const self = static_cast<HttpConnection*>(poll->data);
    // The client has left before all was sent to it: waiting for more would be told the same at once, again and again.
    if (status != 0) return self->Close();
    if ((what & UV_WRITABLE) != 0) self->Send();
    if ((what & UV_READABLE) != 0 && self->phase_ != Phase::kClosed) self->Readable();
    if (self->phase_ != Phase::kClosed) self->Await();
  });
}

void HttpConnection::SetDeadline(std::int64_t ms) {
  uv_update_time(deadline_->loop);
  uv_timer_start(
      deadline_.get(), [](uv_timer_t* timer) { static_cast<HttpConnection*>(timer->data)->TimeIsUp(); },
      static_cast<std::uint64_t>(ms), 0);
}

void HttpConnection::TimeIsUp() {
  if (phase_ == Phase::kReading && parser_->begun != 0) {
    Refuse(HTTP_STATUS_REQUEST_TIMEOUT, "the request took too long");
  } else {
    Close();
  }
}

void HttpConnection::Close() {
  phase_ = Phase::kClosed;
  Withdraw();
  uv_timer_stop(deadline_.get());
  uv_poll_stop(poll_.get());
  closed_();
}

}  // namespace skep::net
