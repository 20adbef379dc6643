// Load on one project, through the pipes as clients make it:
//
//   node integration/swarm_load.mjs [--processes 8] [--agents 8] [--tasks 10000] [--json]
//
// contention: several servers with several agents each, every one of which claims a task, reports it and claims the next;
// pipelined: one server is given all it can take of one kind of call. Beside every figure stands what the disk takes for
// an fdatasync of 4 KiB, measured before and after, because every answer waits for one.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import { initializeParams, kSkep, notification, request, toolCall } from './support.mjs';

/** What the swarms that product.md compares with are said to do in a second, without reaching the disk. */
const kBaseline = { agents: 855, tasks: 833, coordination: 476 };

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
const sort = (numbers) => numbers.sort((a, b) => a - b);

/** Times of 4 KiB appended and synchronised, in ms. */
function syncTimes(directory, count = 200) {
  const file = openSync(path.join(directory, 'floor'), 'a', 0o600);
  const page = Buffer.alloc(4096, 'x');
  const times = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    times.push(performance.now() - began);
  }
  closeSync(file);
  return times;
}

/** A directory for a project, as makePlace has it, without a test. */
function makeDirectory() {
  const root = mkdtempSync(path.join(tmpdir(), 'skep-load-'));
  const project = path.join(root, 'project');
  mkdirSync(project);
  return { root, project, env: { PATH: process.env.PATH, HOME: root, SKEP_HOME: path.join(root, 'home') } };
}

/** A server that is spoken to with as little work as can be, so that what is measured is the server. */
class Fast {
  #waiting = new Map();
  #count = { left: 0, done: null };
  #nextId = 1;
  #rest = '';

  constructor({ project, env }) {
    this.child = spawn(kSkep, ['serve'], { cwd: project, env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout.on('data', (chunk) => this.#onData(chunk));
    this.exit = new Promise((resolve) => this.child.on('close', resolve));
    this.exit.then((code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the server has gone: ${code}`));
    });
  }

  static async open(place) {
    const server = new Fast(place);
    await server.#send('initialize', initializeParams());
    server.child.stdin.write(`${JSON.stringify(notification('notifications/initialized'))}\n`);
    return server;
  }

  #send(method, params) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.child.stdin.write(`${JSON.stringify(request(id, method, params))}\n`);
    });
  }

  async tool(name, args) {
    const { result, error } = await this.#send('tools/call', { name, arguments: args });
    if (error || result.isError) throw new Error(`${name}: ${error?.message ?? result.content[0].text}`);
    return result.structuredContent;
  }

  /** Sends calls that were made before, and waits until as many answers have come. Returns the seconds that took. */
  async pipeline(calls) {
    const lines = Buffer.from(
      calls.map(([name, args], i) => `${JSON.stringify(toolCall(1e6 + i, name, args))}\n`).join(''),
    );
    const began = performance.now();
    await new Promise((resolve) => {
      this.#count = { left: calls.length, done: resolve };
      this.child.stdin.write(lines);
    });
    return (performance.now() - began) / 1000;
  }

  async end() {
    this.child.stdin.end();
    assert.equal(await this.exit, 0);
  }

  #onData(chunk) {
    if (this.#count.left > 0) {
      for (let at = -1; (at = chunk.indexOf(10, at + 1)) !== -1; ) this.#count.left--;
      assert.ok(!chunk.includes('"isError":true') && !chunk.includes('"error":{'), chunk.toString().slice(0, 2000));
      if (this.#count.left === 0) this.#count.done();
      return;
    }
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop();
    for (const line of lines) {
      const message = JSON.parse(line);
      this.#waiting.get(message.id).resolve(message);
      this.#waiting.delete(message.id);
    }
  }
}

/** Every agent claims and reports until there is nothing left. Throws unless each task was done exactly once. */
export async function contention(place, { processes, agents, tasks }) {
  const servers = await Promise.all(Array.from({ length: processes }, () => Fast.open(place)));
  await servers[0].tool('swarm_init', { topology: 'star', name: 'load', maxAgents: processes * agents });
  const workers = [];
  for (const [p, server] of servers.entries())
    for (let a = 0; a < agents; a++) {
      await server.tool('agent_spawn', { type: 'coder', name: `w${p}-${a}` });
      workers.push({ server, agentId: `w${p}-${a}`, done: 0 });
    }
  await servers[0].pipeline(Array.from({ length: tasks }, (_, i) => ['task_orchestrate', { task: `task ${i}` }]));
  const sync = syncTimes(place.root);
  const claims = [];
  const seen = new Map();
  const began = performance.now();
  let ended = began;
  await Promise.all(
    workers.map(async (worker) => {
      const { server, agentId } = worker;
      for (;;) {
        const asked = performance.now();
        const { claimed, taskId, epoch } = await server.tool('task_claim', { agentId });
        if (!claimed) return;
        ended = performance.now();
        claims.push(ended - asked);
        seen.set(taskId, (seen.get(taskId) ?? 0) + 1);
        worker.done++;
        await server.tool('task_update', { taskId, epoch, state: 'succeeded', result: `by ${agentId}` });
      }
    }),
  );
  const seconds = (ended - began) / 1000;
  sync.push(...syncTimes(place.root));
  sort(sync);
  sort(claims);

  const { counts } = await servers[0].tool('task_status', {});
  assert.equal(claims.length, tasks, 'each was claimed once');
  assert.equal(seen.size, tasks, 'each was claimed');
  assert.equal(counts.succeeded, tasks, 'each was done');
  const perAgent = sort(workers.map((worker) => worker.done));
  for (const server of servers) await server.end();
  return {
    processes,
    agents,
    tasks,
    seconds,
    claimsPerSecond: tasks / seconds,
    claimP50Ms: quantile(claims, 0.5),
    claimP99Ms: quantile(claims, 0.99),
    claimMaxMs: claims.at(-1),
    tasksPerAgent: { least: perAgent[0], most: perAgent.at(-1) },
    fdatasyncP50Ms: quantile(sync, 0.5),
    fdatasyncP99Ms: quantile(sync, 0.99),
  };
}

/** `tk_…` of a task by its number. */
const taskId = (number) => {
  let digits = '';
  for (let rest = number; rest > 0 || digits.length < 6; rest = Math.floor(rest / 32))
    digits = '0123456789abcdefghjkmnpqrstvwxyz'[rest % 32] + digits;
  return `tk_${digits}`;
};

/** What one server does of each kind when it always has more to do. */
export async function pipelined(place, { count }) {
  const rows = [];
  const measure = async (name, baseline, operations, calls, server) => {
    const sync = sort(syncTimes(place.root, 100));
    const seconds = await server.pipeline(calls);
    rows.push({
      name,
      operations,
      calls: calls.length,
      perSecond: operations / seconds,
      timesBaseline: operations / seconds / baseline,
      fdatasyncP50Ms: quantile(sync, 0.5),
    });
  };
  const server = await Fast.open(place);
  const each = (length, make) => Array.from({ length }, (_, i) => make(i)).flat();

  await server.tool('swarm_init', { topology: 'star', name: 'spawned', maxAgents: 10_000 });
  const spawned = Math.min(count, 10_000);
  await measure(
    'agent_spawn',
    kBaseline.agents,
    spawned,
    each(spawned, (i) => [['agent_spawn', { type: 'coder', name: `a${i}` }]]),
    server,
  );

  // In a star, requests of one session being done in their order, what a claim gives is known beforehand: the new task.
  const workers = 1000;
  await server.tool('swarm_init', { topology: 'star', name: 'worked', maxAgents: workers });
  await server.pipeline(each(workers, (i) => [['agent_spawn', { type: 'coder', name: `w${i}` }]]));
  await measure(
    'task create + claim + complete',
    kBaseline.tasks,
    count,
    each(count, (i) => [
      ['task_orchestrate', { task: `task ${i}` }],
      ['task_claim', { agentId: `w${i % workers}` }],
      ['task_update', { taskId: taskId(i + 1), epoch: 1, state: 'succeeded', result: 'done' }],
    ]),
    server,
  );
  assert.equal((await server.tool('task_status', {})).counts.succeeded, count);

  await measure(
    'swarm_init + swarm_status',
    kBaseline.coordination,
    count,
    each(count, () => [
      ['swarm_init', { topology: 'mesh' }],
      ['swarm_status', {}],
    ]),
    server,
  );
  await server.end();
  return rows;
}

async function main() {
  const { values } = parseArgs({
    options: {
      processes: { type: 'string', default: '8' },
      agents: { type: 'string', default: '8' },
      tasks: { type: 'string', default: '10000' },
      calls: { type: 'string', default: '10000' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const numbers = Object.fromEntries(['processes', 'agents', 'tasks', 'calls'].map((name) => [name, +values[name]]));
  const place = makeDirectory();
  try {
    const together = values.only === 'pipelined' ? null : await contention(place, numbers);
    rmSync(place.env.SKEP_HOME, { recursive: true, force: true });
    const alone = values.only === 'contention' ? [] : await pipelined(place, { count: numbers.calls });
    if (values.json) {
      console.log(JSON.stringify({ contention: together, pipelined: alone }, null, 2));
      return;
    }
    const round = (rows) =>
      rows.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([key, value]) => [key, typeof value === 'number' ? +value.toPrecision(4) : value]),
        ),
      );
    if (together) {
      const { tasksPerAgent, ...figures } = together;
      console.table(round([figures])[0]);
      console.log(`tasks per agent: ${tasksPerAgent.least} to ${tasksPerAgent.most}`);
    }
    if (alone.length) console.table(round(alone));
  } finally {
    rmSync(place.root, { recursive: true, force: true });
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
