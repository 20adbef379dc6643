// What a report says is what the rows say: a run is recorded, and each figure of its report computed again from the
// database by other means. And that nothing measured is lost but a killed process's last seconds.

import assert from 'node:assert/strict';
import test from 'node:test';

import { rows } from './rows.mjs';
import { Server, ToolError, makePlace, run } from './support.mjs';

/** As a person would: values from "255:3,263:1", the rank that a percentile has, and the value there. */
const percentile = (buckets, count, percent, most) => {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const rank = Math.max(1, Math.ceil((percent / 100) * count));
  let seen = 0;
  for (const [highest, number] of sorted) {
    seen += number;
    if (seen >= rank) return Math.min(highest, most);
  }
  return most;
};

/** One operation's figures over all its rows of 10 s. */
function sumUp(some) {
  const buckets = new Map();
  const sum = { count: 0, errors: 0, bytesIn: 0, bytesOut: 0, total: 0, most: 0 };
  for (const row of some) {
    sum.count += row.count;
    sum.errors += row.errors;
    sum.bytesIn += row.bytes_in;
    sum.bytesOut += row.bytes_out;
    sum.total += row.total;
    sum.most = Math.max(sum.most, row.most);
    for (const pair of row.buckets.split(',')) {
      const [highest, number] = pair.split(':').map(Number);
      buckets.set(highest, (buckets.get(highest) ?? 0) + number);
    }
  }
  assert.equal([...buckets.values()].reduce((a, b) => a + b, 0), sum.count, 'buckets hold every value');
  return { ...sum, at: (percent) => percentile(buckets, sum.count, percent, sum.most) };
}

const near = (actual, expected, what) =>
  assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${what}: ${actual}, not ${expected}`);

function checkDuration(shown, sum, perMs, what) {
  assert.equal(shown.count, sum.count, `${what}: count`);
  near(shown.meanMs, sum.total / sum.count / perMs, `${what}: mean`);
  near(shown.maxMs, sum.most / perMs, `${what}: max`);
  for (const [name, percent] of Object.entries({ p50Ms: 50, p95Ms: 95, p99Ms: 99 }))
    near(shown[name], sum.at(percent) / perMs, `${what}: ${name}`);
}

/** The highest value of the bucket that a value is in: 32 to each power of two. */
const bucketOf = (value) => {
  const shift = Math.max(Math.floor(Math.log2(value | 32)) - 5, 0);
  return (Math.floor(value / 2 ** shift) + 1) * 2 ** shift - 1;
};
function sumOfValues(values) {
  const buckets = new Map();
  for (const value of values) buckets.set(bucketOf(value), (buckets.get(bucketOf(value)) ?? 0) + 1);
  const most = Math.max(...values);
  return {
    count: values.length,
    total: values.reduce((a, b) => a + b, 0),
    most,
    at: (percent) => percentile(buckets, values.length, percent, most),
  };
}

/** Works for a while with several agents in two servers: calls that succeed, fail and wait. */
async function work(place) {
  const [one, two] = [await Server.open(place), await Server.open(place)];
  await one.tool('swarm_init', { topology: 'star', name: 'hive' });
  const agents = ['ann', 'ben', 'cho'];
  for (const name of agents) await one.tool('agent_spawn', { type: name === 'cho' ? 'tester' : 'coder', name });
  const subtasks = Array.from({ length: 24 }, (_, i) => ({ title: `part ${i}`, ...(i % 6 === 5 && { dependencies: [`part ${i - 1}`] }) }));
  await two.tool('task_orchestrate', { task: 'all of it', subtasks });
  await two.tool('task_orchestrate', { task: 'in vain', maxAttempts: 1 });
  for (let i = 0; i < 60; ++i) {
    await one.memory('store', { key: `k${i % 7}`, value: 'x'.repeat(i * 40) });
    await two.memory('retrieve', { key: `k${i % 5}` });
  }
  await assert.rejects(one.tool('task_results', { taskId: 'tk_999999' }), ToolError);
  await assert.rejects(two.tool('swarm_status', { swarmId: 'nope' }), ToolError);
  await one.tool('lease_acquire', { agentId: 'ann', paths: ['src/hot.cc'] });
  const refused = await one.tool('lease_acquire', { agentId: 'ben', paths: ['src/hot.cc'] });
  assert.equal(refused.granted, false);
  const waiting = one.tool('lease_acquire', { agentId: 'cho', paths: ['src/hot.cc'], wait: 30 });
  await one.tool('lease_release', { agentId: 'ann' });
  assert.equal((await waiting).granted, true);
  for (let failed = 0, done = 0; done < 25; ) {
    for (const agentId of agents) {
      const claim = await one.tool('task_claim', { agentId });
      if (claim.taskId === undefined) continue;
      const fails = claim.task?.title === 'in vain' || claim.title === 'in vain';
      await one.tool('task_update', {
        taskId: claim.taskId,
        epoch: claim.epoch,
        state: fails ? 'failed' : 'succeeded',
        usage: { inputTokens: 100, outputTokens: 10 },
      });
      failed += fails ? 1 : 0;
      ++done;
    }
  }
  await one.end();
  await two.end();
}

test('every figure of a report can be computed again from the rows', async (t) => {
  const place = makePlace(t);
  await work(place);
  // A single call from a shell measures nothing: what it reports is in the rows.
  const { stdout } = await run(place, ['mcp', 'performance_report', '--format', 'json', '--timeframe', '1h', '--json']);
  const report = JSON.parse(stdout);
  const { figures } = report;
  const [from, to] = [Date.parse(report.from), Date.parse(report.to)];
  // It begins with a window, where the hour before ends.
  assert.equal(from % 10_000, 0);
  assert.ok(to - from >= 3_600_000 && to - from < 3_610_000, `${to - from} ms`);

  const windows = rows(place, 'SELECT * FROM metric_windows WHERE seconds = 10');
  const names = [...new Set(windows.map((row) => row.operation))].sort();
  assert.deepEqual(
    figures.operations.map((one) => one.operation),
    names.filter((name) => name !== 'store:group'),
  );
  for (const one of figures.operations) {
    const sum = sumUp(windows.filter((row) => row.operation === one.operation));
    assert.equal(one.errors, sum.errors, one.operation);
    assert.equal(one.bytesIn, sum.bytesIn, one.operation);
    assert.equal(one.bytesOut, sum.bytesOut, one.operation);
    checkDuration(one.duration, sum, 1e6, one.operation);
    const seconds = (to - Math.max(from, Math.min(...windows.map((row) => row.start_ms)))) / 1000;
    assert.ok(one.perSecond <= sum.count / 0.001 && one.perSecond > 0);
    assert.ok(Math.abs(one.perSecond * seconds - sum.count) < sum.count, one.operation);
  }
  const requests = sumUp(windows.filter((row) => /^(method|tool):|^unknown$/.test(row.operation)));
  checkDuration(figures.requests.duration, requests, 1e6, 'all requests');
  assert.equal(figures.requests.errors, requests.errors);
  assert.equal(requests.errors, 2);
  const groups = sumUp(windows.filter((row) => row.operation === 'store:group'));
  assert.equal(figures.groupSize.count, groups.count);
  near(figures.groupSize.mean, groups.total / groups.count, 'group size');
  assert.equal(figures.groupSize.max, groups.most);

  // What was done, counted by who did it.
  const count = (name) => sumUp(windows.filter((row) => row.operation === name)).count;
  assert.equal(count('tool:memory_usage.store'), 60);
  assert.equal(count('tool:memory_usage.retrieve'), 60);
  assert.equal(count('tool:agent_spawn'), 3);
  assert.equal(count('method:initialize'), 2);
  assert.equal(count('wait:lease'), 1);

  // All levels have the same sums.
  for (const seconds of [60, 3600]) {
    const coarse = rows(place, `SELECT operation, sum(count) AS count, sum(total) AS total FROM metric_windows WHERE seconds = ${seconds} GROUP BY operation`);
    const fine = rows(place, 'SELECT operation, sum(count) AS count, sum(total) AS total FROM metric_windows WHERE seconds = 10 GROUP BY operation');
    assert.deepEqual(coarse, fine);
  }

  const tasks = rows(place, `SELECT t.*, a.type FROM tasks AS t LEFT JOIN agents AS a ON a.id = t.owner WHERE finished_ms > 0`);
  const check = (shown, some, what) => {
    const worked = some.filter((task) => task.owner !== 0 && task.state !== 'cancelled');
    const succeeded = some.filter((task) => task.state === 'succeeded');
    const failed = some.filter((task) => task.state === 'failed');
    assert.equal(shown.succeeded, succeeded.length, what);
    assert.equal(shown.failed, failed.length, what);
    near(shown.successRate, succeeded.length / (succeeded.length + failed.length), what);
    if (succeeded.length) checkDuration(shown.lead, sumOfValues(succeeded.map((task) => task.finished_ms - task.created_ms)), 1, `${what}: lead`);
    checkDuration(shown.queue, sumOfValues(worked.map((task) => task.claimed_ms - task.ready_ms)), 1, `${what}: queue`);
    checkDuration(shown.work, sumOfValues(worked.map((task) => task.finished_ms - task.claimed_ms)), 1, `${what}: work`);
    // Milliseconds in which anything was being worked on, one by one.
    const busy = new Set();
    for (const task of worked) for (let ms = task.claimed_ms; ms < task.finished_ms; ++ms) busy.add(ms);
    assert.equal(shown.busyMs, busy.size, `${what}: busy`);
    const first = Math.min(...worked.map((task) => task.claimed_ms));
    const last = Math.max(...worked.map((task) => task.finished_ms));
    assert.equal(shown.spanMs, last - first, `${what}: span`);
    if (busy.size) near(shown.speedUp, worked.reduce((sum, task) => sum + task.finished_ms - task.claimed_ms, 0) / busy.size, `${what}: speed-up`);
  };
  check(figures.tasks, tasks, 'all tasks');
  assert.equal(figures.tasks.succeeded + figures.tasks.failed, tasks.length);
  assert.equal(figures.agents.length, 3);
  for (const agent of figures.agents) {
    check(agent, tasks.filter((task) => `ag_${String(task.owner).padStart(6, '0')}` === agent.name), agent.name);
  }
  const failures = rows(place, "SELECT agent FROM task_events WHERE agent > 0 AND event IN ('failed', 'timed out')");
  const called = new Map(rows(place, 'SELECT id, name FROM agents').map((row) => [`ag_${String(row.id).padStart(6, '0')}`, row.name]));
  assert.equal(figures.tasks.failedAttempts, failures.length);
  for (const agent of figures.agents) {
    assert.equal(agent.failedAttempts, failures.filter((row) => `ag_${String(row.agent).padStart(6, '0')}` === agent.name).length);
    assert.equal(agent.agentName, called.get(agent.name));
  }
  for (const type of figures.types) check(type, tasks.filter((task) => task.type === type.name), type.name);
  assert.deepEqual(figures.topologies.map((one) => one.name), ['star']);

  // As soon as their minute is over, processes that were younger than 10 s are one.
  const listed = figures.processes.map((process) => process.pid);
  const together = listed.includes(0);
  if (!together) assert.equal(listed.length, 2);
  const isOf = (process, row) => (process.pid === 0 ? !listed.includes(row.pid) : row.pid === process.pid);
  const samples = rows(place, 'SELECT * FROM metric_samples WHERE seconds = 10');
  for (const process of figures.processes) {
    for (const figure of process.figures) {
      if (figure.name === 'processes:ended_young') {
        assert.equal(figure.count + listed.length - 1, 2);
        continue;
      }
      const some = samples.filter((row) => isOf(process, row) && row.name === figure.name);
      assert.equal(figure.count, some.reduce((sum, row) => sum + row.count, 0));
      assert.equal(figure.most, Math.max(...some.map((row) => row.most)));
      near(figure.mean, some.reduce((sum, row) => sum + row.total, 0) / figure.count, figure.name);
    }
  }
  const [hot] = rows(place, "SELECT * FROM lease_contention WHERE seconds = 10 AND path = 'src/hot.cc'");
  assert.equal(hot.denials, 1);
  assert.equal(hot.waits, 1);
  const errors = rows(place, 'SELECT * FROM error_windows WHERE seconds = 10');
  assert.equal(errors.reduce((sum, row) => sum + row.count, 0), 2);
  assert.deepEqual(errors.map((row) => row.operation).sort(), ['tool:swarm_status', 'tool:task_results']);

  // What nobody has asked for is no failure.
  const met = Object.fromEntries(figures.requirements.map((one) => [one.name, one]));
  assert.equal(met['message processing'].met, requests.at(95) <= 1e6 ? 'met' : 'not_met');
  assert.equal(met['burst rate'].met, 'no_data');
  assert.match(met['burst rate'].why, /were asked for/);
});

test('the summary has ten lines, and says when nothing was measured', async (t) => {
  const place = makePlace(t);
  const empty = JSON.parse((await run(place, ['mcp', 'performance_report', '--json'])).stdout);
  assert.match(empty.report, /Nothing was measured/);
  assert.equal(empty.report.trimEnd().split('\n').length, 10);
  await work(place);
  const { report } = JSON.parse((await run(place, ['mcp', 'performance_report', '--json'])).stdout);
  assert.equal(report.trimEnd().split('\n').length, 10);
  assert.ok(report.length < 8192);
  assert.match(report, /Tasks: 25 succeeded, 1 failed/);
});

test('a killed server loses the figures of its last seconds only, and nothing else is counted twice', async (t) => {
  const place = makePlace(t);
  for (let i = 0; i < 2; ++i) {
    const server = await Server.open(place);
    for (let n = 0; n < 10; ++n) await server.memory('store', { key: `k${n}`, value: `${i}` });
    await server.end();
  }
  const server = await Server.open(place);
  await server.memory('store', { key: 'k', value: 'v' });
  server.kill('SIGKILL');
  await server.exit;
  const [{ count }] = rows(place, "SELECT sum(count) AS count FROM metric_windows WHERE seconds = 3600 AND operation = 'tool:memory_usage.store'");
  assert.equal(count, 20);
});

test('measuring can be turned off', async (t) => {
  const place = makePlace(t);
  const { mkdirSync, writeFileSync } = await import('node:fs');
  mkdirSync(`${place.home}/config`, { recursive: true });
  writeFileSync(`${place.home}/config/config.toml`, '[metrics]\nenabled = false\n');
  const server = await Server.open(place);
  await server.memory('store', { key: 'k', value: 'v' });
  await server.end();
  assert.deepEqual(rows(place, 'SELECT * FROM metric_windows'), []);
});

test('metrics are readable to Prometheus: families once, histograms that rise to their count', async (t) => {
  const place = makePlace(t);
  const server = await Server.open(place);
  await server.memory('store', { key: 'k', value: 'v' });
  await server.memory('retrieve', { key: 'k' });
  const { contents } = await server.request('resources/read', { uri: 'skep://metrics' });
  const lines = contents[0].text.trimEnd().split('\n');
  const types = lines.filter((line) => line.startsWith('# TYPE ')).map((line) => line.split(' ')[2]);
  assert.equal(new Set(types).size, types.length);
  for (const line of lines.filter((line) => !line.startsWith('#')))
    assert.match(line, /^[a-z_]+(\{([a-z_]+="[^"\n]*",?)+\})? -?[0-9.e+-]+$/, line);
  const store = lines.filter((line) => line.includes('gen_ai_tool_name="memory_usage"') && line.includes('skep_action="store"'));
  const buckets = store.filter((line) => line.includes('_bucket{')).map((line) => Number(line.split(' ').at(-1)));
  assert.deepEqual(buckets, [...buckets].sort((a, b) => a - b));
  assert.equal(buckets.at(-1), 1);
  assert.ok(store.some((line) => line.startsWith('mcp_server_operation_duration_seconds_count') && line.endsWith(' 1')));
  await server.end();
});
