#include "cli/doctor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/clock.h"
#include "base/limits.h"
#include "base/printable.h"
#include "base/version.h"
#include "cli/commands.h"
#include "cli/render.h"
#include "cli/settings.h"
#include "json/reader.h"
#include "json/writer.h"
#include "net/loop.h"
#include "store/inspect.h"
#include "store/probe.h"
#include "store/schema.h"
#include "store/write_lock.h"

namespace skep::cli {
namespace {

/// A commit that takes longer is felt in every write.
constexpr double kSlowFsyncMs = 20;
constexpr int kFsyncs = 9;
/// Below this much free space the next large values do not fit.
constexpr std::int64_t kLittleSpace = 100 * static_cast<std::int64_t>(limits::kMiB);
/// How long a writer at work may hold the lock: a transaction, and a checkpoint.
constexpr std::int64_t kLockPatienceMs = 1000;
/// A write-ahead log that a checkpoint should have cut back long ago.
constexpr std::int64_t kLongLog = 4 * static_cast<std::int64_t>(limits::kCheckpointPages) * 4096;

std::string Size(std::int64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (value < 1024) return fmt::format("{} B", bytes);
  if (value < 1024 * 1024) return fmt::format("{:.1f} KiB", value / 1024);
  if (value < 1024.0 * 1024 * 1024) return fmt::format("{:.1f} MiB", value / 1024 / 1024);
  return fmt::format("{:.1f} GiB", value / 1024 / 1024 / 1024);
}

class Doctor {
 public:
  Doctor(const Options& options, const Environment& environment, const Console& console)
      : options_(options), environment_(environment), console_(console) {}

  Diagnosis Examine() {
    Ok("versions", fmt::format("skep {}, SQLite {}, simdjson {}, libuv {}", Version(), store::SqliteVersion(),
                               json::ParserVersion(), net::LoopVersion()));
    Streams();
    const auto settings = DecideSettings(options_, environment_);
    if (!settings) {
      Fail("configuration", settings.error().text, "nothing else was looked at: correct it first");
    } else {
      Configuration(*settings);
      Directory("data directory", settings->paths.data);
      Directory("state directory", settings->paths.state);
      Disk(*settings);
      Database(settings->database);
    }
    for (const Check& check : diagnosis_.checks) diagnosis_.verdict = std::max(diagnosis_.verdict, check.verdict);
    return std::move(diagnosis_);
  }

 private:
  void Ok(std::string name, std::string found) { Add(std::move(name), Verdict::kOk, std::move(found), std::nullopt); }
  void Warn(std::string name, std::string found, std::string advice) {
    Add(std::move(name), Verdict::kWarn, std::move(found), std::move(advice));
  }
  void Fail(std::string name, std::string found, std::string advice) {
    Add(std::move(name), Verdict::kFail, std::move(found), std::move(advice));
  }
  void Add(std::string name, Verdict verdict, std::string found, std::optional<std::string> advice) {
    diagnosis_.checks.push_back({std::move(name), verdict, std::move(found), std::move(advice)});
  }

  void Streams() {
    const auto usable = [](int fd, int unwanted) {
      const int flags = fcntl(fd, F_GETFL);
      return flags >= 0 && (flags & O_ACCMODE) != unwanted;
    };
    if (usable(console_.in, O_WRONLY) && usable(console_.out, O_RDONLY)) {
      return Ok("standard streams", "input can be read, output written");
    }
    Fail("standard streams", "standard input or output is closed, or open the wrong way round",
         "start skep with both: MCP is spoken on them");
  }

  void Configuration(const Settings& settings) {
    const std::string file = settings.paths.config + "/config.toml";
    const bool there = access(file.c_str(), F_OK) == 0;
    Ok("configuration", fmt::format("{}{}; project {}", file, there ? "" : " does not exist, so everything is default",
                                    settings.project));
  }

  void Directory(const std::string& name, const std::string& path) {
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) {
      const std::string above = Existing(path);
      if (access(above.c_str(), W_OK | X_OK) == 0) return Ok(name, path + " does not exist yet, and can be made");
      return Fail(name, fmt::format("{} does not exist, and {} may not be written to", path, above),
                  "make it writable for you, or set SKEP_HOME to a directory that is");
    }
    if (!S_ISDIR(status.st_mode)) return Fail(name, path + " is not a directory", "move it away");
    if (access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
      return Fail(name, fmt::format("{}: {}", path, std::strerror(errno)),
                  "make it yours, or set SKEP_HOME to a directory that is");
    }
    const unsigned mode = status.st_mode & 0777;
    if ((mode & 077) != 0) {
      return Warn(name, fmt::format("others may enter {} (mode {:04o})", path, mode),
                  fmt::format("chmod 0700 {}", path));
    }
    Ok(name, fmt::format("{} (mode {:04o})", path, mode));
  }

  /// The path, or the nearest directory above it that is there.
  static std::string Existing(std::filesystem::path path) {
    while (access(path.c_str(), F_OK) != 0 && path.has_relative_path()) path = path.parent_path();
    return path.string();
  }

  void Disk(const Settings& settings) {
    const std::string directory = Existing(std::filesystem::path(settings.database).parent_path());
    const std::int64_t free = store::MeasureDisk(directory + "/skep.db").free;
    const std::string found = fmt::format("{} free for {}", Size(std::max<std::int64_t>(free, 0)), directory);
    if (free < kLittleSpace) {
      Warn("disk space", found, "free some: a full disk refuses writes");
    } else {
      Ok("disk space", found);
    }
    Fsync(directory);
  }

  /// What a durable write has to wait for.
  void Fsync(const std::string& directory) {
    const std::string path = fmt::format("{}/.skep-doctor-{}", directory, getpid());
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
      return Fail("fsync", fmt::format("cannot write {}: {}", path, std::strerror(errno)),
                  "make the directory writable, or set SKEP_HOME to one that is");
    }
    unlink(path.c_str());
    const std::string page(4096, 's');
    std::vector<double> times;
    for (int i = 0; i < kFsyncs; ++i) {
      const std::int64_t begin = SystemClock().SteadyNs();
      if (pwrite(fd, page.data(), page.size(), i * 4096) != 4096 || fdatasync(fd) != 0) break;
      times.push_back(static_cast<double>(SystemClock().SteadyNs() - begin) / 1e6);
    }
    const int why = errno;
    close(fd);
    if (times.size() < kFsyncs) {
      return Fail("fsync", fmt::format("writing to {} failed: {}", directory, std::strerror(why)), "look at the disk");
    }
    std::ranges::sort(times);
    const double median = times[kFsyncs / 2];
    const std::string found =
        fmt::format("median {:.2f} ms, worst {:.2f} ms of {} writes", median, times.back(), kFsyncs);
    if (median > kSlowFsyncMs) {
      Warn("fsync", found, "every acknowledged write waits for it: use a local disk, or --durability relaxed");
    } else {
      Ok("fsync", found);
    }
  }

  void Database(const std::string& path) {
    if (access(path.c_str(), F_OK) != 0) return Ok("database", path + " is made by the first use");
    if (const auto others = store::OpenElsewhere(path); !others.empty()) {
      std::string names;
      for (const auto& [id, name] : others) names += fmt::format("{}{} ({})", names.empty() ? "" : ", ", id, name);
      Ok("other processes", "have it open: " + names);
    }
    const store::DiskUse use = store::MeasureDisk(path);
    const auto found = store::Inspect(path);
    if (!found) {
      Fail("database", found.error().message, "see the message; nothing was changed");
    } else if (!found->damages.empty()) {
      Fail("database", fmt::format("{} is damaged: {}", path, fmt::join(found->damages, "; ")),
           fmt::format("copy it away with its -wal file, then `sqlite3 {} .recover`", path));
    } else {
      Ok("database", fmt::format("{}, {}; quick check found nothing", path, Size(use.database)));
      Ok("schema", fmt::format("{} (this skep's: {}), application id {:#x}, journal {}", found->schema,
                               store::CurrentSchema(), found->application_id, found->journal));
    }
    const std::string log = fmt::format("{} of write-ahead log", Size(std::max<std::int64_t>(use.wal, 0)));
    if (use.wal > kLongLog) {
      Warn("log", log, "something keeps it from being cut back: end readers that hang (see other processes)");
    } else {
      Ok("log", log);
    }
    Lock(path);
  }

  void Lock(const std::string& path) {
    store::WriteLock lock(path);
    if (access(lock.path().c_str(), F_OK) != 0) return Ok("write lock", "nobody has taken it yet");
    if (const auto held = lock.Acquire(kLockPatienceMs); !held) {
      return Fail("write lock", held.error().message, "writes wait for it: see whether that process hangs");
    }
    Ok("write lock", "can be had");
  }

  const Options& options_;
  const Environment& environment_;
  const Console& console_;
  Diagnosis diagnosis_;
};

}  // namespace

Diagnosis Diagnose(const Options& options, const Environment& environment, const Console& console) {
  return Doctor(options, environment, console).Examine();
}

int Examine(const CommandLine& line, const Environment& environment, const Console& console) {
  const Diagnosis diagnosis = Diagnose(line.options, environment, console);
  const bool failed = diagnosis.verdict == Verdict::kFail;
  std::string text;
  if (line.options.json) {
    Block out;
    json::Writer to(out);
    EncodeFields(&diagnosis, Diagnosis::kFields, to);
    text = fmt::format("{}\n", out.view());
  } else {
    Table table;
    for (const Check& check : diagnosis.checks) {
      const std::string verdict(Names(check.verdict)[static_cast<std::size_t>(check.verdict)]);
      table.Add({verdict, check.name, Printable(check.found)});
      if (check.advice) table.Add({"", "", "→ " + Printable(*check.advice)});
    }
    text = table.Render(StyleOf(console));
  }
  return console.Out(text) && !failed ? kExitOk : kExitFailed;
}

}  // namespace skep::cli
