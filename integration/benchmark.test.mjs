// skep measures itself: the suites and scenarios, the loads that say whether it does what is required, and the tool.
// What is asserted is that each figure is there, and that nothing is left behind; never how fast anything is.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';

import { Server, filesBelow, kSkep, makePlace, notification, run, toolCall } from './support.mjs';

/** Everything that was started is gone, and so is what it wrote. */
function assertNothingLeft(place) {
  const left = filesBelow(place.home).filter((file) => /\/skep-\w{6}\//.test(file.slice(place.home.length)));
  assert.deepEqual(left, [], 'scratch directories');
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let command = '';
    try {
      command = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
    } catch {
      continue; // It has ended meanwhile.
    }
    assert.ok(!command.includes(place.home), `still there: ${command.replaceAll('\0', ' ')}`);
  }
}

async function benchmark(t, args) {
  const place = makePlace(t);
  const { code, stdout, stderr } = await run(place, ['benchmark', 'run', ...args, '--json']);
  assert.equal(code, 0, stderr);
  assertNothingLeft(place);
  return { report: JSON.parse(stdout), stderr };
}

function meets({ better, median, required }) {
  return better === 'higher' ? median >= required : median <= required;
}

function assertRows({ rows }, suites) {
  assert.deepEqual([...new Set(rows.map((row) => row.suite))], suites);
  for (const row of rows) {
    assert.equal(typeof row.median, 'number', `${row.suite}, ${row.subject} ${row.name}: ${row.note}`);
    if (row.interval) assert.ok(row.interval[0] <= row.interval[1], JSON.stringify(row));
    if (row.floor) assert.equal(typeof row.ratio, 'number', JSON.stringify(row));
    if (row.ratioInterval) assert.ok(row.ratioInterval[0] <= row.ratioInterval[1], JSON.stringify(row));
    if ('required' in row) assert.equal(row.met, meets(row), JSON.stringify(row));
  }
}

for (const [suite, suites] of Object.entries({
  quick: ['transport', 'memory', 'tasks'],
  transport: ['transport'],
  memory: ['memory'],
  agents: ['agents'],
  tasks: ['tasks'],
  swarm: ['swarm'],
  topology: ['topology', 'topology, simulated'],
  scaling: ['scaling'],
  filesystem: ['filesystem'],
})) {
  test(`the suite ${suite} has a figure for each of its rows`, async (t) => {
    const { report, stderr } = await benchmark(t, ['--suite', suite, '--duration', '1']);
    assert.equal(report.suite, suite);
    assert.equal(report.interrupted, false);
    assertRows(report, suites);
    const shares = [...stderr.matchAll(/^skep: (\d+) % /gm)].map(([, share]) => Number(share));
    assert.ok(shares.length > 0, 'no progress was told');
    assert.deepEqual(shares, shares.toSorted((a, b) => a - b), 'progress goes back');
    assert.equal(typeof report.environment.otherWorkCores, 'number');
    for (const fact of ['processor', 'cores', 'filesystem', 'kernel', 'compiler', 'version', 'build', 'date'])
      assert.ok(report.environment[fact], fact);
  });
}

test('a soak says what grew', async (t) => {
  const { report } = await benchmark(t, ['--suite', 'soak', '--duration', '5']);
  const slopes = report.rows.filter((row) => row.name.endsWith(', growth'));
  assertRows({ rows: report.rows.filter((row) => !slopes.includes(row)) }, ['soak']);
  // So short a run has none.
  assert.equal(slopes.length, 3);
  for (const { median, note } of slopes) {
    assert.equal(median, null);
    assert.match(note, /from a minute on/);
  }
});

for (const scenario of ['ecommerce', 'ml-pipeline', 'microservices']) {
  test(`the scenario ${scenario} is played in virtual time and for real`, async (t) => {
    const { report } = await benchmark(t, ['--scenario', scenario, '--duration', '2']);
    assertRows(report, [scenario]);
    const done = report.rows.find((row) => row.name === 'tasks done');
    assert.equal(done.median, 100, 'tasks of it were not done');
  });
}

test('a benchmark without a single figure has failed', async (t) => {
  for (const args of [['benchmark', 'run', '--suite', 'quick', '--duration', '1', '--json'], ['perf', 'quick', '--json']]) {
    // Too few files for a server's pipes.
    const command = ['sh', '-c', 'ulimit -n 9; exec "$0" "$@"', kSkep, ...args];
    const { code, stdout, stderr } = await run(makePlace(t), args, { command });
    assert.equal(code, 1, stderr);
    const { rows } = JSON.parse(stdout);
    assert.ok(rows.length > 0);
    for (const { median, note } of rows) assert.ok(median === null && note.startsWith('no data: '), note);
  }
});

test('an interrupted benchmark ends with what it has measured', async (t) => {
  const place = makePlace(t);
  const args = ['benchmark', 'run', '--suite', 'comprehensive', '--duration', '100', '--json'];
  const child = spawn(kSkep, args, { cwd: place.project, env: place.env });
  const exit = once(child, 'close');
  let stdout = '';
  child.stdout.on('data', (text) => (stdout += text));
  // The first measurement is over when it says what the second one is.
  for await (const text of child.stderr) if (/as many as go through/.test(text)) child.kill('SIGINT');
  assert.deepEqual(await exit, [130, null]);
  const report = JSON.parse(stdout);
  assert.equal(report.interrupted, true);
  assert.equal(typeof report.rows[0].median, 'number');
  assertNothingLeft(place);
});

test('two exports are compared, what has a floor by its ratio', async (t) => {
  const place = makePlace(t);
  const file = `${place.project}/a.json`;
  await run(place, ['benchmark', 'run', '--suite', 'quick', '--duration', '4', '--export', file]);
  const { code, stdout, stderr } = await run(place, ['benchmark', 'compare', file, file, '--json']);
  assert.equal(code, 0, stderr);
  const { worse, better, rows } = JSON.parse(stdout);
  assert.deepEqual([worse, better], [0, 0]);
  for (const row of rows) {
    assert.equal(row.judgedBy, 'ratio', row.name);
    assert.equal(row.change, 1, row.name);
    // Whatever took too long here for an interval says so.
    if (row.verdict !== 'no_difference_shown') assert.match(row.why, /^n = \d in the first run/);
  }
});

test('what a server takes of memory is told, and whether it may', async (t) => {
  const { code, stdout } = await run(makePlace(t), ['profile', 'memory', '--json']);
  const { rows } = JSON.parse(stdout);
  const names = rows.map((row) => row.name);
  const judged = rows.filter((row) => 'met' in row);
  assert.deepEqual(judged.map((row) => row.required), [35, 1000, 1]);
  assert.equal(code, judged.every(meets) ? 0 : 1);
  assert.deepEqual(names, [
    'whole process at rest',
    'of that, allocated',
    'a connection',
    'a request that waits',
    '1,000 entries of 1 KB, stored',
  ]);
});

test('an expectation decides the status of a load', async (t) => {
  const custom = (expect) =>
    run(makePlace(t), ['test', 'custom', '--duration', '1', '--pattern', 'constant:100', '--expect', expect, '--json']);
  const met = await custom('errors<=0%');
  assert.equal(met.code, 0, met.stderr);
  assert.equal(typeof JSON.parse(met.stdout).otherWorkCores, 'number');
  assert.equal((await custom('rate>1000000/s')).code, 1);
});

test('a load of which nothing succeeds has failed', async (t) => {
  const { code, stdout, stderr } = await run(makePlace(t), ['test', 'custom', '--mix', 'nosuch={}', '--duration', '1']);
  assert.equal(code, 1, stdout);
  assert.match(stderr, /no request succeeded/);
});

test('an interrupted search for the highest rate has those that were tried', async (t) => {
  const place = makePlace(t);
  const child = spawn(kSkep, ['test', 'stress', '--duration', '5', '--json'], { cwd: place.project, env: place.env });
  const exit = once(child, 'close');
  let stdout = '';
  child.stdout.on('data', (text) => (stdout += text));
  // A rate that is not the first.
  for await (const text of child.stderr) if (/ [248]000\/s: /.test(text)) child.kill('SIGINT');
  assert.deepEqual(await exit, [130, null]);
  const { interrupted, tried } = JSON.parse(stdout);
  assert.equal(interrupted, true);
  assert.ok(tried.length > 0 && tried.every(({ ratePerS }) => ratePerS >= 1000), stdout);
  assertNothingLeft(place);
});

test('whoever kills a server while it stores loses nothing that was acknowledged', async (t) => {
  const { code, stdout, stderr } = await run(makePlace(t), ['test', 'database', '--json']);
  assert.equal(code, 0, stdout + stderr);
  const { checks, met } = JSON.parse(stdout);
  assert.equal(met, true);
  assert.equal(checks.length, 4);
});

// --- The tool ----------------------------------------------------------------------

test('benchmark_run measures in a process of its own, one at a time, and tells how far it is', async (t) => {
  const place = makePlace(t);
  const server = await Server.open(place);
  const call = toolCall('one', 'benchmark_run', { suite: 'quick', duration: 2 });
  call.params._meta = { progressToken: 'p' };
  const first = server.response('one');
  server.send(call);
  const { method, params } = await server.next();
  assert.equal(method, 'notifications/progress');
  assert.match(params.message, /^\d+ % transport/);
  await server.ping();
  await assert.rejects(server.tool('benchmark_run', {}), /a benchmark is running/);
  const { structuredContent } = (await first).result;
  assert.equal(structuredContent.interrupted, false);
  assert.equal(typeof structuredContent.otherWorkCores, 'number');
  for (const row of structuredContent.rows) {
    assert.equal(typeof row.median, 'number', JSON.stringify(row));
    assert.ok(row.n > 0 && ['higher', 'lower'].includes(row.better), JSON.stringify(row));
    assert.equal(typeof row.floor.median, 'number', JSON.stringify(row));
    assert.equal(typeof row.ratio, 'number', JSON.stringify(row));
    if (row.required !== undefined) assert.equal(row.met, meets(row), JSON.stringify(row));
  }
  assert.ok(structuredContent.rows.some((row) => row.met !== undefined), 'something is required');
  const { rows } = await server.tool('benchmark_run', { suite: 'correlation', duration: 1 });
  assert.ok(rows.length > 0, 'another one after it');
  server.takeAll();
  await server.end();
  assertNothingLeft(place);
});

test('comprehensive has the time that it needs, unless it is given more', async (t) => {
  const server = await Server.open(makePlace(t));
  const call = toolCall('one', 'benchmark_run', { suite: 'comprehensive' });
  call.params._meta = { progressToken: 'p' };
  server.send(call);
  assert.equal((await server.next()).params.total, 100);
  server.send(notification('notifications/cancelled', { requestId: 'one' }));
  server.takeAll();
  await server.end();
});

test('a benchmark that is cancelled, or whose server ends, leaves nothing behind', async (t) => {
  const place = makePlace(t);
  const server = await Server.open(place);
  const begin = async (id) => {
    const call = toolCall(id, 'benchmark_run', { suite: 'topology', duration: 300 });
    call.params._meta = { progressToken: id };
    server.send(call);
    assert.equal((await server.next()).method, 'notifications/progress');
  };
  await begin('one');
  server.send(notification('notifications/cancelled', { requestId: 'one' }));
  // Until it has ended, another one is refused.
  for (;;) {
    const answered = server.response('two');
    server.send(toolCall('two', 'benchmark_run', { suite: 'correlation', duration: 1 }));
    const { result } = await answered;
    if (!result.isError) break;
    assert.match(result.content[0].text, /a benchmark is running/);
  }
  server.takeAll();
  const last = server.response('three');
  await begin('three');
  server.closeInput();
  const { structuredContent } = (await last).result;
  assert.equal(structuredContent.interrupted, true);
  assert.equal((await server.exit).code, 0);
  assertNothingLeft(place);
});
