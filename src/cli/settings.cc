#include "cli/settings.h"

#include <filesystem>

#include "cli/config.h"
#include "cli/socket_path.h"
#include "handlers/list.h"

namespace skep::cli {
namespace {

LogLevel ToLogLevel(Level level) { return static_cast<LogLevel>(level); }

}  // namespace

OrExit<Settings> DecideSettings(const Options& options, const Environment& environment) {
  Settings settings;
  auto paths = FindPaths(environment);
  if (!paths) return ExitWith(kExitBadConfig, paths.error().message);
  settings.paths = std::move(*paths);
  const auto config = ReadConfig(settings.paths.config + "/config.toml");
  if (!config) return ExitWith(kExitBadConfig, config.error().message);

  auto project = ProjectDirectory(options.project.value_or(""));
  if (!project) return ExitWith(kExitUsage, "--project: " + project.error().message);
  settings.project = std::move(*project);
  settings.database = ProjectDatabasePath(settings.paths, settings.project);

  settings.fsync =
      options.durability.value_or(config->store.durability.value_or(Durability::kFull)) == Durability::kFull;
  settings.cache_bytes = static_cast<std::size_t>(config->store.cache_mb) * limits::kMiB;
  settings.lock_wait_ms = config->store.lock_wait_s * 1000;

  settings.waiting_calls = static_cast<std::size_t>(config->limits.waiting_calls);
  settings.request_timeout_ms = config->limits.request_timeout_s * 1000;

  settings.measure = config->metrics.enabled;
  settings.alerts = {.operations_per_s = config->alerts.operations_per_s,
                     .growth_mb_per_h = config->alerts.memory_growth_mb_per_h,
                     .p95_ms = config->alerts.p95_ms,
                     .error_rate = config->alerts.error_rate,
                     .load_per_core = config->alerts.load_per_core};
  settings.toolsets = options.toolsets;
  if (settings.toolsets.empty()) {
    settings.toolsets.assign(std::begin(handlers::kDefaultToolsets), std::end(handlers::kDefaultToolsets));
  }

  const Level configured = config->log.level.value_or(Level::kWarn);
  if (options.listen) {
    auto path = ListeningPath(*options.listen, settings.paths, settings.project);
    if (!path) return ExitWith(kExitUsage, "--listen: " + path.error().message);
    settings.listen = std::move(*path);
  }
  if (options.connect) {
    if (options.listen) return ExitWith(kExitUsage, "--listen serves, --connect joins one who does: choose one");
    if (options.otlp) {
      return ExitWith(kExitUsage, "--otlp is for the one who serves: give it to skep serve --listen");
    }
    if (!options.toolsets.empty()) {
      return ExitWith(kExitUsage, "--toolsets is for the one who serves: give it to skep serve --listen");
    }
    auto path = ConnectingPath(*options.connect, settings.paths, settings.project);
    if (!path) return ExitWith(kExitUsage, "--connect: " + path.error().message);
    settings.connect = std::move(*path);
  }

  if (const auto& otlp = options.otlp ? options.otlp : config->telemetry.otlp; otlp && !options.connect) {
    auto address = net::ParseLoopback(*otlp);
    if (!address) {
      return options.otlp ? ExitWith(kExitUsage, "--otlp: " + address.error().message)
                          : ExitWith(kExitBadConfig, "config.toml: telemetry.otlp: " + address.error().message);
    }
    settings.otlp = *std::move(address);
    settings.otlp_by_flag = options.otlp.has_value();
  }

  if (options.log_level) {
    settings.log.level = ToLogLevel(*options.log_level);
  } else {
    const auto level = ChooseLogLevel("", environment("SKEP_LOG"), ToLogLevel(configured));
    if (!level) return ExitWith(kExitBadConfig, level.error().message);
    settings.log.level = *level;
  }
  namespace fs = std::filesystem;
  if (options.log_file) {
    settings.log.file = fs::absolute(*options.log_file).string();
  } else if (config->log.file) {
    settings.log.file = (fs::path(settings.paths.state) / *config->log.file).string();
  }
  return settings;
}

}  // namespace skep::cli
