/// The floor of skep-load: a server that does nothing. Each line is answered with an empty result for its id, with
/// plain blocking calls. A request's id is expected where skep-load writes it, at the line's beginning; a line without
/// one is a notification.
#include <string.h>
#include <unistd.h>

enum { kBlock = 64 * 1024, kMostDigits = 20 };

static const char kFront[] = "{\"jsonrpc\":\"2.0\",\"id\":";
static const char kBack[] = ",\"result\":{}}\n";

static char input[kBlock];
/// Its answers are as long as a request at most, unless that has no method: then there is room for twice as much.
static char output[2 * kBlock];

static int SendAll(const char* data, size_t size) {
  while (size > 0) {
    const ssize_t n = write(STDOUT_FILENO, data, size);
    if (n <= 0) return 1;
    data += n;
    size -= (size_t)n;
  }
  return 0;
}

static char* Answer(char* to, const char* line, size_t size) {
  const size_t front = sizeof kFront - 1;
  if (size <= front || memcmp(line, kFront, front) != 0) return to;
  size_t digits = 0;
  while (front + digits < size && digits < kMostDigits && line[front + digits] >= '0' && line[front + digits] <= '9') {
    ++digits;
  }
  memcpy(to, line, front + digits);
  to += front + digits;
  memcpy(to, kBack, sizeof kBack - 1);
  return to + sizeof kBack - 1;
}

int main(void) {
  size_t kept = 0;
  for (;;) {
    const ssize_t n = read(STDIN_FILENO, input + kept, sizeof input - kept);
    if (n <= 0) return n < 0;
    const char* at = input;
    const char* const end = input + kept + n;
    char* to = output;
    for (const char* newline; (newline = memchr(at, '\n', (size_t)(end - at))) != NULL; at = newline + 1) {
      to = Answer(to, at, (size_t)(newline - at));
    }
    kept = (size_t)(end - at);
    if (kept == sizeof input) return 1;
    memmove(input, at, kept);
    if (SendAll(output, (size_t)(to - output))) return 1;
  }
}
