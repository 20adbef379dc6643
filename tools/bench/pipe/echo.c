/// The floor beside which the pipe benchmark measures: for each line on standard input one line on standard output,
/// of as many bytes as the first argument says ('\n' included), or without one the same line back. Plain blocking
/// calls; linked statically, so that its start is as fast as a start can be.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { kBlock = 64 * 1024 };

static char input[kBlock];

static int SendAll(const char* data, size_t size) {
  while (size > 0) {
    const ssize_t n = write(STDOUT_FILENO, data, size);
    if (n <= 0) return 1;
    data += n;
    size -= (size_t)n;
  }
  return 0;
}

static size_t CountLines(const char* data, size_t size) {
  size_t lines = 0;
  const char* const end = data + size;
  while ((data = memchr(data, '\n', (size_t)(end - data))) != NULL) {
    ++data;
    ++lines;
  }
  return lines;
}

int main(int argc, char** argv) {
  const size_t reply = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
  const size_t fit = reply == 0 || reply > kBlock ? 1 : kBlock / reply;
  char* const replies = malloc(fit * reply + 1);
  if (replies == NULL) return 1;
  memset(replies, 'x', fit * reply);
  for (size_t i = 1; reply > 0 && i <= fit; ++i) replies[i * reply - 1] = '\n';

  for (;;) {
    const ssize_t n = read(STDIN_FILENO, input, sizeof input);
    if (n <= 0) return n < 0;
    if (reply == 0) {
      if (SendAll(input, (size_t)n)) return 1;
      continue;
    }
    for (size_t lines = CountLines(input, (size_t)n); lines > 0;) {
      const size_t now = lines < fit ? lines : fit;
      if (SendAll(replies, now * reply)) return 1;
      lines -= now;
    }
  }
}
