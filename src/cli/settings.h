#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/log.h"
#include "base/paths.h"
#include "cli/console.h"
#include "cli/options.h"
#include "metrics/alerts.h"
#include "net/loopback.h"

namespace skep::cli {

/// Everything that was decided before the work begins: by flags, else the environment, else config.toml, else defaults.
struct Settings {
  Paths paths;
  std::string project;   ///< Its directory, canonical.
  std::string database;  ///< Its database's path.
  bool fsync = true;
  std::size_t cache_bytes = 0;
  std::int64_t lock_wait_ms = 0;
  std::size_t waiting_calls = 0;
  std::int64_t request_timeout_ms = 0;
  bool measure = true;  ///< Whether servers measure what they do.
  metrics::AlertThresholds alerts;
  LogOptions log;
  std::vector<Toolset> toolsets;             ///< That tools/list names.
  std::string listen;                        ///< Path of the socket to serve on; empty: standard input and output.
  std::string connect;                       ///< Path of the socket to join; empty: none.
  std::optional<net::LoopbackAddress> otlp;  ///< Where to receive telemetry.
  bool otlp_by_flag = false;                 ///< It was asked for with a flag: where it is received is said.
};

/// An exit with kExitBadConfig, naming the file, when the configuration cannot be used; with kExitUsage when a flag
/// cannot.
OrExit<Settings> DecideSettings(const Options& options, const Environment& environment);

}  // namespace skep::cli
