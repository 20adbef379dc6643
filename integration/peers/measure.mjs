// skep beside the servers that people use: start-up, memory, round trip, pipelined rate, CPU of a call, and what is left
// of acknowledged writes after kill -9 and when two processes write at once. Servers take turns in every measurement;
// medians are shown. See run.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { Client } from './client.mjs';
import { servers } from './servers.mjs';

const kRoot = fileURLToPath(new URL('../..', import.meta.url));
const kBuild = path.join(kRoot, 'build', 'release');
const kSkep = process.env.SKEP ?? path.join(kBuild, 'skep');
const kLoad = path.join(kBuild, 'skep-load');
const kEcho = [path.join(kBuild, 'tools', 'bench', 'skep_bench_echo'), '200'];

const { values: options } = parseArgs({
  options: {
    json: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    seconds: { type: 'string', default: '3' },
  },
});
const kRounds = Number(options.rounds);
const kSeconds = Number(options.seconds);

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Runs something in a directory that is gone afterwards. On a disk: durable means nothing in memory. */
async function inPlace(work) {
  const home = mkdtempSync('/var/tmp/skep-peers-');
  try {
    return await work(home);
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

const open = (server, home) => new Client(server.command, home, server.environment?.(home));

async function start(server) {
  return inPlace(async (home) => {
    const began = performance.now();
    const client = open(server, home);
    await client.greet();
    const ms = performance.now() - began;
    await client.leave();
    return ms;
  });
}

/** The same of a static C program that answers one line with another: what of a start is ours, and the system's. */
async function startFloor() {
  return inPlace(async (home) => {
    const { spawn } = await import('node:child_process');
    const began = performance.now();
    const child = spawn(kEcho[0], kEcho.slice(1), { cwd: home, stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const ms = performance.now() - began;
    child.stdin.end();
    await new Promise((resolve) => child.once('close', resolve));
    return ms;
  });
}

async function memory(server) {
  return inPlace(async (home) => {
    const client = open(server, home);
    await client.greet();
    await client.call(server.store('k', 'v'));
    const bytes = client.memory();
    await client.leave();
    return bytes;
  });
}

const word = ({ name, arguments: args }, weight) => `${name}=${JSON.stringify(args)}=${weight}`;
/** Retrieves of one key, of which one in a thousand is its store, so that it is there whatever a server keeps. */
const retrieves = (server) => ['--mix', word(server.retrieve('k'), 999), '--mix', word(server.store('k', 'note {n}'), 1)];
/** Stores of a key each. */
const stores = (server) => ['--mix', word(server.store('k{n}', 'note {n}'), 1)];

/** What skep-load says of a mix, with so many in flight. */
function load(server, depth, mix) {
  return inPlace((home) => {
    const environment = Object.entries(server.environment?.(home) ?? {}).map(([name, value]) => `${name}=${value}`);
    const run = spawnSync(
      kLoad,
      [
        ...['--pattern', `closed:${depth}`, '--duration', `${kSeconds}`, '--warm-up', '1', '--home', home, '--json'],
        ...mix,
        ...['--', 'env', ...environment, ...(server.direct ?? server.command)],
      ],
      { encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    if (run.stdout === '') throw new Error(`skep-load: ${run.stderr}`);
    const { outcome } = JSON.parse(run.stdout);
    if (outcome.brokenOff !== null) throw new Error(outcome.brokenOff);
    if (outcome.latencyNs.count === 0) throw new Error(`no call succeeded: ${JSON.stringify(outcome.errors)}`);
    return {
      p50Us: outcome.latencyNs.p50 / 1000,
      perSecond: outcome.latencyNs.count / outcome.seconds,
      cpuUs: outcome.serverCpuNsPerAnswer === null ? undefined : outcome.serverCpuNsPerAnswer / 1000,
      errors: outcome.errors,
    };
  });
}

/** Stores one value after the other until it is killed in the middle of it; how many of the acknowledged are gone. */
async function afterKill(server, stores) {
  return inPlace(async (home) => {
    const client = open(server, home);
    await client.greet();
    const acknowledged = [];
    for (let i = 0; i < stores; ++i) {
      await client.call(server.store(`k${i}`, `value ${i}`));
      acknowledged.push(i);
    }
    const cut = client.call(server.store('cut', 'in the middle')).catch(() => {});
    await client.kill();
    await cut;
    return { acknowledged: acknowledged.length, lost: await missing(server, home, acknowledged.map((i) => [`k${i}`, `value ${i}`])) };
  });
}

/** Two processes in one project store at the same time; how many of the acknowledged are gone. */
async function twoAtOnce(server, stores) {
  return inPlace(async (home) => {
    const clients = [open(server, home), open(server, home)];
    for (const client of clients) await client.greet();
    await Promise.all(
      clients.map(async (client, n) => {
        for (let i = 0; i < stores; ++i) await client.call(server.store(`k${n}-${i}`, `value ${i}`));
      }),
    );
    for (const client of clients) await client.leave();
    const wanted = clients.flatMap((_, n) => Array.from({ length: stores }, (_, i) => [`k${n}-${i}`, `value ${i}`]));
    return { acknowledged: wanted.length, lost: await missing(server, home, wanted) };
  });
}

/** How many of the values a new process does not find: asked at once, and for what it did not have again after 3 s. */
async function missing(server, home, wanted) {
  const client = open(server, home);
  await client.greet();
  let left = wanted;
  for (const waitMs of [0, 3000]) {
    if (left.length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    const asked = left;
    left = [];
    for (const [key, value] of asked) {
      const got = await client.call(server.retrieve(key)).then(server.valueOf).catch(() => undefined);
      if (got !== value) left.push([key, value]);
    }
  }
  await client.leave();
  return left.length;
}

/** Its figures so far; what it cannot do is told, and not counted. */
async function attempt(row, name, work) {
  try {
    const value = await work();
    (row[name] ??= []).push(value);
  } catch (error) {
    row.failed ??= {};
    row.failed[name] = error.message.slice(0, 200);
  }
}

const peers = servers(kSkep).filter(({ name }) => options.only === undefined || name.includes(options.only));
const rows = new Map(peers.map(({ name }) => [name, {}]));
const floors = [];
for (let round = 0; round < kRounds; ++round) {
  floors.push(await startFloor());
  for (const server of peers) {
    process.stderr.write(`round ${round + 1} of ${kRounds}: ${server.name}\n`);
    const row = rows.get(server.name);
    await attempt(row, 'startMs', () => start(server));
    await attempt(row, 'bytes', () => memory(server));
    await attempt(row, 'trip', () => load(server, 1, retrieves(server)));
    await attempt(row, 'pipelined', () => load(server, 64, retrieves(server)));
    await attempt(row, 'stores', () => load(server, 1, stores(server)));
    if (server.keeps === false) continue;
    await attempt(row, 'killed', () => afterKill(server, 50 + 10 * round));
    await attempt(row, 'two', () => twoAtOnce(server, 50));
  }
}

const number = (value, digits = 3) =>
  value === undefined ? 'no data' : Number(value.toPrecision(digits)).toLocaleString('en-US');
/** The median of what was measured; what was not is left out. */
const of = (row, name, pick = (value) => value) => {
  const values = (row[name] ?? []).map(pick).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : median(values);
};
const withUnit = (value, unit) => (value === undefined ? 'no data' : `${number(value)} ${unit}`);
const lost = (row, name, server) => {
  if (server.keeps === false) return 'keeps nothing';
  if (row[name] === undefined) return 'no data';
  const sum = (member) => row[name].reduce((all, one) => all + one[member], 0);
  return `${sum('lost')} of ${sum('acknowledged')}`;
};
const revision = execFileSync('git', ['-C', kRoot, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const cpu = /model name\s*: (.*)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown processor';
console.log(
  `${new Date().toISOString().slice(0, 10)}, revision ${revision}, ${os.cpus().length} × ${cpu}, Linux ${os.release()}, ` +
    `node ${process.version}; medians of ${kRounds} rounds; a static C program starts and answers in ${number(median(floors))} ms\n`,
);
const kColumns = [
  ['server', (_, server) => server.name],
  ['start to first answer', (row) => withUnit(of(row, 'startMs'), 'ms')],
  ['memory (PSS)', (row) => withUnit(of(row, 'bytes', (bytes) => bytes / 1e6), 'MB')],
  ['retrieve, p50', (row) => withUnit(of(row, 'trip', (one) => one.p50Us), 'µs')],
  ['retrieves/s, 64 in flight', (row) => number(of(row, 'pipelined', (one) => one.perSecond))],
  ['CPU of each', (row) => withUnit(of(row, 'pipelined', (one) => one.cpuUs), 'µs')],
  ['stores/s, one by one', (row) => number(of(row, 'stores', (one) => one.perSecond))],
  ['lost after `kill -9`', (row, server) => lost(row, 'killed', server)],
  ['lost, two processes at once', (row, server) => lost(row, 'two', server)],
];
console.log(`| ${kColumns.map(([title]) => title).join(' | ')} |`);
console.log('|---'.repeat(kColumns.length) + '|');
for (const server of peers) console.log(`| ${kColumns.map(([, cell]) => cell(rows.get(server.name), server)).join(' | ')} |`);
for (const { name } of peers) {
  for (const what of ['trip', 'pipelined', 'stores']) {
    const errors = (rows.get(name)[what] ?? []).map((one) => one.errors).filter((one) => Object.keys(one).length > 0);
    if (errors.length > 0) console.log(`\n${name}: ${what}: errors beside what counts: ${JSON.stringify(errors)}`);
  }
  for (const [what, why] of Object.entries(rows.get(name).failed ?? {})) console.log(`\n${name}: ${what}: ${why}`);
}
if (options.json) writeFileSync(options.json, `${JSON.stringify({ revision, floors, rows: Object.fromEntries(rows) }, null, 1)}\n`);
