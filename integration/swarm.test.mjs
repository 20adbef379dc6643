// Two programs that people use, each with a server of its own, at work in one swarm: the client of the official SDK and
// that of the second generation. What one makes the other waits for; what one holds the other is kept from, until it
// gives it back, leaves or dies.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

import { Server, ToolError, kSkep, makePlace, notification, run, toolCall } from './support.mjs';

/** A program with a client of one of the generations; `name` is what it says of itself, and its session's id. */
class Program {
  static async open(place, generation, name) {
    const [Client, Transport, options] =
      generation === 'modern'
        ? [ModernClient, ModernTransport, { versionNegotiation: { mode: { pin: '2026-07-28' } } }]
        : [LegacyClient, LegacyTransport, {}];
    const program = new Program();
    program.client = new Client({ name, version: '1.0.0' }, options);
    program.transport = new Transport({
      command: kSkep,
      args: ['serve'],
      env: { ...place.env, CLAUDE_CODE_SESSION_ID: `session-of-${name}` },
      cwd: place.project,
      stderr: 'inherit',
    });
    place.beforeRemoval(() => program.client.close());
    await program.client.connect(program.transport);
    await program.client.listTools(); // From now on the client validates structured content.
    return program;
  }

  /** The structured content of a tool's answer, or its ToolError thrown. */
  async tool(name, args = {}) {
    const result = await this.client.callTool({ name, arguments: args });
    if (result.isError) throw new ToolError(result.content[0].text);
    return result.structuredContent;
  }

  kill() {
    process.kill(this.transport.pid, 'SIGKILL');
  }
  close() {
    return this.client.close();
  }
}

/** How long a promise takes, in ms, with its value. */
const timed = async (promise) => {
  const began = performance.now();
  const value = await promise;
  return { value, ms: performance.now() - began };
};

/** A promise's state once another call has been answered that was sent after it. */
const isStillOut = async (promise, program) => {
  let out = true;
  promise.then(
    () => (out = false),
    () => (out = false),
  );
  await program.tool('swarm_status');
  return out;
};

/** A program with agent `a` that made a swarm, and one with agent `b` in it. */
async function openTwo(place, topology = 'star') {
  const a = await Program.open(place, 'legacy', 'first');
  const b = await Program.open(place, 'modern', 'second');
  await a.tool('swarm_init', { topology, name: 'hive' });
  await a.tool('agent_spawn', { type: 'coordinator', name: 'a' });
  await b.tool('agent_spawn', { type: 'coder', name: 'b' });
  return [a, b];
}

const refused = (promise, ...patterns) =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof ToolError, error.stack);
    for (const pattern of patterns) assert.match(error.message, pattern);
    return true;
  });

test('one program makes tasks, the other waits for them and gets them in the order of urgency', async (t) => {
  const [a, b] = await openTwo(makePlace(t));
  const waiting = b.tool('task_claim', { agentId: 'b', wait: 30 });
  assert.ok(await isStillOut(waiting, b), 'there is nothing yet');
  const first = await a.tool('task_orchestrate', { task: 'gather nectar', body: 'from the lime tree' });
  const claim = await waiting;
  assert.equal(claim.taskId, first.taskId);
  assert.equal(claim.body, 'from the lime tree');

  const low = await a.tool('task_orchestrate', { task: 'sweep', priority: 'low' });
  const high = await a.tool('task_orchestrate', { task: 'defend', priority: 'critical' });
  const after = await a.tool('task_orchestrate', {
    task: 'count',
    priority: 'critical',
    dependencies: [first.taskId],
  });
  assert.equal(after.state, 'blocked');
  await b.tool('task_update', { taskId: claim.taskId, epoch: claim.epoch, state: 'succeeded', result: '3 g' });
  const order = [];
  for (;;) {
    const { claimed, taskId, epoch } = await b.tool('task_claim', { agentId: 'b' });
    if (!claimed) break;
    order.push(taskId);
    await b.tool('task_update', { taskId, epoch, state: 'succeeded' });
  }
  assert.deepEqual(order, [high.taskId, after.taskId, low.taskId]);
  assert.equal((await a.tool('task_results', { taskId: first.taskId })).result, '3 g');
  const { agents } = await a.tool('agent_list');
  assert.deepEqual(
    agents.map(({ name, client }) => [name, client]),
    [
      ['a', 'first'],
      ['b', 'second'],
    ],
  );
});

test('the task of a program that is killed is claimed again with a higher epoch; its late report is refused', async (t) => {
  const place = makePlace(t);
  const [a, b] = await openTwo(place);
  const c = await Program.open(place, 'legacy', 'third');
  await c.tool('agent_spawn', { type: 'coder', name: 'c' });
  const { taskId } = await a.tool('task_orchestrate', { task: 'gather' });
  const lost = await b.tool('task_claim', { agentId: 'b' });
  assert.equal(lost.taskId, taskId);
  const waiting = c.tool('task_claim', { agentId: 'c', wait: 30 });
  assert.ok(await isStillOut(waiting, c));

  const taken = timed(waiting);
  b.kill();
  const { value: again, ms } = await taken;
  t.diagnostic(`claimed again ${ms.toFixed(0)} ms after the kill`);
  assert.equal(again.taskId, taskId);
  assert.equal(again.epoch, lost.epoch + 1);
  // By the end of the process, and not by any time-out: the shortest is 30 s.
  assert.ok(ms < 15_000, `${ms} ms`);

  // The dead one's model comes back with another server, and does not know.
  const back = await Program.open(place, 'modern', 'second');
  const cName = (await c.tool('agent_list', { agentId: 'c' })).agents[0].agentId;
  for (const state of ['progress', 'succeeded', 'failed', 'released'])
    await refused(
      back.tool('task_update', { taskId, epoch: lost.epoch, state, note: 'late' }),
      new RegExp(`epoch ${lost.epoch} `),
      new RegExp(cName),
      new RegExp(`epoch ${again.epoch}`),
    );
  await c.tool('task_update', { taskId, epoch: again.epoch, state: 'succeeded', result: 'in time' });
  const { state, result } = await back.tool('task_results', { taskId });
  assert.deepEqual([state, result], ['succeeded', 'in time']);
  await refused(back.tool('task_update', { taskId, epoch: lost.epoch, state: 'succeeded', result: 'late' }), /already/);
  assert.equal((await a.tool('task_results', { taskId })).result, 'in time');
});

test("a lease keeps the other program's edit off until its holder has left", async (t) => {
  const place = makePlace(t);
  const [a, b] = await openTwo(place);
  const file = path.join(place.project, 'comb.cc');
  writeFileSync(file, '// wax\n');
  await a.tool('lease_acquire', { agentId: 'a', paths: ['*.cc'] });

  // What a client's hook is given before an edit, as Claude Code says it.
  const edit = (session, filePath) => ({
    session_id: `session-of-${session}`,
    transcript_path: path.join(place.user, 'transcript.jsonl'),
    cwd: place.project,
    permission_mode: 'default',
    hook_event_name: 'PreToolUse',
    tool_name: 'Edit',
    tool_input: { file_path: filePath, old_string: 'wax', new_string: 'honey' },
    tool_use_id: 'toolu_01',
  });
  const hook = async (...planned) => {
    const { code, stdout, stderr } = await run(place, ['hook', 'pre-edit'], { input: JSON.stringify(edit(...planned)) });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  const isDenial = ({ hookSpecificOutput: output }) => {
    assert.equal(output.hookEventName, 'PreToolUse');
    assert.equal(output.permissionDecision, 'deny');
    assert.match(output.permissionDecisionReason, /ag_[0-9a-z]+/, 'the holder is named');
  };

  isDenial(await b.tool('lease_check', { path: file, agentId: 'b' }));
  isDenial(await b.tool('lease_check', { path: 'comb.cc', session: 'session-of-second' }));
  isDenial(await hook('second', file));
  isDenial(await hook('second', 'comb.cc'));
  assert.deepEqual(await a.tool('lease_check', { path: file, agentId: 'a' }), {}, 'its own');
  assert.deepEqual(await hook('first', file), {}, 'its own');
  assert.deepEqual(await hook('second', path.join(place.project, 'comb.h')), {}, 'another file');
  const { granted, blockedBy } = await b.tool('lease_acquire', { agentId: 'b', paths: ['comb.cc'] });
  assert.equal(granted, false);
  assert.equal(blockedBy[0].name, 'a');

  const waiting = b.tool('lease_acquire', { agentId: 'b', paths: ['comb.cc'], wait: 30 });
  assert.ok(await isStillOut(waiting, b));
  const [{ value: got, ms }] = await Promise.all([timed(waiting), a.close()]);
  t.diagnostic(`leased ${ms.toFixed(0)} ms after the holder began to close`);
  assert.equal(got.granted, true);
  assert.deepEqual(await hook('second', file), {});
  assert.deepEqual(await b.tool('lease_check', { path: file, agentId: 'b' }), {});
  isDenial(await hook('first', file));
});

test('messages go where the topology lets them, and wake who waits for them in the other program', async (t) => {
  const [hub, spoke] = await openTwo(makePlace(t), 'star');
  await spoke.tool('agent_spawn', { type: 'coder', name: 'c' });
  const waiting = spoke.tool('inbox', { agentId: 'b', wait: 30 });
  assert.ok(await isStillOut(waiting, spoke));
  const sent = await hub.tool('message_send', { from: 'a', to: 'b', subject: 'lime tree', body: 'in bloom' });
  const { value, ms } = await timed(waiting);
  t.diagnostic(`woken ${ms.toFixed(1)} ms after the sender's answer`);
  const [message] = value.messages;
  assert.deepEqual([message.name, message.subject, message.body], ['a', 'lime tree', 'in bloom']);

  await refused(spoke.tool('message_send', { from: 'b', to: 'c', body: 'psst' }), /star/, /hub/, /"a"/);
  const answer = { from: 'b', to: 'a', thread: sent.thread, body: 'on my way' };
  await spoke.tool('message_send', answer);
  const { messages } = await hub.tool('inbox', { agentId: 'a', thread: sent.thread });
  assert.deepEqual(
    messages.map(({ name, body }) => [name, body]),
    [['b', 'on my way']],
  );
  const all = await hub.tool('message_send', { from: 'a', to: 'all', body: 'home by dusk' });
  assert.deepEqual(all.delivered.map(({ name }) => name).sort(), ['b', 'c']);
  const acknowledged = await spoke.tool('inbox', { agentId: 'b', ack: [message.messageId] });
  assert.equal(acknowledged.acknowledged, 1);
});

test('a waiting claim that is cancelled is not answered, and takes nothing', async (t) => {
  const place = makePlace(t);
  const [a, b] = await openTwo(place);
  for (const program of [a, b]) {
    const abort = new AbortController();
    const agentId = program === a ? 'a' : 'b';
    const call = { name: 'task_claim', arguments: { agentId, wait: 60 } };
    const waiting = program.client.callTool(
      call,
      ...(program === a ? [undefined, { signal: abort.signal }] : [{ signal: abort.signal }]),
    );
    assert.ok(await isStillOut(waiting, program));
    abort.abort('changed my mind');
    await assert.rejects(waiting, /changed my mind/);
  }
  const { taskId } = await a.tool('task_orchestrate', { task: 'gather' });
  assert.equal((await a.tool('task_status', { taskId })).tasks[0].state, 'ready', 'nobody waits any more');

  // The same line by line: no answer to the cancelled call, ever.
  const server = await Server.open(place);
  await server.tool('task_claim', { agentId: 'b', taskId });
  await server.tool('agent_spawn', { type: 'coder', name: 'd' });
  server.send(toolCall('waits', 'task_claim', { agentId: 'd', wait: 60 }));
  await server.ping();
  server.send(notification('notifications/cancelled', { requestId: 'waits', reason: 'changed my mind' }));
  const other = await server.tool('task_orchestrate', { task: 'store' });
  assert.equal((await server.tool('task_status', { taskId: other.taskId })).tasks[0].state, 'ready');
  assert.deepEqual(await server.end(), []);
});

test('at the end of input a waiting claim, lease and inbox are answered at once', async (t) => {
  const place = makePlace(t);
  const [a] = await openTwo(place);
  await a.tool('lease_acquire', { agentId: 'a', paths: ['comb.cc'] });
  const server = await Server.open(place);
  await server.tool('agent_spawn', { type: 'coder', name: 'c' });
  const ended = timed(
    Promise.all([
      server.tool('task_claim', { agentId: 'c', wait: 60 }),
      server.tool('lease_acquire', { agentId: 'c', paths: ['comb.cc'], wait: 60 }),
      server.tool('inbox', { agentId: 'c', wait: 60 }),
    ]),
  );
  await server.tool('swarm_status');
  assert.deepEqual(await server.end(), []);
  const { value, ms } = await ended;
  assert.deepEqual(
    [value[0].claimed, value[1].granted, value[2].messages],
    [false, false, []],
  );
  assert.ok(ms < 30_000, `${ms} ms`);
});
