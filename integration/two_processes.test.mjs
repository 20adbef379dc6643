// Two servers on one project, as two clients on one machine start them: neither loses what the other wrote, and what one
// has acknowledged the other sees.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Server, ToolError, makePlace, toolCall } from './support.mjs';

const openTwo = async (place) => [await Server.open(place), await Server.open(place)];

test('increments with ifVersion from both lose no update', async (t) => {
  const place = makePlace(t);
  const servers = await openTwo(place);
  const kKeys = 4;
  const kEach = 60;
  let conflicts = 0;
  await servers[0].memory('store', { key: 'warm', value: '' });
  for (let k = 0; k < kKeys; k++) await servers[k % 2].memory('store', { key: `count-${k}`, value: '0' });

  const increment = async (server, key) => {
    for (;;) {
      const { value, version } = await server.memory('retrieve', { key });
      try {
        return await server.memory('store', { key, value: `${Number(value) + 1}`, ifVersion: version });
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        assert.match(error.message, /version/);
        conflicts++;
      }
    }
  };
  const worker = async (server, key) => {
    for (let i = 0; i < kEach; i++) await increment(server, key);
  };
  // Each server counts on each key, so that they collide.
  await Promise.all(servers.flatMap((server) => Array.from({ length: kKeys }, (_, k) => worker(server, `count-${k}`))));

  for (const server of servers)
    for (let k = 0; k < kKeys; k++) {
      const { value, version } = await server.memory('retrieve', { key: `count-${k}` });
      assert.equal(value, `${2 * kEach}`);
      assert.equal(version, 2 * kEach + 1, 'every store has raised the version by one');
    }
  assert.ok(conflicts > 0, 'the two never met');
  t.diagnostic(`${conflicts} conflicts`);
  for (const server of servers) await server.end();
});

test('of two that create the same key only one succeeds', async (t) => {
  const servers = await openTwo(makePlace(t));
  for (let i = 0; i < 50; i++) {
    const outcomes = await Promise.allSettled(
      servers.map((server, n) => server.memory('store', { key: `k${i}`, value: `${n}`, ifVersion: 0 })),
    );
    assert.deepEqual(outcomes.map((outcome) => outcome.status).sort(), ['fulfilled', 'rejected']);
    const winner = outcomes.findIndex((outcome) => outcome.status === 'fulfilled');
    for (const server of servers) assert.equal((await server.memory('retrieve', { key: `k${i}` })).value, `${winner}`);
  }
});

test('thousands of pipelined writes from both are all there', async (t) => {
  const place = makePlace(t);
  const servers = await openTwo(place);
  const kEach = 2000;
  await Promise.all(
    servers.map(async (server, n) => {
      const answers = Array.from({ length: kEach }, (_, i) => server.response(i));
      for (let i = 0; i < kEach; i++)
        server.send(
          toolCall(i, 'memory_usage', {
            action: 'store',
            key: `${n}-${i}`,
            value: `value ${n} ${i}`,
            namespace: `ns${i % 3}`,
          }),
        );
      for (const answer of await Promise.all(answers)) assert.ok(!answer.result.isError, JSON.stringify(answer));
    }),
  );
  const third = await Server.open(place);
  for (const server of [...servers, third])
    await Promise.all(
      Array.from({ length: 2 * kEach }, async (_, i) => {
        const [n, k] = [i % 2, i >> 1];
        const { value } = await server.memory('retrieve', { key: `${n}-${k}`, namespace: `ns${k % 3}` });
        assert.equal(value, `value ${n} ${k}`);
      }),
    );
  for (const server of [...servers, third]) await server.end();
});

test('what one has acknowledged the other sees at once, whatever it had read before', async (t) => {
  const servers = await openTwo(makePlace(t));
  for (let i = 0; i < 100; i++) {
    const [writer, reader] = i % 2 ? servers : [...servers].reverse();
    await writer.memory('store', { key: 'k', value: `${i}` });
    assert.equal((await reader.memory('retrieve', { key: 'k' })).value, `${i}`);
    assert.equal((await writer.memory('retrieve', { key: 'k' })).value, `${i}`);
  }
  const [one, other] = servers;
  const keys = async () => (await other.memory('list', { namespace: 'l' })).entries.map((entry) => entry.key);
  assert.deepEqual(await keys(), []);
  await one.memory('store', { key: 'b', value: 'the swallow', namespace: 'l' });
  await one.memory('store', { key: 'a', value: 'the bee', namespace: 'l' });
  assert.deepEqual(await keys(), ['a', 'b']);
  assert.deepEqual(
    (await other.tool('memory_search', { pattern: 'swallow' })).entries.map((entry) => entry.key),
    ['b'],
  );
  await one.memory('delete', { key: 'a', namespace: 'l' });
  assert.deepEqual(await keys(), ['b']);
  const { swarmId } = await one.tool('swarm_init', { topology: 'star', name: 'seen' });
  await other.tool('agent_spawn', { type: 'tester', name: 'eve', swarmId: 'seen' });
  const { agents } = await one.tool('agent_list', { swarmId });
  assert.deepEqual(
    agents.map((agent) => agent.name),
    ['eve'],
  );
});

test('one killed in the middle of its writes does not hold up the other', async (t) => {
  const place = makePlace(t);
  const kEach = 3000;
  const send = (server, n) => {
    for (let i = 0; i < kEach; i++)
      server.send(toolCall(i, 'memory_usage', { action: 'store', key: `${n}-${i}`, value: `${n} ${i}`.repeat(50) }));
  };
  for (let round = 0; round < 5; round++) {
    const [victim, survivor] = await openTwo(place);
    const answers = Array.from({ length: kEach }, (_, i) => survivor.response(i));
    send(victim, `victim-${round}`);
    send(survivor, `survivor-${round}`);
    const acknowledged = [];
    for (let i = 0; i < 20 * (round + 1); i++) acknowledged.push((await victim.next()).id);
    victim.kill('SIGKILL');
    await victim.exit;
    acknowledged.push(...victim.takeAll().map((answer) => answer.id));
    for (const answer of await Promise.all(answers)) assert.ok(!answer.result.isError, JSON.stringify(answer));
    for (const i of acknowledged)
      assert.equal(
        (await survivor.memory('retrieve', { key: `victim-${round}-${i}` })).value,
        `victim-${round} ${i}`.repeat(50),
      );
    await survivor.end();
  }
});
