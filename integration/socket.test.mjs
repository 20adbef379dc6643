// One server for many clients on a socket, and clients that join it with `skep serve --connect`.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

import { Server, kSkep, makePlace, parseOutput, request, run, toolCall } from './support.mjs';

const socketOf = (place) => path.join(place.root, 'socket');

/** A server on the place's socket, once it listens: {child, exit, stderr()}. */
function listen(place, { listen = `unix:${socketOf(place)}`, ...options } = {}) {
  const child = spawn(kSkep, ['serve', '--listen', listen], {
    cwd: place.project,
    env: place.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  let stderr = '';
  let stdout = '';
  child.stdout.on('data', (text) => (stdout += text));
  const exit = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })));
  place.beforeRemoval(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  return new Promise((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
      if (stderr.includes('serving on ')) resolve({ child, exit, stderr: () => stderr });
    });
    exit.then(({ code }) => reject(new Error(`it ended with ${code}: ${stderr}`)));
  });
}

const join = (place) => Server.open(place, { args: ['--connect', socketOf(place)] });

const stateOf = async (server, agent) => (await server.tool('agent_list')).agents.find((a) => a.name === agent).state;

test('two clients of one server work in one swarm, each in a session of its own', async (t) => {
  const place = makePlace(t);
  const server = await listen(place);
  const [first, second] = [await join(place), await join(place)];
  await first.tool('swarm_init', { topology: 'star', name: 'hive' });
  await first.tool('agent_spawn', { type: 'coder', name: 'ada' });
  await first.memory('store', { key: 'k', value: 'from the first' });
  assert.equal((await second.memory('retrieve', { key: 'k' })).value, 'from the first');
  const claim = first.tool('task_claim', { agentId: 'ada', wait: 30 });
  const { taskId } = await second.tool('task_orchestrate', { task: 'gather' });
  assert.equal((await claim).taskId, taskId);

  await first.end();
  // With its session, whose end is in the database some milliseconds after the connection's.
  const left = performance.now();
  while ((await stateOf(second, 'ada')) !== 'offline') assert.ok(performance.now() - left < 15_000, 'it is still there');
  assert.deepEqual(await second.ping(), {});
  await second.end();
  server.child.kill('SIGTERM');
  assert.deepEqual({ ...(await server.exit), stderr: '' }, { code: 0, signal: null, stdout: '', stderr: '' });
  assert.equal(existsSync(socketOf(place)), false);
});

test("the official client joins through --connect, and a script's answers come whole", async (t) => {
  const place = makePlace(t);
  await listen(place);
  const args = ['serve', '--connect', socketOf(place)];
  const transport = new StdioClientTransport({ command: kSkep, args, env: place.env, cwd: place.project });
  const client = new Client({ name: 'integration', version: '1.0.0' });
  await client.connect(transport);
  assert.ok((await client.listTools()).tools.length > 0);
  const value = 'x'.repeat(3_000_000);
  const call = (args) => client.callTool({ name: 'memory_usage', arguments: args });
  await call({ action: 'store', key: 'large', value });
  assert.equal((await call({ action: 'retrieve', key: 'large' })).structuredContent.value, value);
  await client.close();

  const lines = [request(1, 'ping'), toolCall(2, 'memory_usage', { action: 'store', key: 'k', value: 'v' })];
  const ran = await run(place, args, { input: lines.map((line) => JSON.stringify(line)).join('\n') });
  assert.equal(ran.code, 0, ran.stderr);
  assert.deepEqual(
    parseOutput(ran.stdout).map(({ id }) => id),
    [1, 2],
  );
});

test('killing a client gives its work to another, at once', async (t) => {
  const place = makePlace(t);
  await listen(place);
  const [gone, stays] = [await join(place), await join(place)];
  await gone.tool('swarm_init', { topology: 'star' });
  await gone.tool('agent_spawn', { type: 'coder', name: 'gone' });
  await stays.tool('agent_spawn', { type: 'coder', name: 'stays' });
  const { taskId } = await stays.tool('task_orchestrate', { task: 'gather' });
  const lost = await gone.tool('task_claim', { agentId: 'gone' });
  assert.equal(lost.taskId, taskId);
  const taken = stays.tool('task_claim', { agentId: 'stays', wait: 30 });
  const began = performance.now();
  gone.kill('SIGKILL');
  const again = await taken;
  t.diagnostic(`taken over after ${(performance.now() - began).toFixed(0)} ms`);
  assert.equal(again.taskId, taskId);
  assert.ok(again.epoch > lost.epoch);
});

test('SIGTERM answers a call that waits, and ends with 0', async (t) => {
  const place = makePlace(t);
  const server = await listen(place);
  const client = await join(place);
  await client.tool('swarm_init', { topology: 'star' });
  await client.tool('agent_spawn', { type: 'coder', name: 'a' });
  const claim = client.tool('task_claim', { agentId: 'a', wait: 300 });
  // Behind the claim's first run.
  await client.memory('store', { key: 'turn', value: '' });
  server.child.kill('SIGTERM');
  assert.equal((await claim).claimed, false);
  assert.equal((await server.exit).code, 0);
  // The client has not ended its input: the server has.
  assert.equal((await client.exit).code, 1);
  assert.match(client.stderr, /the server has closed the connection/);
});

test('a socket that was left behind is replaced, and one that is served is not', async (t) => {
  const place = makePlace(t);
  const first = await listen(place);
  first.child.kill('SIGKILL');
  await first.exit;
  assert.ok(existsSync(socketOf(place)));
  const nobody = await run(place, ['serve', '--connect', socketOf(place)]);
  assert.equal(nobody.code, 1);
  assert.match(nobody.stderr, /nobody serves on .*socket; start one with: skep serve --listen/);

  await listen(place);
  await assert.rejects(listen(place), /it ended with 1: skep: another skep serves on/);
  const client = await join(place);
  assert.deepEqual(await client.ping(), {});
  await client.end();
});

test("the project's own socket is its user's only", async (t) => {
  const place = makePlace(t);
  await listen(place, { listen: 'unix' });
  const directory = path.join(place.home, 'run');
  const [name] = readdirSync(directory);
  assert.match(name, /^project-[0-9a-f]{8}\.sock$/);
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  assert.equal(statSync(path.join(directory, name)).mode & 0o777, 0o600);
  const ran = await run(place, ['serve', '--connect', 'unix'], { input: JSON.stringify(request(1, 'ping')) });
  assert.equal(ran.code, 0, ran.stderr);
  assert.deepEqual(parseOutput(ran.stdout), [{ jsonrpc: '2.0', id: 1, result: {} }]);
});

test('another user is turned away even where the file would let it in', async (t) => {
  if (process.getuid() !== 0) return t.skip('only root can be somebody else');
  const place = makePlace(t);
  const server = await listen(place);
  chmodSync(place.root, 0o755);
  const asNobody = () =>
    run(place, ['serve', '--project', '/', '--connect', socketOf(place)], {
      uid: 65534,
      cwd: '/',
      input: `${JSON.stringify(request(1, 'ping'))}\n`,
      env: { ...place.env, SKEP_HOME: '/nonexistent' },
    });
  let refused;
  try {
    refused = await asNobody();
  } catch (error) {
    if (error.code === 'EACCES') return t.skip('the binary is where only root can read');
    throw error;
  }
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /cannot connect to .*: Permission denied/);

  chmodSync(socketOf(place), 0o666);
  refused = await asNobody();
  assert.equal(refused.code, 1);
  assert.equal(refused.stdout, '');
  assert.match(refused.stderr, /the server has (closed|broken off) the connection/);
  assert.match(server.stderr(), /of user 65534 was turned away/);
  const client = await join(place);
  assert.deepEqual(await client.ping(), {});
});

test('whoever sends half a line and leaves disturbs nobody', async (t) => {
  const place = makePlace(t);
  await listen(place);
  const client = await join(place);
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => {
      const rude = net.connect(socketOf(place), () => rude.end('{"jsonrpc":"2.0","id":1,"meth'));
      rude.resume().on('error', () => {}).on('close', resolve);
    });
  }
  assert.deepEqual(await client.ping(), {});
  await client.end();
});
