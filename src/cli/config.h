#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/limits.h"
#include "cli/options.h"
#include "skep/error.h"
#include "skep/field.h"

namespace skep::cli {

/// config.toml. What is left out keeps its default.
struct Config {
  struct Log {
    std::optional<Level> level;
    std::optional<std::string> file;

    static constexpr Field kFields[] = {
        Opt<&Log::level>("level", "Least severe events logged"),
        Opt<&Log::file>("file", "Where they go; when not absolute, below the directory of logs"),
    };
  };
  struct Store {
    std::optional<Durability> durability;
    std::int64_t cache_mb = limits::kCacheBytes / limits::kMiB;
    std::int64_t lock_wait_s = limits::kLockWaitMs / 1000;

    static constexpr Field kFields[] = {
        Opt<&Store::durability>("durability", "Whether an acknowledged write also survives a power cut"),
        Opt<&Store::cache_mb>("cache_mb", "Memory for entries that were read, in MiB", {0, 65536}),
        Opt<&Store::lock_wait_s>("lock_wait_s", "How long a write waits for another process's", {0, 3600}),
    };
  };

  struct Limits {
    std::int64_t waiting_calls = limits::kMaxWaitingCalls;
    std::int64_t request_timeout_s = limits::kRequestMs / 1000;

    static constexpr Field kFields[] = {
        Opt<&Limits::waiting_calls>("waiting_calls", "Calls of one session that may wait at once", {1, 1024}),
        Opt<&Limits::request_timeout_s>("request_timeout_s", "How long one call may take in all", {1, 86400}),
    };
  };

  struct Metrics {
    bool enabled = true;

    static constexpr Field kFields[] = {
        Opt<&Metrics::enabled>("enabled", "Whether servers count and time what they do"),
    };
  };

  Log log;
  Store store;
  Limits limits;
  Metrics metrics;

  static constexpr Field kFields[] = {
      Opt<&Config::log>("log", "Logging"),
      Opt<&Config::store>("store", "The project's database"),
      Opt<&Config::limits>("limits", "What one client may ask for"),
      Opt<&Config::metrics>("metrics", "Measurement"),
  };
};
static_assert(Described<Config> && Described<Config::Log> && Described<Config::Store> && Described<Config::Limits> &&
              Described<Config::Metrics>);

/// Reads a file, of which none is as good as an empty one. Errors name it, and where in it.
Expected<Config> ReadConfig(const std::string& path);

}  // namespace skep::cli
