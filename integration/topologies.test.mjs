// The same script under each topology: two clients, a lead under another and three workers, twelve tasks, of which each agent takes
// one at a time in turns. Who did what is printed, and what differs is held.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Server, ToolError, makePlace } from './support.mjs';

const kTasks = Array.from({ length: 12 }, (_, i) => `t${i + 1}`);
/** Agents in the order in which they are spawned, with their leads, and how many turns they take over one task. */
const kAgents = [
  { name: 'north', type: 'coordinator', turns: 3 },
  { name: 'south', type: 'coordinator', parent: 'north', turns: 3 },
  { name: 'n1', type: 'coder', parent: 'north', turns: 1 },
  { name: 'n2', type: 'coder', parent: 'north', turns: 1 },
  { name: 's1', type: 'coder', parent: 'south', turns: 2 },
];
const kNames = kAgents.map(({ name }) => name);
const leadOf = (name) => kAgents.find((agent) => agent.name === name).parent;
/** What a hierarchy has for links. */
const kLinks = kAgents.filter(({ parent }) => parent).map(({ name, parent }) => [parent, name]);

/** A swarm whose agents live in two servers by turns. Returns both, and for each agent its own. */
async function openSwarm(place, topology) {
  const servers = [await Server.open(place), await Server.open(place)];
  await servers[0].tool('swarm_init', { topology, name: 'hive' });
  const serverOf = {};
  for (const [i, { name, type, parent }] of kAgents.entries()) {
    serverOf[name] = servers[i % 2];
    await serverOf[name].tool('agent_spawn', { type, name, parent });
  }
  return { servers, serverOf };
}

/** Who may write to whom, as pairs. */
async function reach(serverOf) {
  const pairs = [];
  for (const from of kNames)
    for (const to of kNames.filter((name) => name !== from))
      try {
        await serverOf[from].tool('message_send', { from, to, body: 'hello' });
        pairs.push(`${from}-${to}`);
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        assert.match(error.message, /reach|may write/);
      }
  return pairs.sort();
}

/**
 * The script: the tasks are made; then, turn after turn, each agent who is free claims one, and who has worked long enough
 * reports it. Returns what was claimed, in order: {agent, title, stage, queue}, where `queue` is the name of the agent in
 * whose queue the task lay before; and the tasks as they were listed at first.
 */
async function work({ servers, serverOf }) {
  const [first] = servers;
  for (const task of kTasks) await first.tool('task_orchestrate', { task });
  const { agents } = await first.tool('agent_list');
  const nameOf = Object.fromEntries(agents.map(({ agentId, name }) => [agentId, name]));
  const queues = async () =>
    Object.fromEntries(
      (await first.tool('task_status', { state: 'ready' })).tasks.map(({ title, queue }) => [title, nameOf[queue]]),
    );
  const dealt = await queues();

  const claims = [];
  const busy = new Map();
  for (let idle = 0; idle < kAgents.length; ) {
    idle = 0;
    for (const { name, turns } of kAgents) {
      const server = serverOf[name];
      if (!busy.has(name)) {
        const lay = await queues();
        const { claimed, taskId, epoch, title, stage } = await server.tool('task_claim', { agentId: name });
        if (!claimed) {
          idle++;
          continue;
        }
        claims.push({ agent: name, title, stage, queue: lay[title], lay });
        busy.set(name, { taskId, epoch, left: turns });
      }
      const { taskId, epoch, left } = busy.get(name);
      if (left > 1) {
        busy.get(name).left--;
      } else {
        busy.delete(name);
        await server.tool('task_update', { taskId, epoch, state: 'succeeded', result: `by ${name}` });
      }
    }
  }
  const { counts } = await servers[1].tool('task_status');
  assert.equal(counts.succeeded, kTasks.length, 'all were done');
  return { claims, dealt };
}

const tasksOf = (claims, name) => claims.filter(({ agent }) => agent === name).map(({ title }) => title);

const table = (t, claims, pairs) => {
  for (const name of kNames) t.diagnostic(`${name.padEnd(6)} ${tasksOf(claims, name).join(' ')}`);
  t.diagnostic(`messages: ${pairs.join(' ')}`);
};

const bothWays = (...pairs) => pairs.flatMap(([a, b]) => [`${a}-${b}`, `${b}-${a}`]).sort();
const everyPair = kNames.flatMap((a) => kNames.filter((b) => b !== a).map((b) => `${a}-${b}`)).sort();

const kHeld = {
  /** One queue, first come: whoever is free takes the oldest, so that who is quick does more. */
  star({ claims, dealt, pairs }) {
    assert.ok(Object.values(dealt).every((queue) => queue === undefined), 'no agent has a queue');
    assert.deepEqual(
      claims.map(({ title }) => title),
      kTasks,
    );
    assert.ok(tasksOf(claims, 'n1').length > tasksOf(claims, 'north').length);
    assert.deepEqual(pairs, bothWays(...kNames.slice(1).map((name) => ['north', name])));
  },

  /** Dealt out evenly; own queue first, then the longest of the others. */
  mesh({ claims, dealt, pairs }) {
    const sizes = kNames.map((name) => Object.values(dealt).filter((queue) => queue === name).length);
    assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `dealt out evenly: ${sizes}`);
    for (const { agent, queue, lay } of claims) {
      const length = (name) => Object.values(lay).filter((each) => each === name).length;
      if (length(agent) > 0) {
        assert.equal(queue, agent, 'its own first');
      } else {
        assert.equal(length(queue), Math.max(...kNames.map(length)), 'then of the longest queue');
      }
    }
    assert.ok(claims.some(({ agent, queue }) => agent !== queue), 'somebody stole');
    assert.deepEqual(pairs, everyPair);
  },

  /** What a lead was given only its team does, however idle the other one is. */
  hierarchical({ claims, dealt, pairs }) {
    assert.deepEqual([...new Set(Object.values(dealt))].sort(), ['north', 'south']);
    for (const { agent, title } of claims)
      assert.ok([agent, leadOf(agent)].includes(dealt[title]), `${agent} did ${title}, which ${dealt[title]} was given`);
    assert.deepEqual(pairs, bothWays(...kLinks));
  },

  /** Each task is done by each agent, in their order. */
  ring({ claims, pairs }) {
    assert.equal(claims.length, kTasks.length * kAgents.length);
    for (const task of kTasks) {
      const stages = claims.filter(({ title }) => title === task);
      assert.deepEqual(
        stages.map(({ agent, stage }) => [agent, stage]),
        kNames.map((name, i) => [name, `${i + 1}/${kNames.length}`]),
      );
    }
    assert.deepEqual(pairs, bothWays(...kNames.map((name, i) => [name, kNames[(i + 1) % kNames.length]])));
  },
};

for (const [topology, hold] of Object.entries(kHeld))
  test(`twelve tasks in a ${topology}`, async (t) => {
    const swarm = await openSwarm(makePlace(t), topology);
    const pairs = await reach(swarm.serverOf);
    const { claims, dealt } = await work(swarm);
    table(t, claims, pairs);
    hold({ claims, dealt, pairs });
    for (const server of swarm.servers) await server.end();
  });

test('in a hierarchy and a ring a task that is asked for by its id is refused with the reason', async (t) => {
  const place = makePlace(t);
  for (const [topology, reason] of [
    ['hierarchical', /given to lead ag_\w+.*that team/],
    ['ring', /stage 1 of 5 is ag_\w+'s/],
  ]) {
    const { servers, serverOf } = await openSwarm(place, topology);
    const { taskId } = await servers[0].tool('task_orchestrate', { task: 'north does it' });
    await assert.rejects(serverOf.s1.tool('task_claim', { agentId: 's1', taskId }), reason);
    await servers[0].tool('swarm_destroy', { swarmId: 'hive' });
    for (const server of servers) await server.end();
  }
});

test('an adaptive swarm in which much fails becomes a hierarchy, and says why', async (t) => {
  const { servers, serverOf } = await openSwarm(makePlace(t), 'adaptive');
  const [server] = servers;
  const before = await server.tool('swarm_status');
  assert.notEqual(before.mode, 'hierarchical');
  for (let i = 0; i < 24; i++) {
    const agentId = kNames[i % kNames.length];
    await server.tool('task_orchestrate', { task: `try ${i}`, maxAttempts: 1 });
    const { taskId, epoch } = await serverOf[agentId].tool('task_claim', { agentId });
    // Every other attempt of each agent fails: not so many in a row that it gets no more work.
    const state = i % 10 < 5 ? 'failed' : 'succeeded';
    await serverOf[agentId].tool('task_update', { taskId, epoch, state });
  }
  // Its figures are looked at every ten seconds: somebody waits for work that long.
  const nothing = await server.tool('task_claim', { agentId: 'n1', wait: 11 });
  assert.equal(nothing.claimed, false);
  await server.tool('task_orchestrate', { task: 'the next one' });
  await server.tool('task_claim', { agentId: 'n1' });
  const after = await servers[1].tool('swarm_status');
  assert.equal(after.topology, 'adaptive');
  assert.equal(after.mode, 'hierarchical');
  assert.equal(after.switches.length, 1);
  const [change] = after.switches;
  t.diagnostic(`${change.from} → ${change.to}: ${change.reason}`);
  assert.deepEqual([change.from, change.to], [before.mode, 'hierarchical']);
  assert.match(change.reason, /failure rate 5\d % of 24 attempts, queue wait [\d.]+ s over 24 tasks, utilisation \d+ % of 5/);
  // From now on only the team of the lead that was given a task may have it.
  assert.deepEqual(await reach(serverOf), bothWays(...kLinks));
  for (const each of servers) await each.end();
});
