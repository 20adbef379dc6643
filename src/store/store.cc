#include "store/store.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "base/log.h"
#include "store/schema.h"
#include "store/wal_stamp.h"
#include "store/writer.h"

namespace skep::store {
namespace {

constexpr Sql kBegin{"BEGIN"};
constexpr Sql kCommit{"COMMIT"};

Options WithAbsolutePath(Options options) {
  options.path = std::filesystem::absolute(options.path).string();
  return options;
}

}  // namespace

class Store::Impl {
 public:
  Impl(Options options, const Clock& clock, Executor& executor)
      : options_(WithAbsolutePath(std::move(options))),
        cache_(options_.cache_bytes),
        writer_(options_, clock, executor, cache_) {}
  // An open read would keep the writer from emptying the log.
  ~Impl() { EndRead(); }

  void Submit(std::unique_ptr<Operation> operation) { writer_.Submit(std::move(operation)); }

  Database& Reader() {
    if (reading_) return *reader_;
    if (auto begun = Begin(); !begun) {
      cache_.Attach({});
      opening_ = 0;
      reader_ = Database::Unopened(options_.path, std::move(begun.error()));
    }
    reading_ = true;
    return *reader_;
  }

  void EndRead() {
    if (!reading_) return;
    reading_ = false;
    cache_.EndRead();
    reader_->ClearError();
    if (!reader_->in_transaction()) return;
    reader_->Execute(kCommit);
    reader_->ClearError();
  }

  Stamp State() const { return opening_ != 0 && opening_ == writer_.generation() ? index_.Read() : Stamp(); }
  bool IsOpen() const { return writer_.generation() != 0; }
  std::size_t queued() { return writer_.queued(); }

  Cache& cache() { return cache_; }
  const std::string& path() const { return options_.path; }

 private:
  Expected<void> Begin() {
    const auto opening = writer_.WaitUntilOpen();
    if (!opening) return std::unexpected(opening.error());
    if (opening_ != *opening) {
      cache_.Attach({});
      reader_.reset();
      auto reader = Database::Open(options_.path, Database::Mode::kReadOnly);
      if (!reader) return std::unexpected(std::move(reader.error()));
      reader_ = std::move(*reader);
      opening_ = *opening;
      index_ = WalIndex(reader_->handle());
      cache_.Attach(index_);
    }
    // Nobody has committed between two equal stamps, so it is that state which the check between them has fixed.
    const Stamp before = index_.Read();
    reader_->Execute(kBegin);
    if (auto checked = CheckSchema(*reader_); !checked) return checked;
    cache_.BeginRead(index_.Read() == before ? before : Stamp());
    return {};
  }

  const Options options_;
  Cache cache_;
  /// The connection for reads, or what stands in for it; from which opening of the database it is.
  std::unique_ptr<Database> reader_;
  std::uint64_t opening_ = 0;
  WalIndex index_;
  bool reading_ = false;

  /// Goes first: operations that finish while it closes may still read.
  Writer writer_;
};

Store::Store(Options options, const Clock& clock, Executor& executor)
    : impl_(std::make_unique<Impl>(std::move(options), clock, executor)) {}
Store::~Store() = default;

void Store::Submit(std::unique_ptr<Operation> operation) { impl_->Submit(std::move(operation)); }
Database& Store::Reader() { return impl_->Reader(); }
void Store::EndRead() { impl_->EndRead(); }
Stamp Store::State() const { return impl_->State(); }
bool Store::IsOpen() const { return impl_->IsOpen(); }
std::size_t Store::queued() const { return impl_->queued(); }
Cache& Store::cache() { return impl_->cache(); }
const std::string& Store::path() const { return impl_->path(); }

}  // namespace skep::store
