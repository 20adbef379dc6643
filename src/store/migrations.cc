#include "store/migrations.h"

namespace skep::store {
namespace {

constexpr const char* kMigrations[] = {
    // 1: memory and its full text, swarms, agents.
    //
    // A value may be megabytes, which SQLite keeps in a chain of pages behind the row: so it is the last column, and
    // the others are read without walking it. `head` is the beginning of a long value (see swarm/memory.cc), `bytes`
    // the octets of key and value together. `rev` rises with every store, over all entries, and is never used again:
    // memory_state has the highest that a deleted entry had. The index by `rev` has what statistics need, so that
    // they do not read the rows; since every store changes `rev`, that costs nothing extra.
    //
    // The full text keeps no copy of its text (content=''), its rowid is an entry's `rev`, `space` is the namespace as
    // one word. There are two, so that one can be built afresh, without the leavings of entries that are no more, while
    // searches use the other: see swarm/full_text.h.
    R"sql(
      CREATE TABLE meta (
        name TEXT NOT NULL PRIMARY KEY,
        value INTEGER NOT NULL
      );
      CREATE TABLE memory (
        id INTEGER NOT NULL PRIMARY KEY,
        namespace TEXT NOT NULL,
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        created_ms INTEGER NOT NULL,
        updated_ms INTEGER NOT NULL,
        expires_ms INTEGER NOT NULL DEFAULT 0,
        rev INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        head TEXT,
        value TEXT NOT NULL
      );
      CREATE UNIQUE INDEX memory_key ON memory (namespace, key);
      CREATE INDEX memory_rev ON memory (rev, namespace, bytes, expires_ms);
      CREATE INDEX memory_expiry ON memory (expires_ms) WHERE expires_ms > 0;
      CREATE TABLE memory_state (
        deleted_rev INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        indexed_rev INTEGER NOT NULL,
        documents INTEGER NOT NULL,
        phase TEXT NOT NULL,
        rebuilt_rev INTEGER NOT NULL,
        rebuilt_documents INTEGER NOT NULL
      );
      INSERT INTO memory_state VALUES (0, 0, 0, 0, 'steady', 0, 0);
      CREATE VIRTUAL TABLE memory_fts_0
        USING fts5 (space, key, value, content='', tokenize='unicode61 remove_diacritics 2');
      CREATE VIRTUAL TABLE memory_fts_1
        USING fts5 (space, key, value, content='', tokenize='unicode61 remove_diacritics 2');
      CREATE TABLE swarms (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        topology TEXT NOT NULL,
        strategy TEXT NOT NULL,
        max_agents INTEGER NOT NULL,
        alive_agents INTEGER NOT NULL DEFAULT 0,
        objective TEXT NOT NULL DEFAULT '',
        status TEXT NOT NULL DEFAULT 'active',
        created_ms INTEGER NOT NULL,
        destroyed_ms INTEGER NOT NULL DEFAULT 0
      );
      CREATE UNIQUE INDEX swarms_active_name ON swarms (name) WHERE status = 'active';
      CREATE TABLE agents (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        swarm INTEGER NOT NULL REFERENCES swarms (id),
        type TEXT NOT NULL,
        name TEXT NOT NULL,
        capabilities TEXT NOT NULL DEFAULT '',
        parent INTEGER REFERENCES agents (id),
        state TEXT NOT NULL DEFAULT 'idle',
        created_ms INTEGER NOT NULL
      );
      CREATE UNIQUE INDEX agents_name ON agents (swarm, name);
      CREATE INDEX agents_swarm ON agents (swarm, id);
      CREATE INDEX agents_coordinator ON agents (swarm, id) WHERE type = 'coordinator';
    )sql",
    // 2: sessions, tasks, leases, messages.
    //
    // Moments named _ms are wall clock; `deadline` is milliseconds of CLOCK_BOOTTIME, which no one can set, and means
    // something only while the boot is the one that `meta` names: see swarm/session.h.
    //
    // A ready task is in a queue: an agent's (whose it is, depends on the topology: see swarm/routing.h), or, 0, the
    // swarm's own. `rank` is the order in a queue, the least first; both are fixed when the task becomes ready, so that
    // a claim is one look-up in an index, however many tasks and agents there are. A task that waits for its next
    // attempt is ready with not_before_ms above 0, and in no queue.
    //
    // An agent's `load` is what lies in its queue and what it works on, `queued` the first of them; both are kept by
    // those who move tasks (swarm/task_flow.h). `capabilities` is for answers, agent_capabilities for routing.
    R"sql(
      CREATE TABLE processes (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        token TEXT NOT NULL,
        pid INTEGER NOT NULL,
        started_ms INTEGER NOT NULL,
        ended_ms INTEGER NOT NULL DEFAULT 0
      );
      CREATE INDEX processes_alive ON processes (id) WHERE ended_ms = 0;
      CREATE TABLE sessions (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        process INTEGER NOT NULL REFERENCES processes (id),
        serial INTEGER NOT NULL,
        client TEXT NOT NULL DEFAULT '',
        client_version TEXT NOT NULL DEFAULT '',
        client_session TEXT NOT NULL DEFAULT '',
        directory TEXT NOT NULL DEFAULT '',
        opened_ms INTEGER NOT NULL,
        closed_ms INTEGER NOT NULL DEFAULT 0
      );
      CREATE UNIQUE INDEX sessions_open ON sessions (process, serial) WHERE closed_ms = 0;

      ALTER TABLE swarms ADD COLUMN mode TEXT NOT NULL DEFAULT '';
      ALTER TABLE swarms ADD COLUMN looked_ms INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE agents ADD COLUMN session INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE agents ADD COLUMN seen_ms INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE agents ADD COLUMN retiring INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE agents ADD COLUMN task INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE agents ADD COLUMN queued INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE agents ADD COLUMN load INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE agents ADD COLUMN team INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE agents ADD COLUMN succeeded INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE agents ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE agents ADD COLUMN busy_ms INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE agents ADD COLUMN breaker_failures INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE agents ADD COLUMN breaker_until_ms INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE agents ADD COLUMN breaker_opened INTEGER NOT NULL DEFAULT 0;
      CREATE INDEX agents_session ON agents (session) WHERE session > 0;
      CREATE INDEX agents_load ON agents (swarm, load, id) WHERE state <> 'offline';
      CREATE INDEX agents_queued ON agents (swarm, queued) WHERE queued > 0;
      CREATE INDEX agents_leads ON agents (swarm, load, id) WHERE team > 0 AND state <> 'offline';
      CREATE INDEX agents_alive ON agents (swarm, id) WHERE state <> 'offline';
      CREATE INDEX agents_parent ON agents (parent, id) WHERE parent IS NOT NULL;
      CREATE TABLE agent_capabilities (
        swarm INTEGER NOT NULL,
        capability TEXT NOT NULL,
        agent INTEGER NOT NULL REFERENCES agents (id)
      );
      CREATE UNIQUE INDEX agent_capabilities_row ON agent_capabilities (swarm, capability, agent);

      CREATE TABLE tasks (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        swarm INTEGER NOT NULL REFERENCES swarms (id),
        parent INTEGER REFERENCES tasks (id),
        title TEXT NOT NULL,
        priority INTEGER NOT NULL,
        requires TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL,
        queue INTEGER NOT NULL DEFAULT 0,
        rank INTEGER NOT NULL DEFAULT 0,
        not_before_ms INTEGER NOT NULL DEFAULT 0,
        blockers INTEGER NOT NULL DEFAULT 0,
        subtasks INTEGER NOT NULL DEFAULT 0,
        stage INTEGER NOT NULL DEFAULT 0,
        stages INTEGER NOT NULL DEFAULT 1,
        owner INTEGER NOT NULL DEFAULT 0,
        epoch INTEGER NOT NULL DEFAULT 0,
        deadline INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        max_attempts INTEGER NOT NULL,
        created_ms INTEGER NOT NULL,
        ready_ms INTEGER NOT NULL DEFAULT 0,
        claimed_ms INTEGER NOT NULL DEFAULT 0,
        finished_ms INTEGER NOT NULL DEFAULT 0,
        input_tokens INTEGER,
        output_tokens INTEGER,
        cost_usd REAL,
        note TEXT,
        body TEXT NOT NULL DEFAULT '',
        result TEXT
      );
      CREATE INDEX tasks_queue ON tasks (swarm, queue, requires, rank) WHERE state = 'ready' AND not_before_ms = 0;
      CREATE INDEX tasks_ready ON tasks (swarm, requires, rank) WHERE state = 'ready' AND not_before_ms = 0;
      CREATE INDEX tasks_delayed ON tasks (not_before_ms) WHERE not_before_ms > 0;
      CREATE INDEX tasks_deadline ON tasks (deadline) WHERE state = 'claimed';
      CREATE INDEX tasks_parent ON tasks (parent, id) WHERE parent IS NOT NULL;
      CREATE INDEX tasks_state ON tasks (swarm, state, id);
      CREATE TABLE task_dependencies (
        needed INTEGER NOT NULL REFERENCES tasks (id),
        task INTEGER NOT NULL REFERENCES tasks (id)
      );
      CREATE UNIQUE INDEX task_dependencies_row ON task_dependencies (needed, task);
      CREATE INDEX task_dependencies_task ON task_dependencies (task);
      CREATE TABLE task_events (
        id INTEGER NOT NULL PRIMARY KEY,
        task INTEGER NOT NULL REFERENCES tasks (id),
        at_ms INTEGER NOT NULL,
        agent INTEGER NOT NULL DEFAULT 0,
        event TEXT NOT NULL,
        epoch INTEGER NOT NULL,
        detail TEXT
      );
      CREATE INDEX task_events_task ON task_events (task, id);
      CREATE TABLE topology_switches (
        id INTEGER NOT NULL PRIMARY KEY,
        swarm INTEGER NOT NULL REFERENCES swarms (id),
        at_ms INTEGER NOT NULL,
        from_mode TEXT NOT NULL,
        to_mode TEXT NOT NULL,
        reason TEXT NOT NULL
      );
      CREATE INDEX topology_switches_swarm ON topology_switches (swarm, id);

      CREATE TABLE leases (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        path TEXT NOT NULL,
        mode TEXT NOT NULL,
        swarm INTEGER NOT NULL REFERENCES swarms (id),
        agent INTEGER NOT NULL REFERENCES agents (id),
        epoch INTEGER NOT NULL,
        acquired_ms INTEGER NOT NULL,
        deadline INTEGER NOT NULL
      );
      CREATE UNIQUE INDEX leases_row ON leases (path, agent);
      CREATE INDEX leases_agent ON leases (agent);
      CREATE INDEX leases_deadline ON leases (deadline);

      CREATE TABLE messages (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        swarm INTEGER NOT NULL REFERENCES swarms (id),
        sender INTEGER NOT NULL DEFAULT 0,
        recipient INTEGER NOT NULL REFERENCES agents (id),
        thread TEXT NOT NULL DEFAULT '',
        subject TEXT NOT NULL DEFAULT '',
        sent_ms INTEGER NOT NULL,
        read_ms INTEGER NOT NULL DEFAULT 0,
        acked_ms INTEGER NOT NULL DEFAULT 0,
        body TEXT NOT NULL
      );
      CREATE INDEX messages_recipient ON messages (recipient, id);
      CREATE INDEX messages_unread ON messages (recipient, id) WHERE read_ms = 0;
      CREATE INDEX messages_acked ON messages (recipient, id) WHERE acked_ms > 0;
    )sql",
    R"sql(
      -- Calls that clients do not wait for (the protocol's tasks). A process that has ended has left them.
      CREATE TABLE task_calls (
        number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL,
        modern INTEGER NOT NULL,
        process INTEGER NOT NULL REFERENCES processes (id),
        tool TEXT NOT NULL,
        status TEXT NOT NULL,
        message TEXT NOT NULL DEFAULT '',
        created_ms INTEGER NOT NULL,
        updated_ms INTEGER NOT NULL,
        ttl_ms INTEGER NOT NULL,
        expires_ms INTEGER NOT NULL,
        tool_failed INTEGER NOT NULL DEFAULT 0,
        result TEXT NOT NULL DEFAULT ''
      );
      CREATE UNIQUE INDEX task_calls_id ON task_calls (id);
      CREATE INDEX task_calls_expires ON task_calls (expires_ms);
    )sql",
    // 4: what was measured.
    //
    // Windows of 10 s, 60 s and 3,600 s (`seconds`), each level complete by itself, since `start_ms` (wall clock); the
    // finer ones are kept for a shorter time: see metrics/windows.h. All processes of a project add to the same row.
    // `total`, `most` and `buckets` are of what the operation measures, in most cases nanoseconds; `buckets` is text,
    // "255:3,263:1": three values of at most 255 (and above the next lower bound), one of at most 263.
    //
    // Samples are of one process each: what it was like, looked at `count` times.
    R"sql(
      CREATE TABLE metric_windows (
        seconds INTEGER NOT NULL,
        start_ms INTEGER NOT NULL,
        operation TEXT NOT NULL,
        count INTEGER NOT NULL,
        errors INTEGER NOT NULL,
        bytes_in INTEGER NOT NULL,
        bytes_out INTEGER NOT NULL,
        total INTEGER NOT NULL,
        most INTEGER NOT NULL,
        buckets TEXT NOT NULL
      );
      CREATE UNIQUE INDEX metric_windows_row ON metric_windows (seconds, start_ms, operation);
      CREATE TABLE metric_samples (
        seconds INTEGER NOT NULL,
        start_ms INTEGER NOT NULL,
        pid INTEGER NOT NULL,
        started_ms INTEGER NOT NULL,
        name TEXT NOT NULL,
        count INTEGER NOT NULL,
        total REAL NOT NULL,
        least REAL NOT NULL,
        most REAL NOT NULL,
        last REAL NOT NULL
      );
      CREATE UNIQUE INDEX metric_samples_row ON metric_samples (seconds, start_ms, pid, started_ms, name);
      CREATE TABLE metric_baselines (
        operation TEXT NOT NULL,
        set_ms INTEGER NOT NULL,
        count INTEGER NOT NULL,
        p95s TEXT NOT NULL,
        better INTEGER NOT NULL DEFAULT 0
      );
      CREATE UNIQUE INDEX metric_baselines_row ON metric_baselines (operation);
      -- One row: the hours before it have been looked at for baselines.
      CREATE TABLE metric_baseline_hours (until_ms INTEGER NOT NULL);
      CREATE TABLE alerts (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        pid INTEGER NOT NULL,
        started_ms INTEGER NOT NULL,
        raised_ms INTEGER NOT NULL,
        cleared_ms INTEGER NOT NULL DEFAULT 0,
        value REAL NOT NULL,
        threshold REAL NOT NULL,
        message TEXT NOT NULL
      );
      CREATE INDEX alerts_raised ON alerts (raised_ms);
      CREATE INDEX alerts_open ON alerts (id) WHERE cleared_ms = 0;
      CREATE TABLE error_windows (
        seconds INTEGER NOT NULL,
        start_ms INTEGER NOT NULL,
        signature TEXT NOT NULL,
        operation TEXT NOT NULL,
        code TEXT NOT NULL,
        preceding TEXT NOT NULL,
        count INTEGER NOT NULL,
        total_ns INTEGER NOT NULL,
        most_ns INTEGER NOT NULL,
        first_ms INTEGER NOT NULL,
        last_ms INTEGER NOT NULL,
        message TEXT NOT NULL
      );
      CREATE UNIQUE INDEX error_windows_row
        ON error_windows (seconds, start_ms, signature, operation, code, preceding);
      CREATE TABLE lease_contention (
        seconds INTEGER NOT NULL,
        start_ms INTEGER NOT NULL,
        path TEXT NOT NULL,
        waits INTEGER NOT NULL,
        denials INTEGER NOT NULL,
        waited_ms INTEGER NOT NULL
      );
      CREATE UNIQUE INDEX lease_contention_row ON lease_contention (seconds, start_ms, path);
      -- Tokens and money, as they were reported. `rank` is that of the source, the lower the better: see swarm/usage.h.
      CREATE TABLE usage_records (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        at_ms INTEGER NOT NULL,
        since_ms INTEGER NOT NULL DEFAULT 0,
        source TEXT NOT NULL,
        rank INTEGER NOT NULL,
        request_id TEXT,
        swarm INTEGER NOT NULL DEFAULT 0,
        agent INTEGER NOT NULL DEFAULT 0,
        task INTEGER NOT NULL DEFAULT 0,
        operation TEXT NOT NULL DEFAULT '',
        model TEXT NOT NULL DEFAULT '',
        client TEXT NOT NULL DEFAULT '',
        client_session TEXT NOT NULL DEFAULT '',
        input_tokens INTEGER,
        output_tokens INTEGER,
        cache_read_tokens INTEGER,
        cache_write_tokens INTEGER,
        cost_usd REAL
      );
      CREATE UNIQUE INDEX usage_records_request ON usage_records (request_id) WHERE request_id IS NOT NULL;
      CREATE INDEX usage_records_at ON usage_records (at_ms);
      -- Since when a client's session is reported on by which source; and where the counters stood that only grow.
      CREATE TABLE usage_streams (
        client TEXT NOT NULL,
        client_session TEXT NOT NULL,
        rank INTEGER NOT NULL,
        first_ms INTEGER NOT NULL,
        last_ms INTEGER NOT NULL
      );
      CREATE INDEX usage_streams_row ON usage_streams (client_session, client, rank, last_ms);
      CREATE INDEX usage_streams_last ON usage_streams (last_ms);
      CREATE TABLE usage_series (
        series TEXT NOT NULL,
        start_ns INTEGER NOT NULL,
        at_ns INTEGER NOT NULL,
        value REAL NOT NULL
      );
      CREATE UNIQUE INDEX usage_series_row ON usage_series (series, start_ns);
      CREATE INDEX usage_series_at ON usage_series (at_ns);
      CREATE INDEX sessions_client ON sessions (client_session, id) WHERE client_session <> '';
      -- All that a report wants of a task that has ended, so that it reads no rows.
      CREATE INDEX tasks_finished ON tasks
        (finished_ms, swarm, state, owner, requires, created_ms, ready_ms, claimed_ms, attempts, epoch, stage)
        WHERE finished_ms > 0;
      -- Attempts that failed, which are few among all that is noted of tasks.
      CREATE INDEX task_events_failed ON task_events (at_ms, agent, task)
        WHERE agent > 0 AND event IN ('failed', 'timed out');
      -- What an agent has done since it was spawned. NULL: of one that is older than the count.
      ALTER TABLE agents ADD COLUMN claims INTEGER;
      ALTER TABLE agents ADD COLUMN released INTEGER;
      ALTER TABLE agents ADD COLUMN timed_out INTEGER;
      ALTER TABLE agents ADD COLUMN abandoned INTEGER;
      ALTER TABLE agents ADD COLUMN messages_sent INTEGER;
    )sql",
};

}  // namespace

std::span<const char* const> Migrations() { return kMigrations; }

}  // namespace skep::store
