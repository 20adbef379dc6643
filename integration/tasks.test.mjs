// Calls that a client does not wait for: the protocol's tasks, experimental in the legacy era and an extension in the
// modern one. They outlive whoever began them, and what is known of them is known to every process.

import assert from 'node:assert/strict';
import test from 'node:test';

import { createTaskSessionFromClient } from '@modelcontextprotocol/ext-tasks/client';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';

import { Inbox, Program, kModern } from './clients.mjs';
import { Server, makePlace, modernParams, request } from './support.mjs';

const kExtension = 'io.modelcontextprotocol/tasks';
const kAbilities = { extensions: { [kExtension]: {} } };
const kArgs = ['--toolsets', 'all'];

const unknown = (error) => {
  assert.equal(error.code, -32602);
  assert.match(error.message, /no such task/);
  return true;
};

// --- The legacy era ----------------------------------------------------------------

/** A client that knows which tools may be tasks, in a project with a swarm. */
async function openLegacy(place) {
  const told = new Inbox();
  const program = await Program.open(place, 'legacy', { args: kArgs, on: { 'notifications/tasks/status': told.push } });
  const { tools } = await program.client.listTools();
  const execution = Object.fromEntries(tools.map((tool) => [tool.name, tool.execution]));
  assert.deepEqual(execution.swarm_monitor, { taskSupport: 'optional' });
  assert.equal(execution.memory_usage, undefined);
  const { tasks } = program.client.experimental;
  return Object.assign(program, {
    told,
    tasks,
    stream: (args, task = { ttl: 60_000 }, name = 'swarm_monitor') =>
      tasks.callToolStream({ name, arguments: args }, CallToolResultSchema, { task }),
    result: (id) => tasks.getTaskResult(id, CallToolResultSchema),
    /** Begins a task and leaves it alone: its id. */
    async begin(args, task) {
      const params = { name: 'swarm_monitor', arguments: args, task: task ?? { ttl: 60_000 } };
      const created = new Promise((resolve, reject) => {
        const id = `begin-${Math.random()}`;
        const before = program.transport.onmessage;
        program.transport.onmessage = (message, extra) => {
          if (message.id !== id) return before(message, extra);
          program.transport.onmessage = before;
          if (message.error) reject(new Error(message.error.message));
          else resolve(message.result.task);
        };
        program.transport.send(request(id, 'tools/call', params)).catch(reject);
      });
      return (await created).taskId;
    },
  });
}

test('legacy: a call becomes a task, is followed to its end, and can be asked about afterwards', async (t) => {
  const place = makePlace(t);
  const client = await openLegacy(place);
  assert.deepEqual(client.client.getServerCapabilities().tasks, {
    list: {},
    cancel: {},
    requests: { tools: { call: {} } },
  });
  await client.tool('swarm_init', { topology: 'star' });
  const events = [];
  for await (const event of client.stream({ interval: 1, duration: 2 })) events.push(event);
  assert.equal(events[0].type, 'taskCreated');
  const { taskId, ttl, createdAt, pollInterval } = events[0].task;
  assert.match(taskId, /^[0-9a-f]{32}$/);
  assert.equal(ttl, 60_000);
  assert.ok(pollInterval > 0 && Math.abs(Date.parse(createdAt) - Date.now()) < 60_000);
  assert.ok(
    events.some(
      ({ type, task }) => type === 'taskStatus' && task.status === 'working' && /agents work/.test(task.statusMessage),
    ),
  );
  const { type, result, error } = events.at(-1);
  assert.equal(type, 'result', String(error));
  assert.ok(result.structuredContent.samples >= 2);
  assert.deepEqual(result._meta['io.modelcontextprotocol/related-task'], { taskId });

  const told = await client.told.next();
  assert.equal(told.taskId, taskId);
  assert.equal(told.status, 'completed');
  // Here and in another process.
  for (const each of [client, await openLegacy(place)]) {
    const task = await each.tasks.getTask(taskId);
    assert.equal(task.status, 'completed');
    assert.deepEqual(
      (await each.tasks.listTasks()).tasks.map((one) => one.taskId),
      [taskId],
    );
    assert.deepEqual((await each.result(taskId)).structuredContent, result.structuredContent);
    await assert.rejects(each.tasks.cancelTask(taskId), { code: -32602 });
    await assert.rejects(each.tasks.getTask('0'.repeat(32)), unknown);
    await assert.rejects(each.result('0'.repeat(32)), unknown);
  }
});

test('legacy: a task is cancelled, and is so for everybody', async (t) => {
  const place = makePlace(t);
  const client = await openLegacy(place);
  const other = await openLegacy(place);
  await client.tool('swarm_init', { topology: 'star' });
  const taskId = await client.begin({ duration: 300 });
  const waits = client.result(taskId);
  assert.equal((await other.tasks.getTask(taskId)).status, 'working');
  await assert.rejects(other.tasks.cancelTask(taskId), /another server/);
  await assert.rejects(other.result(taskId), /another server/);
  assert.equal((await client.tasks.cancelTask(taskId)).status, 'cancelled');
  await assert.rejects(waits, /was cancelled/);
  assert.equal((await client.told.next()).status, 'cancelled');
  for (const each of [client, other]) {
    assert.equal((await each.tasks.getTask(taskId)).status, 'cancelled');
    await assert.rejects(each.tasks.cancelTask(taskId), { code: -32602 });
    await assert.rejects(each.result(taskId), /was cancelled/);
  }
  await client.close();
});

test('legacy: what fails has failed, what is too old is forgotten, and what answers at once is no task', async (t) => {
  const client = await openLegacy(makePlace(t));
  const events = [];
  for await (const event of client.stream({ duration: 1 })) events.push(event);
  const [{ task }] = events;
  const failed = await client.tasks.getTask(task.taskId);
  assert.equal(failed.status, 'failed', 'there is no swarm');
  assert.match(failed.statusMessage, /swarm_init/);
  assert.equal((await client.result(task.taskId)).isError, true);

  await client.tool('swarm_init', { topology: 'star' });
  const brief = await client.begin({ duration: 1 }, { ttl: 1 });
  assert.equal((await client.told.next()).taskId, task.taskId);
  assert.equal((await client.told.next()).taskId, brief);
  await assert.rejects(client.tasks.getTask(brief), unknown);
  assert.deepEqual(
    (await client.tasks.listTasks()).tasks.map(({ taskId }) => taskId),
    [task.taskId],
  );

  const server = await Server.open(makePlace(t));
  const call = (name, task) => server.request('tools/call', { name, arguments: {}, task });
  await assert.rejects(call('health_checkk', {}), { code: -32602 });
  await assert.rejects(call('swarm_status', {}), { code: -32601 });
  for (const wrong of [7, 'yes', [], { ttl: -1 }, { ttl: 'long' }])
    await assert.rejects(call('swarm_monitor', wrong), { code: -32602 });
  await assert.rejects(server.request('tasks/list', { cursor: 'never issued' }), { code: -32602 });
});

test('legacy: three hundred tasks come in pages, and as many at once do not hold up the session', async (t) => {
  const server = await Server.open(makePlace(t));
  await server.tool('swarm_init', { topology: 'star' });
  const kTasks = 250;
  const begun = await Promise.all(
    Array.from({ length: kTasks }, () =>
      server.request('tools/call', { name: 'swarm_monitor', arguments: { duration: 300 }, task: {} }),
    ),
  );
  const ids = begun.map(({ task }) => task.taskId);
  assert.equal(new Set(ids).size, kTasks);
  const seen = [];
  let cursor;
  do {
    const page = await server.request('tasks/list', cursor && { cursor });
    seen.push(...page.tasks.map(({ taskId }) => taskId));
    cursor = page.nextCursor;
  } while (cursor);
  assert.deepEqual(seen.sort(), ids.sort());
  const ended = await Promise.all(ids.map((taskId) => server.request('tasks/cancel', { taskId })));
  assert.ok(ended.every(({ status }) => status === 'cancelled'));
  assert.equal((await server.end()).filter(({ method }) => method === 'notifications/tasks/status').length, kTasks);
});

// --- The modern era ----------------------------------------------------------------

/** Sends requests beside the client: how ext-tasks wants it, until the client knows of tasks itself. */
function dispatchBeside(transport) {
  const waiting = new Map();
  const toClient = transport.onmessage;
  transport.onmessage = (message, extra) => {
    const resolve = message.method === undefined && waiting.get(message.id);
    if (!resolve) return toClient(message, extra);
    waiting.delete(message.id);
    resolve(message.error ? { kind: 'error', error: message.error } : { kind: 'result', result: message.result });
  };
  let count = 0;
  return (wanted, options = {}) =>
    new Promise((resolve, reject) => {
      const id = `beside:${count++}`;
      waiting.set(id, resolve);
      options.signal?.addEventListener('abort', () => reject(options.signal.reason));
      transport.send({ jsonrpc: '2.0', id, ...wanted }).catch(reject);
    });
}

async function openModern(place) {
  const program = await Program.open(place, 'modern', { args: kArgs });
  assert.deepEqual(program.client.getServerCapabilities().extensions, { [kExtension]: {} });
  program.session = createTaskSessionFromClient(program.client, {
    endpointId: 'skep',
    rawDispatch: dispatchBeside(program.transport),
    v2RequestFraming: {
      protocolVersion: kModern,
      clientInfo: { name: 'integration', version: '1.0.0' },
      clientCapabilities: kAbilities,
    },
    onInputRequest: () => assert.fail('asked'),
  });
  program.monitor = (args) => program.session.callTool('swarm_monitor', args, { task: { preference: 'require' } });
  return program;
}

test('modern: a call becomes a task, is settled, and can be asked about afterwards', async (t) => {
  const place = makePlace(t);
  const client = await openModern(place);
  await client.tool('swarm_init', { topology: 'star' });
  const execution = await client.monitor({ interval: 1, duration: 2 });
  assert.equal(execution.kind, 'task');
  const { taskId } = execution.handle;
  const statuses = [];
  const { outcome } = await execution.settle({ onEvent: ({ task }) => task && statuses.push(task.status) });
  assert.equal(outcome.status, 'completed');
  assert.ok(outcome.result.structuredContent.samples >= 2);
  assert.equal(statuses[0], 'working');
  const other = await openModern(place);
  const view = await other.session.task(taskId).snapshot();
  assert.equal(view.status, 'completed');
  assert.deepEqual(
    (await other.session.task(taskId).result()).result.structuredContent,
    outcome.result.structuredContent,
  );
  // What answers at once is no task, and a tool's failure is a result.
  const immediate = await client.session.callTool('swarm_status', {});
  assert.equal(immediate.kind, 'immediate');
  const failed = await client.monitor({ duration: 1, swarmId: 'bees' });
  const end = (await failed.settle({})).outcome;
  assert.equal(end.status, 'completed');
  assert.equal(end.result.isError, true);
});

test('modern: a task is cancelled', async (t) => {
  const place = makePlace(t);
  const client = await openModern(place);
  await client.tool('swarm_init', { topology: 'star' });
  const execution = await client.monitor({ duration: 300 });
  const settled = execution.settle({});
  await execution.cancel();
  assert.equal((await settled).outcome.status, 'cancelled');
  const other = await openModern(place);
  assert.equal((await other.session.task(execution.handle.taskId).snapshot()).status, 'cancelled');
});

test('modern: who has not said that it knows of tasks gets none, and may ask for none', async (t) => {
  const server = new Server(makePlace(t));
  const plain = (method, params) => server.request(method, modernParams(params));
  const able = (method, params) =>
    server.request(
      method,
      modernParams({ ...params, _meta: { 'io.modelcontextprotocol/clientCapabilities': kAbilities } }),
    );
  await plain('tools/call', { name: 'swarm_init', arguments: { topology: 'star' } });
  const monitor = { name: 'swarm_monitor', arguments: { duration: 1 } };
  assert.equal((await plain('tools/call', monitor)).resultType, 'complete');
  const begun = await able('tools/call', monitor);
  assert.equal(begun.resultType, 'task');
  const { taskId } = begun;
  for (const method of ['tasks/get', 'tasks/cancel', 'tasks/update'])
    await assert.rejects(plain(method, { taskId }), (error) => {
      assert.equal(error.code, -32021);
      assert.deepEqual(error.data, { requiredCapabilities: kAbilities });
      return true;
    });
  assert.equal((await able('tasks/get', { taskId })).status, 'working');
  assert.equal((await able('tasks/update', { taskId, inputResponses: {} })).resultType, 'complete');
  assert.equal((await able('tasks/cancel', { taskId })).resultType, 'complete');
  assert.equal((await able('tasks/get', { taskId })).status, 'cancelled');
  await assert.rejects(able('tasks/get', { taskId: 'none' }), unknown);
  for (const method of ['tasks/list', 'tasks/result']) await assert.rejects(able(method, { taskId }), { code: -32601 });
  await server.end();
});

// --- What becomes of them ------------------------------------------------------------

for (const [how, leave, status] of [
  ['is killed', (program) => program.kill(), 'failed'],
  // Its client leaves, and what it has seen by then is summed up.
  ['is left', (program) => program.close(), 'completed'],
])
  test(`when its process ${how}, a task has ${status} for whoever asks`, async (t) => {
    const place = makePlace(t);
    const [legacy, modern] = [await openLegacy(place), await openModern(place)];
    await legacy.tool('swarm_init', { topology: 'star' });
    const old = await legacy.begin({ duration: 300 });
    const { handle } = await modern.monitor({ duration: 300 });
    const witness = { legacy: await openLegacy(place), modern: await openModern(place) };
    const seen = {
      legacy: async () => (await witness.legacy.tasks.getTask(old)).status,
      modern: async () => (await witness.modern.session.task(handle.taskId).snapshot()).status,
    };
    for (const see of Object.values(seen)) assert.equal(await see(), 'working');
    // Each era knows its own only.
    await assert.rejects(witness.legacy.tasks.getTask(handle.taskId), unknown);
    await assert.rejects(witness.modern.session.task(old).snapshot(), /no such task/);
    const began = performance.now();
    await Promise.all([leave(legacy), leave(modern)]);
    for (const [era, see] of Object.entries(seen)) {
      let last;
      while ((last = await see()) === 'working') assert.ok(performance.now() - began < 20_000, 'it still works');
      t.diagnostic(`${era}: ${last} after ${(performance.now() - began).toFixed(0)} ms`);
      assert.equal(last, status, era);
    }
  });
