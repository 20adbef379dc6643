#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "store/store.h"
#include "support/manual_executor.h"
#include "support/temp_directory.h"

/// What the tests of the store share. They keep their rows in the table `meta`, which suits any schema.
namespace skep::store {

inline constexpr Sql kPut{
    "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value"};
inline constexpr Sql kGet{"SELECT value FROM meta WHERE name = ?1"};
inline constexpr Sql kCount{"SELECT count(*) FROM meta"};

inline std::optional<std::string> Get(Database& database, std::string_view name) {
  Cursor cursor = database.Query(kGet, name);
  if (!cursor.Next()) return std::nullopt;
  return std::string(cursor.Text(0));
}
inline std::int64_t Count(Database& database) {
  Cursor cursor = database.Query(kCount);
  return cursor.Next() ? cursor.Int(0) : -1;
}

/// An operation made of two functions.
class Call final : public Operation {
 public:
  using Work = std::function<Expected<void>(Database&)>;
  using Done = std::function<void(Expected<void>)>;
  explicit Call(Work run, Done finish = [](auto) {}) : run_(std::move(run)), finish_(std::move(finish)) {}
  Expected<void> Run(Database& database) override { return run_(database); }
  void Finish(Expected<void> outcome) override { finish_(std::move(outcome)); }

 private:
  Work run_;
  Done finish_;
};

/// Puts `name`, with a value that SQLite cannot take for what was there.
inline Call::Work Put(std::string name, std::string value = "x") {
  return [name = std::move(name), value = std::move(value)](Database& database) -> Expected<void> {
    database.Execute(kPut, name, value);
    return {};
  };
}

/// One store on a database of the test's own, as a process would have it.
class StoreProcess {
 public:
  explicit StoreProcess(Options options, const Clock& clock = SystemClock())
      : store_(std::make_unique<Store>(std::move(options), clock, executor_)) {}
  explicit StoreProcess(const std::string& path) : StoreProcess(Options{.path = path}) {}

  Store& store() { return *store_; }
  ManualExecutor& executor() { return executor_; }

  /// Does it, and waits until it is durable.
  Expected<void> Do(Call::Work work) {
    std::optional<Expected<void>> outcome;
    store_->Submit(std::make_unique<Call>(std::move(work), [&outcome](auto result) { outcome = std::move(result); }));
    if (!executor_.RunUntil([&outcome] { return outcome.has_value(); })) std::abort();
    return *std::move(outcome);
  }
  /// Reads in a read transaction of its own.
  std::optional<std::string> Read(std::string_view name) {
    auto value = Get(store_->Reader(), name);
    store_->EndRead();
    return value;
  }
  std::int64_t Rows() {
    const std::int64_t rows = Count(store_->Reader());
    store_->EndRead();
    return rows;
  }
  void Close() { store_.reset(); }

 private:
  ManualExecutor executor_;
  std::unique_ptr<Store> store_;
};

/// Runs `body` in a process of its own. Start it before any thread.
class Child {
 public:
  template <class Body>
  explicit Child(Body body) : pid_(fork()) {
    if (pid_ == 0) {
      body();
      _exit(0);
    }
  }
  ~Child() {
    if (pid_ > 0) Kill();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  void Kill() {
    ::kill(pid_, SIGKILL);
    Wait();
  }
  /// Its exit status; -1 when a signal ended it.
  int Wait() {
    int status = 0;
    if (pid_ > 0) ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_;
};

}  // namespace skep::store
