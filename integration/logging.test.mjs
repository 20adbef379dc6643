// What the program logs, for clients that ask for it: by session in the legacy era, by request in the modern one.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import test from 'node:test';

import { Inbox, Program } from './clients.mjs';
import { Server, makePlace, modernParams, request } from './support.mjs';

const kLevels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];
const kLevel = 'io.modelcontextprotocol/logLevel';

test('legacy: a session hears from its level up, and of nothing before it has set one', async (t) => {
  const place = makePlace(t);
  const logged = new Inbox();
  const { client, ...program } = await Program.open(place, 'legacy', { on: { 'notifications/message': logged.push } });
  const store = () => client.callTool({ name: 'memory_usage', arguments: { action: 'store', key: 'k', value: 'v' } });
  assert.equal(program.era, 'legacy');
  assert.ok(client.getServerCapabilities().logging);
  await store();
  await client.ping();
  assert.deepEqual(logged.all, []);
  await client.setLoggingLevel('debug');
  await store();
  const { level, logger, data } = await logged.next();
  assert.equal(level, 'debug');
  assert.equal(logger, 'skep');
  assert.equal(data, 'memory_usage begins');
  for (const level of kLevels.slice(1)) {
    await client.setLoggingLevel(level);
    await client.ping();
    logged.all.length = 0;
    await store();
    await client.ping();
    assert.deepEqual(logged.all, [], level);
  }
});

test('modern: a request hears of itself what it asks for, and of others nothing', async (t) => {
  const place = makePlace(t);
  const logged = new Inbox();
  const { client } = await Program.open(place, 'modern', { on: { 'notifications/message': logged.push } });
  assert.ok(client.getServerCapabilities().logging);
  const store = (level) =>
    client.callTool({
      name: 'memory_usage',
      arguments: { action: 'store', key: 'k', value: 'v' },
      ...(level && { _meta: { [kLevel]: level } }),
    });
  await store();
  assert.deepEqual(logged.all, []);
  for (let i = 0; i < 3; i++) {
    await store('debug');
    assert.equal((await logged.next()).data, 'memory_usage begins');
    await store();
    await store('info');
    assert.equal(logged.size, 0);
  }
});

test('line by line: what a modern request logs comes before its answer', async (t) => {
  const server = new Server(makePlace(t));
  for (const [name, args] of [
    ['memory_usage', { action: 'store', key: 'k', value: 'v' }],
    ['memory_usage', { action: 'retrieve', key: 'k' }],
    ['health_check', {}],
  ]) {
    server.send(request('c', 'tools/call', modernParams({ name, arguments: args, _meta: { [kLevel]: 'debug' } })));
    const { method, params } = await server.next();
    assert.equal(method, 'notifications/message', name);
    assert.equal(params.data, `${name} begins`);
    for (let message; (message = await server.next()).id !== 'c';)
      assert.equal(message.method, 'notifications/message');
  }
  await assert.rejects(server.request('logging/setLevel', modernParams({ level: 'debug' })), { code: -32601 });
  server.send(request('w', 'tools/call', modernParams({ name: 'health_check', _meta: { [kLevel]: 'loud' } })));
  assert.equal((await server.next()).error.code, -32602);
  assert.deepEqual(await server.end(), []);
});

test('a level that is none is refused, with those that are', async (t) => {
  const server = await Server.open(makePlace(t));
  for (const level of kLevels) assert.deepEqual(await server.request('logging/setLevel', { level }), {});
  for (const level of ['loud', '', 'DEBUG', 7, undefined])
    await assert.rejects(server.request('logging/setLevel', { level }), (error) => {
      assert.equal(error.code, -32602, String(level));
      assert.match(error.message, /emergency|required|string/);
      return true;
    });
});

test('what goes wrong is heard of as a warning, and a flood is cut short and counted', async (t) => {
  const place = makePlace(t);
  const server = await Server.open(place);
  await server.memory('store', { key: 'k', value: 'v' });
  await server.request('logging/setLevel', { level: 'warning' });
  rmSync(place.home, { recursive: true });
  await server.memory('store', { key: 'k', value: 'v' });
  const { params } = await server.next();
  assert.equal(params.level, 'warning');
  assert.match(params.data, /moved or deleted: beginning anew/);

  await server.request('logging/setLevel', { level: 'debug' });
  const began = performance.now();
  const kCalls = 500;
  await Promise.all(Array.from({ length: kCalls }, (_, i) => server.memory('store', { key: `${i}`, value: 'v' })));
  // Until the next second has begun.
  const heard = server.takeAll().filter(({ method }) => method === 'notifications/message');
  while (!/log messages left out/.test(heard.at(-1)?.params.data)) {
    if (server.takeAll().some((message) => heard.push(message) && /left out/.test(message.params?.data))) break;
    await server.memory('store', { key: 'k', value: 'v' });
  }
  const seconds = Math.ceil((performance.now() - began) / 1000) + 1;
  assert.ok(heard.length <= 22 * seconds, `${heard.length} in ${seconds} s`);
});
