#pragma once

#include <cstdint>

#include "skep/error.h"
#include "store/database.h"

namespace skep::store {

/// What a database says of itself.
enum class SchemaState : std::uint8_t {
  kCurrent,
  kOld,  ///< Empty, or written by an older skep: Migrate brings it up.
};

/// kCorrupt when the database belongs to another program or to a newer skep.
Expected<SchemaState> ReadSchema(Database& database);

/// Runs the migrations that the database lacks, each in a transaction. REQUIRES: the write lock.
Expected<SchemaState> Migrate(Database& database);

/// kCorrupt when a newer skep has migrated the database since it was opened. Cheap enough for every transaction (1 µs),
/// whose snapshot it fixes.
Expected<void> CheckSchema(Database& database);

/// The version that this program writes: the number of migrations there are.
int CurrentSchema();

}  // namespace skep::store
