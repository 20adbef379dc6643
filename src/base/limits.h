#pragma once

#include <cstddef>
#include <cstdint>

/// Every bound of the program, with its reason. Derived from one another where they depend on one another.
namespace skep::limits {

inline constexpr std::size_t kKiB = 1024;
inline constexpr std::size_t kMiB = 1024 * kKiB;

// --- The wire ---------------------------------------------------------------

/// Longest line accepted. The requirement is "10 MB message accepted"; SDK clients drop a connection beyond 10 MiB.
inline constexpr std::size_t kMaxFrame = 10 * kMiB;
/// Longest line sent, its '\n' included: SDK clients drop a connection once what they hold of a line and the chunk that
/// they add to it, which may have its end and 64 KiB of the next lines, exceed 10 MiB together.
inline constexpr std::size_t kMaxLine = 10 * kMiB - 64 * kKiB;
/// A read asks for this much: larger reads and pipes gain nothing (shared limits page: 64–256 KiB).
inline constexpr std::size_t kReadBlock = 64 * kKiB;
/// Requests in one batch (protocol 2025-03-26): the requirement is 1,000.
inline constexpr std::size_t kMaxBatch = 1000;
/// Nesting of JSON accepted: the parser's own default; deeper input is an attack on whoever recurses.
inline constexpr std::size_t kMaxDepth = 1024;
/// Bytes of a request id as JSON text. Clients use integers and UUIDs (38); the rest is room for prefixes.
inline constexpr std::size_t kMaxIdBytes = 1 * kKiB;
/// Bytes of a client's own text that an error repeats: enough to know it again. An error is thus short however long the
/// name or value at fault was.
inline constexpr std::size_t kMaxQuoted = 64;
/// Unsent output at which a connection stops reading: some reads' worth, far below what a stalled client could cost.
inline constexpr std::size_t kOutputHighWater = 1 * kMiB;
/// Unsent output at which it reads again.
inline constexpr std::size_t kOutputLowWater = kOutputHighWater / 4;
/// Requests of one connection in flight at which it stops reading: as much as one store batch takes twice.
inline constexpr std::size_t kMaxInFlight = 4096;
/// Bytes held by those requests: room for three of the largest.
inline constexpr std::size_t kMaxInFlightBytes = 32 * kMiB;
/// Tools in one page of tools/list: all of skep's, so that no client needs a second call; embedders may have more.
inline constexpr std::size_t kToolsPage = 100;
/// What a read that waits behind a write is taken to hold until it is answered, unless the last such answer was larger:
/// it is computed when the write commits, whether or not the client takes answers by then. 64 of them reach the bound.
inline constexpr std::size_t kExpectedAnswer = kMaxInFlightBytes / 64;
/// Bytes of a URI that a refusal repeats: enough to tell which.
inline constexpr std::size_t kMaxQuotedUri = 256;
/// Things in one page of resources/list.
inline constexpr std::size_t kResourcesPage = 100;
/// Values that completion/complete offers: the protocol's bound.
inline constexpr std::size_t kMaxCompletions = 100;
/// Rows of a list that a resource shows: what a person or a model looks through. How many more there are, it says.
inline constexpr std::int64_t kMaxResourceRows = 200;
/// Bytes of such a list: the most that is worth being read as a whole.
inline constexpr std::size_t kMaxResourceBytes = 256 * kKiB;
/// Unfinished tasks whose titles are looked through for a word that is being typed: some milliseconds' worth.
inline constexpr std::int64_t kMaxTitlesSearched = 500;
/// Bytes of a prompt: a model reads it at the beginning of every conversation that it is used in.
inline constexpr std::size_t kMaxPrompt = 8 * kKiB;
/// Bytes of it that repeat what an argument, or a task's text, says. There is at most one of either.
inline constexpr std::size_t kMaxPromptQuote = 1 * kKiB + kKiB / 2;
/// Bytes of it that say how things stand. What is left of it is the instructions'.
inline constexpr std::size_t kMaxPromptState = 3 * kKiB;
/// How long somebody who was asked something has to answer: as long as one may be away from the screen.
inline constexpr std::int64_t kAskMs = 10LL * 60 * 1000;
/// How long a call may take in all: twice what the longest wait takes, and a question besides.
inline constexpr std::int64_t kRequestMs = 20LL * 60 * 1000;
/// Resources that one session is told of when they change: a screen's worth for each of many views.
inline constexpr std::size_t kMaxSubscriptions = 256;
/// subscriptions/listen requests open at once in one session; clients have one or two.
inline constexpr std::size_t kMaxListens = 16;
/// Unsent output at which a session is told of no more changes: it gets the latest state when it has caught up.
inline constexpr std::size_t kNotifyHighWater = 64 * kKiB;
/// How often subscribed resources are looked at when they change all the time: within the 20 ms in which a change is to
/// be told, and never more than a quarter of the time is spent on it.
inline constexpr std::int64_t kNotifyMs = 10;
/// Log messages that one session is sent in a second; the others are counted, and how many they were is said.
inline constexpr std::int64_t kMaxLogMessages = 20;
/// How long a finished task of the protocol is kept when its client does not say, and at most.
inline constexpr std::int64_t kTaskTtlMs = 60LL * 60 * 1000;
inline constexpr std::int64_t kMaxTaskTtlMs = 24LL * 3600 * 1000;
/// How long a client should leave between two looks at a task.
inline constexpr std::int64_t kTaskPollMs = 500;
/// Tasks of the protocol that one page lists.
inline constexpr std::int64_t kTasksPage = 100;
/// How long a shutdown waits for a client to take its answers, and for accepted requests to finish (product page).
inline constexpr std::int64_t kShutdownMs = 30'000;
/// Connections of one listener: twice the thousand agents that one machine was asked to serve. Each has two
/// descriptors, and 64 KiB at rest (all: 128 MiB).
inline constexpr std::size_t kMaxConnections = 2048;
/// Connections accepted in one turn of the loop: those that are there already do not wait for a rush.
inline constexpr int kAcceptBurst = 64;
/// How long nothing is accepted when the system has no descriptor or memory for it. Clients wait in the socket's queue.
inline constexpr std::int64_t kAcceptPauseMs = 100;
/// How often, at most, the log says that clients are turned away.
inline constexpr std::int64_t kRefusalLogMs = 10'000;

// --- Memory -----------------------------------------------------------------

/// Blocks a pool keeps for reuse; one connection uses two while it has something to read or to send.
inline constexpr std::size_t kPoolBlocks = 64;
/// A parser whose frame was larger gives its memory back afterwards: a dense 10 MB frame makes it hold 120 MB.
inline constexpr std::size_t kParserKeeps = 1 * kMiB;

// --- The log ----------------------------------------------------------------

/// Size at which a log file is renamed and begun anew: with the one before it, weeks of warnings or minutes of trace.
inline constexpr std::size_t kMaxLogFile = 16 * kMiB;

// --- The store --------------------------------------------------------------

/// Operations in one transaction. Throughput is flat beyond (shared limits page: 120 k/s at 1,024) and latency grows.
inline constexpr std::size_t kMaxStoreBatch = 1024;
/// Bytes of arguments in one transaction: some of the largest values, so that the WAL stays in proportion.
inline constexpr std::size_t kMaxStoreBatchBytes = 16 * kMiB;
/// How long a writer waits for the lock that another process holds before it answers with an error.
inline constexpr std::int64_t kLockWaitMs = 10'000;
/// WAL pages (4 KiB) at which the writer checkpoints: 32 MiB; smaller costs throughput, larger costs start-up after a
/// crash.
inline constexpr int kCheckpointPages = 8000;
/// WAL pages above which a clean exit checkpoints, so that the next start has nothing to recover.
inline constexpr int kCheckpointPagesAtExit = 250;
/// Quiet time after which the store's thread does its housekeeping: longer than a busy client's think time.
inline constexpr std::int64_t kIdleMs = 50;
/// Operations after which it no longer waits for a quiet moment: the tail that a search scans stays short.
inline constexpr std::size_t kMaintenanceEvery = 1024;
/// Bytes of memory entries kept for reads.
inline constexpr std::size_t kCacheBytes = 8 * kMiB;
/// Largest value worth a place in the cache: larger ones would push out everything else.
inline constexpr std::size_t kCacheMaxValue = kCacheBytes / 16;
/// Keys of our own commits that the cache's thread has not yet looked at: more than a busy loop leaves unread, some
/// 100 KiB. Beyond, it is cheaper to begin with an empty cache.
inline constexpr std::size_t kCacheMail = 4096;
/// Pages that SQLite caches for the connection that writes and the one that reads. Behind them is the kernel's cache,
/// from which a page costs about 1 µs: four times as much for the writer makes 1 KB upserts 10 % cheaper, no more.
inline constexpr std::size_t kWriterPageCache = 16 * kMiB;
inline constexpr std::size_t kReaderPageCache = 4 * kMiB;
/// How long to wait for whoever holds SQLite's own locks against us: another process that recovers the log after a
/// crash (tens of milliseconds), or a foreign program, which skep does not wait out.
inline constexpr int kBusyWaitMs = 1000;
/// While operations are waiting, housekeeping takes one part in this many of the store thread's time.
inline constexpr std::int64_t kMaintenanceShare = 5;

// --- Memory entries ---------------------------------------------------------

/// A value as text. With its envelope and the escapes of ordinary text it still fits one frame.
inline constexpr std::size_t kMaxValue = 9 * kMiB;
inline constexpr std::size_t kMaxKey = 1 * kKiB;
inline constexpr std::size_t kMaxNamespace = 256;
/// Ten years, in seconds: longer means "for ever", which is no TTL at all.
inline constexpr std::int64_t kMaxTtlS = 10LL * 365 * 24 * 3600;
/// Entries in one page of a list or search.
inline constexpr std::int64_t kMaxPage = 1000;
/// Bytes of a value that lists and searches show: two lines of a terminal.
inline constexpr std::size_t kMaxSnippet = 160;
/// A glob over keys, or the words of a search.
inline constexpr std::size_t kMaxPattern = 1 * kKiB;
/// Work of one list or search over keys, in characters compared (a key counts for kKeyWork at least): 20 ms, in which
/// 100,000 keys are looked at.
inline constexpr std::int64_t kMaxScanWork = 3'000'000;
inline constexpr std::int64_t kKeyWork = 20;
/// Bytes of expired entries deleted in one background transaction, and their number.
inline constexpr std::int64_t kPurgeSliceBytes = 16 * kMiB;
inline constexpr int kPurgeSlice = 256;

// --- Full text --------------------------------------------------------------

/// Text of an entry that is indexed: what people search by stands in front; the rest would make one entry cost seconds.
inline constexpr std::size_t kMaxIndexedText = 256 * kKiB;
/// Matches that are ranked, the newest ones: ranking 97,000 takes 0.2 s, 1,000 some milliseconds.
inline constexpr int kMaxRanked = 1000;
/// Documents that a search passes on its way to as many matches: the others are of entries that are no more.
inline constexpr int kMaxDocumentsSeen = 16 * kMaxRanked;
/// Where all words are common but seldom meet, the search ends after this many revs: 20 ms for entries of 1 KB.
inline constexpr std::int64_t kMaxCommonRevs = 64 * 1024;
/// Different words or phrases in one search.
inline constexpr std::size_t kMaxSearchPhrases = 32;
/// Entries indexed in one background transaction: some 20 ms at 70 µs each (1 KB of text), so that a write waits no
/// longer.
inline constexpr int kIndexSlice = 256;
/// Bytes indexed in one background transaction, for the same reason (15 MB/s).
inline constexpr std::size_t kIndexSliceBytes = kMaxIndexedText;
/// Documents of entries that are no more at which it is not yet worth while to build the index afresh.
inline constexpr std::int64_t kToleratedStale = 10'000;
/// Rows (of up to 4 KiB) deleted in one background transaction when an old index is emptied.
inline constexpr int kClearSlice = 1024;
/// Not-yet-indexed entries that a search looks through, at 2 µs each.
inline constexpr int kMaxTail = 4096;
/// Bytes of their text that it looks through: 5 ms where a word does not occur in ASCII text, 20 ms where it may, 40 ms
/// in other scripts.
inline constexpr std::size_t kMaxTailBytes = 2 * kMiB;
/// Bytes of values that one search reads to show what stands around its matches.
inline constexpr std::size_t kMaxSnippetWork = 1 * kMiB;

// --- Sessions and waits -----------------------------------------------------

/// How often each process looks whether the others are still alive: twice a second, so that a death is noticed within
/// one. A look costs microseconds.
inline constexpr std::int64_t kLivenessMs = 500;
/// Calls of one session that wait at once: one for each agent that it acts as, and more than clients do.
inline constexpr std::size_t kMaxWaitingCalls = 100;
/// Bytes kept of what a client says of itself, each of its name, version and session: these are identifiers.
inline constexpr std::size_t kMaxClientText = 128;
/// Bytes of the directory that it says it works in: the longest path of Linux.
inline constexpr std::size_t kMaxClientDirectory = 4 * kKiB;
/// How often a client that wants progress is told that its call still waits: it is alive, and that is all there is to
/// say.
inline constexpr std::int64_t kReportMs = 5000;
/// How often what becomes ready by mere time is looked for while calls wait. Also the longest that a change can be
/// overlooked where files cannot be watched.
inline constexpr std::int64_t kWaitPollMs = 250;
/// A commit is published some milliseconds after the log has changed, when it has reached the disk: looks at 1, 2, 4, …
/// ms, the last one this long after the one before it.
inline constexpr std::int64_t kLastLookMs = 64;
/// Calls woken at once for what is ready, and ready things counted: a round of claims that one transaction takes.
inline constexpr std::int64_t kMaxWoken = 64;

// --- The swarm --------------------------------------------------------------

/// Agents alive in one swarm: as many as the scheduler was measured with.
inline constexpr std::int64_t kMaxAgents = 10'000;
inline constexpr std::size_t kMaxName = 64;
inline constexpr std::size_t kMaxObjective = 4 * kKiB;
inline constexpr std::size_t kMaxCapabilities = 64;
/// Bytes of a task's title: a line. What is to be done in full is its body.
inline constexpr std::size_t kMaxTitle = 512;
inline constexpr std::size_t kMaxBody = 256 * kKiB;
/// Bytes of what came of a task: as a value in memory.
inline constexpr std::size_t kMaxResult = kMaxValue;
/// Bytes of a note on progress or failure.
inline constexpr std::size_t kMaxNote = 4 * kKiB;
/// Tasks that one call makes.
inline constexpr std::int64_t kMaxSubtasks = 1000;
inline constexpr std::int64_t kMaxDependencies = 1000;
/// Unfinished tasks of one swarm: as many as the scheduler was measured with.
inline constexpr std::int64_t kMaxTasks = 1'000'000;
inline constexpr std::int64_t kMaxAttempts = 100;
/// Agents that may go offline over one task before it is taken for what ends them. Below the history's length.
inline constexpr std::int64_t kMaxAbandoned = 10;
/// Lines of history kept of one task, and bytes of a line's detail.
inline constexpr std::int64_t kMaxTaskEvents = 64;
inline constexpr std::size_t kMaxEventDetail = 1 * kKiB;
/// How long a claim holds without a word from its owner, in ms: longer than a model thinks about one step.
inline constexpr std::int64_t kClaimMs = 30LL * 60 * 1000;
/// Claims that time out, and tasks whose next attempt is due, dealt with in one call: the call stays short, and the
/// next one goes on.
inline constexpr std::int64_t kDueSlice = 64;
/// Wait before the second attempt, in ms; doubled for each further one, up to the second figure.
inline constexpr std::int64_t kBackoffMs = 1000;
inline constexpr std::int64_t kMaxBackoffMs = 5LL * 60 * 1000;
/// Failures in a row after which an agent gets no work, and for how long (ms); doubled each time it comes to that.
inline constexpr std::int64_t kBreakerFailures = 3;
inline constexpr std::int64_t kBreakerMs = 30'000;
inline constexpr std::int64_t kMaxBreakerMs = 10LL * 60 * 1000;
/// Agents or leads looked at for one with the right capability, the least busy first, before an index over capabilities
/// is asked: routing costs the same in a swarm of ten and of ten thousand.
inline constexpr std::int64_t kRouteCandidates = 8;
/// How often an adaptive swarm's figures are looked at, and how long it stays with a topology at least: some tasks'
/// time.
inline constexpr std::int64_t kAdaptEveryMs = 10'000;
inline constexpr std::int64_t kAdaptDwellMs = 60'000;
/// Most that a long-poll waits, in seconds: below the time-outs of clients, which are a minute or more.
inline constexpr std::int64_t kMaxWaitS = 300;

/// A path or glob that is leased: longer than any in a project, and two such globs are compared in some milliseconds.
inline constexpr std::size_t kMaxPath = 1 * kKiB;
/// Paths in one call: who needs more, means a glob.
inline constexpr std::int64_t kMaxLeasePaths = 64;
/// Leases of one agent, so that none takes the project's: some calls' worth.
inline constexpr std::int64_t kMaxAgentLeases = 256;
/// Leases of a project. Each is looked at by every acquire and check: 10,000 take some milliseconds.
inline constexpr std::int64_t kMaxLeases = 10'000;
/// How long a lease lasts when its holder does not say, and at most, in seconds: a change, a working day and its night.
inline constexpr std::int64_t kLeaseS = 15LL * 60;
inline constexpr std::int64_t kMaxLeaseS = 24LL * 3600;
/// Steps that one call takes to compare globs: some 100 ms. Ordinary ones take some hundred.
inline constexpr std::int64_t kMaxPathWork = 10'000'000;
/// Leases in the way that one answer lists.
inline constexpr std::size_t kMaxObstacles = 16;

/// A message's text: what is longer belongs in memory or a file, and the message says where.
inline constexpr std::size_t kMaxMessage = 64 * kKiB;
inline constexpr std::size_t kMaxSubject = 256;
/// Messages in one agent's inbox, and bytes: a busy day's, and what a few reads can show.
inline constexpr std::int64_t kMaxInbox = 1000;
inline constexpr std::int64_t kMaxInboxBytes = 4 * kMiB;
/// Agents that one message goes to: each has a row of its own.
inline constexpr std::int64_t kMaxRecipients = 1000;
/// Bytes of text in one message to many, all copies together: as much as one transaction takes.
inline constexpr std::size_t kMaxSpread = kMaxStoreBatchBytes;
/// Bytes of messages that one look at an inbox shows; one at least.
inline constexpr std::int64_t kMaxInboxPageBytes = 256 * kKiB;

// --- Pending requests -------------------------------------------------------

/// Requests of ours to clients that are pending at once: a million were asked for; 20 bits of an id number them, which
/// leaves 32 of a double's 53 to tell apart the requests that one slot has had.
inline constexpr std::size_t kMaxOwnRequests = 1024 * kKiB;
/// Parts of that table, each with free slots under a lock: as many as threads that a server keeps busy.
inline constexpr std::size_t kOwnShards = 16;
/// Slots by which a part grows: 24 KiB, so that a server with a handful of requests stays small.
inline constexpr std::size_t kOwnChunk = 512;
/// Slots whose deadlines are looked at together: 3 KiB, half a microsecond.
inline constexpr std::size_t kOwnGroup = 64;
/// Locks for the lists of owners' slots: as with kClientShards.
inline constexpr std::size_t kOwnerLocks = 64;
/// Threads that have a magazine of free slots: more than a server has. Others take a lock.
inline constexpr std::size_t kMagazines = 64;
/// Free slots in a magazine. Half of them move at once, so that at most one call in 32 takes a lock. Those in others'
/// magazines a thread cannot have: 4,096 of kMaxOwnRequests, which leaves more than a million.
inline constexpr std::size_t kMagazineSlots = 64;
/// Parts of the table of clients' requests, each with a lock (shared limits page: best with 64).
inline constexpr std::size_t kClientShards = 64;
/// Requests of one session that are pending at once, unless the server says otherwise: more than clients send.
inline constexpr std::size_t kSessionRequests = 100;
/// Most that a server may allow: a session's requests are looked through in a row, at 0.4 ns each.
inline constexpr std::size_t kMaxSessionRequests = kMaxInFlight;

// --- Measurement ------------------------------------------------------------

/// Operations that are recorded: twice as many as there are methods, tools and the store's own. Each costs 20 KiB once
/// it has been used: 4 MB if all of them were.
inline constexpr std::size_t kMaxOperations = 192;
/// What is recorded is written down every so many ms; the figures of a process that is killed end there.
inline constexpr std::int64_t kWindowMs = 10'000;
/// How often a process at work looks at itself: memory, processor time, how late its loop is.
inline constexpr std::int64_t kSampleMs = 1000;
/// Kinds of errors, and paths with leases in the way, told apart in one window. Others are counted together.
inline constexpr std::size_t kMaxErrorKinds = 64;
inline constexpr std::size_t kMaxContendedPaths = 64;
/// Bytes of an error's signature, and of the message that stands for it.
inline constexpr std::size_t kMaxSignature = 256;
/// Finished tasks that one report looks at, the newest: some 20 ms at half a microsecond each.
inline constexpr std::int64_t kReportedTasks = 40'000;
/// Tasks that bottleneck_analyze plays again, the newest: the requirement is 100,000 in a second.
inline constexpr std::int64_t kAnalysedTasks = 100'000;
/// Lines of a log that one call analyses, and bytes of one: a day's errors.
inline constexpr std::size_t kMaxLogLines = 10'000;
inline constexpr std::size_t kMaxLogLine = 8 * kKiB;
/// How long records of usage are kept: as long as the coarsest windows.
inline constexpr std::int64_t kUsageKeptMs = 30LL * 24 * 3600 * 1000;
/// Telemetry from clients: bytes of a request's body (exporters send some hundred records, 100 KiB), of its head,
/// connections at once, and how long one may take for a request.
inline constexpr std::size_t kMaxTelemetryBody = 4 * kMiB;
inline constexpr std::size_t kMaxTelemetryHead = 16 * kKiB;
inline constexpr std::size_t kMaxTelemetryConnections = 32;
inline constexpr std::int64_t kTelemetryIdleMs = 30'000;

}  // namespace skep::limits
