// Calls that take their time: what is heard of them meanwhile, and that nothing is left of those that are cancelled.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';

import { Program, figures, kEras } from './clients.mjs';
import { Server, kSkep, lineSplitter, makePlace, notification, toolCall } from './support.mjs';

const makeHive = async (client) => {
  await client.tool('swarm_init', { topology: 'star', name: 'hive' });
  for (const name of ['ada', 'eve']) await client.tool('agent_spawn', { type: 'coder', name });
};

/** A call of a client that is cancelled once the server has it, and has ended for the client. */
async function cancelled(client, name, args, options = {}) {
  const abort = new AbortController();
  const call = client.call(name, args, { signal: abort.signal, ...options });
  await client.client.listTools(); // It has come in behind the call.
  await client.memory('store', { key: 'turn', value: '' }); // It has run once behind the call.
  abort.abort('changed my mind');
  await assert.rejects(call, /changed my mind/);
}

for (const era of kEras) {
  test(`${era}: a claim that was cancelled while it waited claims nothing afterwards`, async (t) => {
    const place = makePlace(t);
    const client = await Program.open(place, era);
    const other = await Server.open(place);
    await makeHive(client);
    for (let i = 0; i < 10; i++) {
      await cancelled(client, 'task_claim', { agentId: 'ada', wait: 300 });
      // Waiting behind it, another has what comes, at once.
      const claim = client.tool('task_claim', { agentId: 'eve', wait: 300 });
      await client.client.listTools(); // The cancellation has come before the task does, whoever makes it.
      const { taskId } = await (i % 2 ? client : other).tool('task_orchestrate', { task: `task ${i}` });
      const claimed = await claim;
      assert.equal(claimed.taskId, taskId);
      await client.tool('task_update', { taskId, epoch: claimed.epoch, state: 'succeeded' });
    }
    const { taskId } = await other.tool('task_orchestrate', { task: 'left' });
    const { agents } = await client.tool('agent_list');
    assert.deepEqual(
      agents.map(({ state }) => state),
      ['idle', 'idle'],
    );
    const { tasks } = await client.read('skep://tasks/ready');
    assert.deepEqual(
      tasks.map((task) => task.taskId),
      [taskId],
    );
  });

  test(`${era}: swarm_monitor and calls that wait for mail, leases and tasks can be cancelled`, async (t) => {
    const client = await Program.open(makePlace(t), era);
    await makeHive(client);
    const { taskId } = await client.tool('task_orchestrate', { task: 'gather' });
    await client.tool('lease_acquire', { agentId: 'ada', paths: ['a'] });
    const heard = [];
    const onprogress = (progress) => heard.push(progress);
    await cancelled(client, 'inbox', { agentId: 'ada', wait: 300 }, { onprogress });
    await cancelled(client, 'task_results', { taskId, wait: 300 }, { onprogress });
    await cancelled(client, 'lease_acquire', { agentId: 'eve', paths: ['a'], wait: 300 }, { onprogress });
    await cancelled(client, 'swarm_monitor', { duration: 300, interval: 300 }, { onprogress });
    await client.tool('lease_release', { agentId: 'ada' });
    const { leases } = await client.read('skep://leases');
    assert.deepEqual(leases, [], 'nobody waits for it any more');
    await client.tool('message_send', { from: 'eve', to: 'ada', body: 'still there?' });
    const { messages } = await client.tool('inbox', { agentId: 'ada' });
    assert.equal(messages.length, 1, 'unread');
    assert.deepEqual(heard, []);
  });

  test(`${era}: who waits hears for how long, until it is answered`, async (t) => {
    const client = await Program.open(makePlace(t), era);
    await makeHive(client);
    const heard = [];
    const claimed = await client.tool(
      'task_claim',
      { agentId: 'ada', wait: 3 },
      { onprogress: (progress) => heard.push(progress) },
    );
    assert.equal(claimed.claimed, false);
    assert.ok(heard.length > 0, 'no progress was reported');
    for (const [i, { progress, total }] of heard.entries()) {
      assert.equal(total, 3);
      assert.ok(progress >= 1 && progress <= total, JSON.stringify(heard));
      assert.ok(i === 0 || progress > heard[i - 1].progress, JSON.stringify(heard));
    }
    const { samples } = await client.tool(
      'swarm_monitor',
      { interval: 1, duration: 2 },
      { onprogress: ({ message }) => heard.push(message) },
    );
    assert.ok(samples >= 2);
    assert.match(heard.at(-1), /0 of 2 agents work/);
  });
}

// --- Line by line ------------------------------------------------------------------

const cancel = (requestId) => notification('notifications/cancelled', { requestId });

test('writes in the queue that are cancelled are not done, and nothing is sent for them', async (t) => {
  const server = await Server.open(makePlace(t));
  await server.memory('store', { key: 'k', value: 'before' });
  const ids = Array.from({ length: 200 }, (_, i) => i);
  const store = (i) => toolCall(i, 'memory_usage', { action: 'store', key: `k${i}`, value: 'v' });
  // Even ones are cancelled in the same read, before they can have begun or while they do.
  server.send(...ids.flatMap((i) => (i % 2 ? [store(i)] : [store(i), cancel(i)])));
  await server.memory('store', { key: 'after', value: 'v' });
  const answered = server.takeAll().map(({ id }) => id);
  assert.deepEqual(
    answered,
    ids.filter((i) => i % 2),
  );
  const isThere = (i) => server.memory('retrieve', { key: `k${i}` }).then(({ found }) => found);
  const there = await Promise.all(ids.map(isThere));
  for (const i of answered) assert.ok(there[i], `k${i}`);
  // Those that had begun by then were done.
  const undone = ids.filter((i) => i % 2 === 0 && !there[i]).length;
  t.diagnostic(`${undone} of 100 cancelled writes were not done`);
  assert.ok(undone > 0);
  assert.deepEqual(await server.end(), []);
});

test('nothing is sent for what was cancelled while it waited, and the session ends at once', async (t) => {
  const server = await Server.open(makePlace(t));
  await makeHive(server);
  const { taskId } = await server.tool('task_orchestrate', { task: 'gather' });
  await server.tool('task_claim', { agentId: 'eve', taskId });
  const withToken = (call) => ({ ...call, params: { ...call.params, _meta: { progressToken: call.id } } });
  const calls = [
    toolCall('claim', 'task_claim', { agentId: 'ada', wait: 300 }),
    toolCall('inbox', 'inbox', { agentId: 'ada', wait: 300 }),
    toolCall('results', 'task_results', { taskId, wait: 300 }),
    toolCall('monitor', 'swarm_monitor', { duration: 300, interval: 1 }),
  ];
  server.send(...calls.map(withToken));
  await server.memory('store', { key: 'turn', value: '' });
  server.send(...calls.map(({ id }) => cancel(id)), ...calls.map(({ id }) => cancel(id)));
  // Longer than it takes until those who wait are told for how long, or the swarm is looked at again.
  await server.tool('task_claim', { agentId: 'ada', wait: 2 });
  await server.tool('task_orchestrate', { task: 'sweep' });
  await server.tool('message_send', { from: 'eve', to: 'ada', body: 'in bloom' });
  await server.tool('task_update', { taskId, epoch: 1, state: 'succeeded' });
  const { agents } = await server.tool('agent_list');
  assert.deepEqual(
    agents.map(({ state }) => state),
    ['idle', 'idle'],
  );
  assert.deepEqual(await server.end(), []);
});

test('a place among the calls that wait is free again once one of them is cancelled', async (t) => {
  const server = await Server.open(makePlace(t));
  await makeHive(server);
  const claim = (id) => toolCall(id, 'task_claim', { agentId: 'ada', wait: 300 });
  const kMost = 100;
  server.send(...Array.from({ length: kMost }, (_, i) => claim(i)));
  const refused = server.response('more');
  server.send(claim('more'));
  assert.match((await refused).result.content[0].text, /100 calls of this session wait already/);
  server.send(cancel(50), claim('again'));
  await server.memory('store', { key: 'turn', value: '' });
  const { taskId } = await server.tool('task_orchestrate', { task: 'gather' });
  const { id, result } = await server.next();
  assert.equal(id, 0, 'who has waited longest');
  assert.equal(result.structuredContent.taskId, taskId);
  const rest = await server.end();
  assert.equal(rest.length, kMost - 1, 'all but those answered and the one that was cancelled are answered at the end');
  assert.ok(rest.every(({ id, result }) => id !== 50 && result.structuredContent.claimed === false));
});

test('of thousands of calls that were cancelled none is left to hold up the session', async (t) => {
  const server = await Server.open(makePlace(t));
  await makeHive(server);
  // A session may have 1,024 such calls: those that stayed would add up to more.
  const kEach = 1000;
  for (let round = 0; round < 5; round++) {
    const ids = Array.from({ length: kEach }, (_, i) => `${round}-${i}`);
    server.send(...ids.map((id) => toolCall(id, 'swarm_monitor', { duration: 300, interval: 300 })));
    server.send(...ids.map(cancel));
    await server.ping();
  }
  assert.deepEqual(await server.end(), []);
});

test('who has as many calls going on as he may is told so, and can still cancel them', async (t) => {
  const server = await Server.open(makePlace(t));
  await makeHive(server);
  const ids = Array.from({ length: 1024 }, (_, i) => `m${i}`);
  server.send(...ids.map((id) => toolCall(id, 'swarm_monitor', { duration: 300, interval: 300 })));
  await assert.rejects(server.tool('swarm_monitor', { duration: 300 }), /1024 calls of this session go on already/);
  await server.ping();
  server.send(...ids.map(cancel));
  await server.ping();
  assert.deepEqual(await server.end(), []);
});

/** A client on a socket, in lines: no more than what measuring needs, for there are a hundred of them. */
class Line {
  #waiting = new Map();
  extra = [];
  constructor(file) {
    this.socket = net.connect(file);
    const splitter = lineSplitter((line) => {
      const message = JSON.parse(line);
      const resolve = this.#waiting.get(message.id);
      if (!resolve) return this.extra.push(message);
      this.#waiting.delete(message.id);
      resolve({ ...message, at: performance.now() });
    });
    this.socket.on('data', splitter.push).on('error', () => {});
  }
  send(...messages) {
    this.socket.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  }
  response(id) {
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }
  async request(id, method, params) {
    const response = this.response(id);
    this.send({ jsonrpc: '2.0', id, method, params });
    return response;
  }
  async tool(id, name, args) {
    const { result } = await this.request(id, 'tools/call', { name, arguments: args });
    assert.ok(!result.isError, result.content?.[0].text);
    return result.structuredContent;
  }
}

test('one of ten thousand calls that wait is cancelled in no time', async (t) => {
  const place = makePlace(t);
  const file = path.join(place.root, 'socket');
  const child = spawn(kSkep, ['serve', '--listen', `unix:${file}`], {
    cwd: place.project,
    env: place.env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exit = new Promise((resolve) => child.on('close', resolve));
  place.beforeRemoval(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  await new Promise((resolve) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (said += text).includes('serving on ') && resolve());
  });
  const kSessions = 100;
  const kEach = 100;
  const lines = Array.from({ length: kSessions }, () => new Line(file));
  const [first] = lines;
  await first.tool('s', 'swarm_init', { topology: 'star', maxAgents: kSessions });
  await Promise.all(
    lines.map(async (line, n) => {
      await line.tool('a', 'agent_spawn', { type: 'coder', name: `agent ${n}` });
      line.send(
        ...Array.from({ length: kEach }, (_, i) => toolCall(i, 'task_claim', { agentId: `agent ${n}`, wait: 300 })),
      );
      // Behind them all: they wait.
      await line.tool('t', 'memory_usage', { action: 'store', key: `turn ${n}`, value: '' });
    }),
  );

  // The places were all taken. That one is free shows in the answer to a ping behind the cancellation, and in that
  // another call may wait.
  const times = [];
  const others = [];
  for (let i = 0; i < 10; i++)
    for (const [n, line] of lines.entries()) {
      const began = performance.now();
      line.send(cancel(i), toolCall(`again ${i}`, 'task_claim', { agentId: `agent ${n}`, wait: 300 }));
      times.push((await line.request(`p ${i}`, 'ping')).at - began);
      const other = lines[(n + 1) % kSessions];
      const asked = performance.now();
      others.push((await other.request(`o ${n} ${i}`, 'ping')).at - asked);
    }
  t.diagnostic(`with 10,000 that wait, from the cancellation to its having taken effect: ${figures(times)}`);
  t.diagnostic(`another client's ping meanwhile: ${figures(others)}`);
  // All of one session at once.
  const began = performance.now();
  lines[1].send(...Array.from({ length: kEach - 10 }, (_, i) => cancel(i + 10)));
  t.diagnostic(`ninety at once: ${((await lines[1].request('p', 'ping')).at - began).toFixed(2)} ms`);

  // What becomes ready now goes to one that still waits, and is claimed once.
  const left = Array.from({ length: kEach - 10 }, (_, i) => i + 10);
  const claimed = Promise.race(
    lines.filter((line) => line !== lines[1]).flatMap((line) => left.map((i) => line.response(i))),
  );
  const { taskId } = await first.tool('o', 'task_orchestrate', { task: 'gather' });
  const { result } = await claimed;
  assert.equal(result.structuredContent.taskId, taskId);
  for (const line of lines) assert.deepEqual(line.extra, []);
  child.kill('SIGTERM');
  for (const line of lines) line.socket.destroy();
  await exit;
});
