#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/limits.h"
#include "cli/options.h"
#include "metrics/alerts.h"
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

  struct Alerts {
    double operations_per_s = metrics::AlertThresholds{}.operations_per_s;
    double memory_growth_mb_per_h = metrics::AlertThresholds{}.growth_mb_per_h;
    double p95_ms = metrics::AlertThresholds{}.p95_ms;
    double error_rate = metrics::AlertThresholds{}.error_rate;
    double load_per_core = metrics::AlertThresholds{}.load_per_core;

    static constexpr Field kFields[] = {
        Opt<&Alerts::operations_per_s>("operations_per_s", "Fewer, while calls queue", {.min = 0}),
        Opt<&Alerts::memory_growth_mb_per_h>("memory_growth_mb_per_h", "More, of one process", {.min = 0}),
        Opt<&Alerts::p95_ms>("p95_ms", "More, of all requests", {.min = 0}),
        Opt<&Alerts::error_rate>("error_rate", "A greater share of all requests", {0, 1}),
        Opt<&Alerts::load_per_core>("load_per_core", "A higher load average of the machine", {.min = 0}),
    };
  };

  struct Telemetry {
    std::optional<std::string> otlp;

    static constexpr Field kFields[] = {
        Opt<&Telemetry::otlp>("otlp", "Where servers receive it, unless another has the port: 127.0.0.1:4318"),
    };
  };

  Log log;
  Store store;
  Limits limits;
  Metrics metrics;
  Alerts alerts;
  Telemetry telemetry;

  static constexpr Field kFields[] = {
      Opt<&Config::log>("log", "Logging"),
      Opt<&Config::store>("store", "The project's database"),
      Opt<&Config::limits>("limits", "What one client may ask for"),
      Opt<&Config::metrics>("metrics", "Measurement"),
      Opt<&Config::alerts>("alerts", "When to raise one; 0: never"),
      Opt<&Config::telemetry>("telemetry", "What clients say that they have used"),
  };
};
static_assert(Described<Config> && Described<Config::Log> && Described<Config::Store> && Described<Config::Limits> &&
              Described<Config::Metrics> && Described<Config::Alerts> && Described<Config::Telemetry>);

/// Reads a file, of which none is as good as an empty one. Errors name it, and where in it.
Expected<Config> ReadConfig(const std::string& path);

}  // namespace skep::cli
