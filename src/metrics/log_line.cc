#include "metrics/log_line.h"

#include "metrics/log_duration.h"
#include "metrics/log_moment.h"

namespace skep::metrics {

LogLine ReadLogLine(std::string_view line, std::int64_t now_ms) {
  LogLine read{.text = line};
  read.at_ms = ReadMoment(line, now_ms, read.text);
  read.severity = SeverityOf(read.text);
  read.took_ns = DurationIn(read.text);
  return read;
}

}  // namespace skep::metrics
