// Who wants to know what changes is told, by whichever process it was changed; and not more often than helps.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Inbox, Program, figures, kEras } from './clients.mjs';
import { Server, makePlace, modernParams, notification, request } from './support.mjs';

const kUpdated = 'notifications/resources/updated';
const kListChanged = 'notifications/resources/list_changed';
const key = (name) => `skep://memory/n/${name}`;

/** A client that hears of changes: `updated` are the URIs, `listed` has one for each change of the list. */
async function openListener(place, era) {
  const updated = new Inbox();
  const listed = new Inbox();
  const program = await Program.open(place, era, {
    on: {
      [kUpdated]: ({ uri }) => updated.push({ uri, at: performance.now() }),
      [kListChanged]: () => listed.push(performance.now()),
    },
  });
  return Object.assign(program, {
    updated,
    listed,
    /** Subscribes as the era does; what ends it. */
    async follow(...uris) {
      if (era === 'modern') {
        const subscription = await program.client.listen({ resourceSubscriptions: uris });
        assert.deepEqual(subscription.honoredFilter, { resourceSubscriptions: uris });
        return () => subscription.close();
      }
      for (const uri of uris) await program.client.subscribeResource({ uri });
      return async () => {
        for (const uri of uris) await program.client.unsubscribeResource({ uri });
      };
    },
    async followList() {
      if (era === 'modern') await program.client.listen({ resourcesListChanged: true });
      else await program.client.listResources();
    },
  });
}

for (const era of kEras) {
  test(`${era}: a change is told, made here or in another process, and nothing after the end`, async (t) => {
    const place = makePlace(t);
    const client = await openListener(place, era);
    const writer = await Server.open(place);
    const store = (by, name, value) => by.memory('store', { key: name, value, namespace: 'n' });
    await store(client, 'a', '0');
    const end = await client.follow(key('a'), key('b'), 'skep://swarms');
    await store(client, 'a', '1');
    assert.equal((await client.updated.next()).uri, key('a'));
    await store(writer, 'b', '1');
    assert.equal((await client.updated.next()).uri, key('b'), 'what was not there is there');
    await writer.memory('delete', { key: 'b', namespace: 'n' });
    assert.equal((await client.updated.next()).uri, key('b'), 'what was there is not');
    await writer.tool('swarm_init', { topology: 'star', name: 'hive' });
    assert.equal((await client.updated.next()).uri, 'skep://swarms');

    // What nobody follows, and what is the same again, is not told: the next one told is another.
    await store(writer, 'c', '1');
    await store(writer, 'a', '1');
    await store(writer, 'b', '2');
    assert.equal((await client.updated.next()).uri, key('b'));

    await end();
    const witness = await openListener(place, era);
    await witness.follow(key('b'));
    await store(writer, 'b', '3');
    await witness.updated.next();
    await store(client, 'b', '4');
    await witness.updated.next();
    assert.deepEqual(await client.read(key('b')), '4');
    assert.equal(client.updated.size, 0);
  });

  test(`${era}: every kind of resource tells its changes`, async (t) => {
    const place = makePlace(t);
    const client = await openListener(place, era);
    const writer = await Server.open(place);
    await writer.tool('swarm_init', { topology: 'mesh', name: 'hive' });
    for (const name of ['ada', 'alan']) await writer.tool('agent_spawn', { type: 'coder', name });
    const { taskId } = await writer.tool('task_orchestrate', { task: 'gather' });
    const all = [
      'skep://swarms',
      'skep://agents',
      'skep://leases',
      'skep://swarm/hive',
      'skep://agent/ada',
      'skep://tasks/ready',
      `skep://task/${taskId}`,
      'skep://inbox/alan',
      key('k'),
    ];
    await client.follow(...all);
    const told = new Set();
    const tellsOf = async (act, ...uris) => {
      await act;
      for (const uri of uris) while (!told.has(uri)) told.add((await client.updated.next()).uri);
      told.clear();
    };
    await tellsOf(
      writer.tool('task_claim', { agentId: 'ada' }),
      'skep://agents',
      'skep://agent/ada',
      'skep://tasks/ready',
      `skep://task/${taskId}`,
      'skep://swarms',
    );
    await tellsOf(writer.tool('lease_acquire', { agentId: 'ada', paths: ['a'] }), 'skep://leases');
    await tellsOf(writer.tool('message_send', { from: 'ada', to: 'alan', body: 'in bloom' }), 'skep://inbox/alan');
    await tellsOf(writer.memory('store', { key: 'k', value: 'v', namespace: 'n' }), key('k'));
    await tellsOf(writer.tool('agent_spawn', { type: 'tester', name: 'eve' }), 'skep://swarm/hive');
  });

  test(`${era}: the list is told to have changed when a swarm is made, by either process`, async (t) => {
    const place = makePlace(t);
    const client = await openListener(place, era);
    const writer = await Server.open(place);
    await writer.memory('store', { key: 'warm', value: '' });
    await client.followList();
    for (const [i, by] of [client, writer, client, writer].entries()) {
      await by.tool('swarm_init', { topology: 'star', name: `swarm ${i}` });
      await client.listed.next();
      const { resources } = await client.client.listResources();
      assert.equal(resources.filter(({ uri }) => uri.startsWith('skep://swarm/')).length, i + 1);
    }
    assert.equal(client.listed.size, 0);
    assert.equal(client.updated.all.length, 0);
  });

  test(`${era}: what one process has acknowledged the other's client hears of soon`, async (t) => {
    const place = makePlace(t);
    const client = await openListener(place, era);
    const writer = await Server.open(place);
    await writer.memory('store', { key: 'k', value: '', namespace: 'n' });
    await client.follow(key('k'));
    const delays = [];
    for (let i = 0; i < 100; i++) {
      const heard = client.updated.next();
      await writer.memory('store', { key: 'k', value: `${i}`, namespace: 'n' });
      const acknowledged = performance.now();
      delays.push(Math.max(0, (await heard).at - acknowledged));
    }
    t.diagnostic(`from the writer's answer to the other's notification: ${figures(delays)}`);
    delays.sort((a, b) => a - b);
    // Not by the slow look that stands behind the watch, which comes every 250 ms.
    assert.ok(delays[50] < 200, `${delays[50]} ms`);
  });

  test(`${era}: of a thousand quick writes a client hears seldom, but of the last one`, async (t) => {
    const place = makePlace(t);
    const client = await openListener(place, era);
    const writer = await Server.open(place);
    await writer.memory('store', { key: 'k', value: '', namespace: 'n' });
    await client.follow(key('k'));
    const began = performance.now();
    const kWrites = 1000;
    const last = (
      await Promise.all(
        Array.from({ length: kWrites }, (_, i) => writer.memory('store', { key: 'k', value: `${i}`, namespace: 'n' })),
      )
    ).at(-1);
    const took = performance.now() - began;
    assert.equal(last.version, kWrites + 1);
    // That which comes after the last write may have come before its answer.
    const value = () => client.read(key('k'));
    let heard = await client.updated.next();
    while ((await value()) !== `${kWrites - 1}` || client.updated.size > 0) heard = await client.updated.next();
    const count = client.updated.all.length;
    const late = Math.max(0, heard.at - began - took).toFixed(1);
    t.diagnostic(`${kWrites} writes in ${took.toFixed(0)} ms: ${count} notifications, the last ${late} ms later`);
    assert.ok(count <= 2 + (heard.at - began) / 10, `${count} in ${took} ms`);
    assert.ok(count < kWrites / 5);
  });
}

test('a slow client is not drowned, and hears of the latest state once it reads again', async (t) => {
  const place = makePlace(t);
  const slow = new Server(place, { paused: true });
  const writer = await Server.open(place);
  const kKeys = 200;
  const kRounds = 120;
  const uris = Array.from({ length: kKeys }, (_, i) => key(`k${i}`));
  slow.send(
    request('i', 'initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'slow', version: '1' },
    }),
  );
  slow.send(
    notification('notifications/initialized'),
    ...uris.map((uri, i) => request(i, 'resources/subscribe', { uri })),
  );
  // A witness, who hears of it when the server has looked.
  const witness = await Server.open(place);
  await witness.request('resources/subscribe', { uri: uris[0] });
  for (let round = 0; round < kRounds; round++) {
    await Promise.all(uris.map((_, i) => writer.memory('store', { key: `k${i}`, value: `${round}`, namespace: 'n' })));
    while ((await witness.next()).method !== kUpdated);
  }
  slow.send(request('marker', 'ping'));
  await writer.ping();

  const before = [];
  slow.read();
  for (;;) {
    const message = await slow.next();
    if (message.id === 'marker') break;
    if (message.method) before.push(message.params.uri);
  }
  const missing = new Set(uris);
  let after = 0;
  while (missing.size > 0) {
    missing.delete((await slow.next()).params.uri);
    ++after;
  }
  t.diagnostic(`${kKeys * kRounds} writes: ${before.length} notifications while it did not read, ${after} afterwards`);
  // What the pipe and the server's bound have room for.
  assert.ok(before.length < 5000, `${before.length}`);
  assert.ok(after <= 2 * kKeys, `${after}`);
  await slow.end();
});

// --- Line by line ------------------------------------------------------------------

const kSubscription = 'io.modelcontextprotocol/subscriptionId';
const listen = (id, notifications) => request(id, 'subscriptions/listen', modernParams({ notifications }));

test('listening is acknowledged first, tagged with its id, and answered at the end', async (t) => {
  const server = new Server(makePlace(t));
  for (const id of ['l', 7]) {
    server.send(
      listen(id, {
        resourceSubscriptions: [key('k'), 'skep://nothing', 'file:///x'],
        resourcesListChanged: true,
        toolsListChanged: true,
        promptsListChanged: true,
      }),
    );
    const { method, params } = await server.next();
    assert.equal(method, 'notifications/subscriptions/acknowledged');
    assert.deepEqual(params._meta, { [kSubscription]: id });
    assert.deepEqual(params.notifications, { resourceSubscriptions: [key('k')], resourcesListChanged: true });
  }
  await server.request(
    'tools/call',
    modernParams({ name: 'memory_usage', arguments: { action: 'store', key: 'k', value: 'v', namespace: 'n' } }),
  );
  await server.request('tools/call', modernParams({ name: 'swarm_init', arguments: { topology: 'star' } }));
  const told = [];
  for (let i = 0; i < 4; i++) told.push(await server.next());
  assert.deepEqual(told.map(({ method, params }) => `${method} ${params._meta[kSubscription]} ${params.uri}`).sort(), [
    `${kListChanged} 7 undefined`,
    `${kListChanged} l undefined`,
    `${kUpdated} 7 ${key('k')}`,
    `${kUpdated} l ${key('k')}`,
  ]);
  // One is cancelled, and hears no more, not even an answer; the other is answered when the session ends.
  server.send(notification('notifications/cancelled', { requestId: 'l' }));
  await server.request(
    'tools/call',
    modernParams({ name: 'memory_usage', arguments: { action: 'store', key: 'k', value: 'w', namespace: 'n' } }),
  );
  assert.equal((await server.next()).params._meta[kSubscription], 7);
  const [{ id, result }, ...rest] = await server.end();
  assert.deepEqual(rest, []);
  assert.equal(id, 7);
  assert.equal(result.resultType, 'complete');
  assert.equal(result._meta[kSubscription], 7);
});

test('there is an end to what one session may follow', async (t) => {
  const server = await Server.open(makePlace(t));
  for (let i = 0; i < 256; i++) await server.request('resources/subscribe', { uri: key(`k${i}`) });
  await server.request('resources/subscribe', { uri: key('k0') });
  await assert.rejects(server.request('resources/subscribe', { uri: key('more') }), { code: -32602 });
  await server.request('resources/unsubscribe', { uri: key('k0') });
  await server.request('resources/unsubscribe', { uri: key('k0') });
  await server.request('resources/subscribe', { uri: key('more') });
  for (const method of ['resources/subscribe', 'resources/unsubscribe']) {
    await assert.rejects(server.request(method, { uri: 'skep://nothing' }), { code: -32002 });
    await assert.rejects(server.request(method, {}), { code: -32602 });
  }
  const other = new Server(makePlace(t));
  for (let i = 0; i < 16; i++) other.send(listen(i, { resourcesListChanged: true }));
  for (let i = 0; i < 16; i++) assert.equal((await other.next()).params._meta[kSubscription], i);
  other.send(listen(16, { resourcesListChanged: true }));
  assert.equal((await other.next()).error.code, -32602);
  for (const wrong of [undefined, [], { resourceSubscriptions: 'all' }, { resourceSubscriptions: [7] }]) {
    other.send(listen('w', wrong));
    assert.equal((await other.next()).error.code, -32602);
  }
  assert.equal((await other.end()).length, 16, 'each is answered at the end');
});
