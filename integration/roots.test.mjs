// A client of the legacy era is asked where it works, and is told when that is elsewhere than its server.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';

import { Inbox, Program } from './clients.mjs';
import { Server, filesBelow, initializeParams, makePlace, notification } from './support.mjs';

/** A client that works in the directories of `roots`, which may change, and notes how often it was asked. */
async function openWithRoots(place, roots, answered = Promise.resolve()) {
  const asked = new Inbox();
  const logged = new Inbox();
  const program = await Program.open(place, 'legacy', {
    capabilities: { roots: { listChanged: true } },
    on: {
      'roots/list': async () => {
        asked.push(Date.now());
        await answered;
        return { roots: roots.map((directory) => ({ uri: pathToFileURL(directory).href, name: 'root' })) };
      },
      'notifications/message': logged.push,
    },
  });
  return Object.assign(program, { asked, logged });
}

const isKept = (place, text) => filesBelow(place.home).some((file) => readFileSync(file).includes(text));

test('a client that has roots is asked for them once it is ready, and again when they change', async (t) => {
  const place = makePlace(t);
  const roots = [place.project];
  const client = await openWithRoots(place, roots);
  await client.asked.next();
  await client.client.sendRootsListChanged();
  await client.asked.next();
  await client.client.ping();
  assert.equal(client.asked.all.length, 2);
  assert.deepEqual(client.logged.all, []);
});

test('where it works is kept with the session of its agents, spelled as a path', async (t) => {
  const place = makePlace(t);
  const directory = path.join(place.project, 'a part of it, 100 % ü');
  mkdirSync(directory);
  const client = await openWithRoots(place, [directory, place.root]);
  await client.asked.next();
  await client.client.ping();
  await client.tool('swarm_init', { topology: 'star' });
  await client.tool('agent_spawn', { type: 'coder', name: 'ada' });
  assert.match((await client.tool('agent_list')).agents[0].client, /^integration\b/);
  await client.close();
  assert.ok(isKept(place, directory));
});

test('who works elsewhere than the server is warned', async (t) => {
  const place = makePlace(t);
  const elsewhere = path.join(place.root, 'elsewhere');
  mkdirSync(elsewhere);
  let answer;
  const roots = [elsewhere];
  const client = await openWithRoots(place, roots, new Promise((resolve) => (answer = resolve)));
  await client.client.setLoggingLevel('warning');
  answer();
  const { level, logger, data } = await client.logged.next();
  assert.equal(level, 'warning');
  assert.equal(logger, 'skep');
  assert.ok(data.includes(elsewhere) && data.includes(place.project) && data.includes('--project'), data);

  roots[0] = place.project;
  await client.client.sendRootsListChanged();
  while (client.asked.all.length < 2) await client.asked.next();
  await client.client.ping();
  assert.equal(client.logged.all.length, 1, 'all is well now');
});

test('a client without roots is not asked, and bad ones harm nobody', async (t) => {
  const place = makePlace(t);
  const mute = await Server.open(place);
  mute.send(notification('notifications/roots/list_changed'));
  await mute.ping();
  assert.deepEqual(await mute.end(), []);

  const server = new Server(place);
  await server.request('initialize', { ...initializeParams(), capabilities: { roots: {} } });
  for (const answer of [
    { result: {} },
    { result: { roots: [] } },
    { result: { roots: 'file:///' } },
    { result: { roots: [{}, { uri: 7 }, { uri: 'https://example.com/' }, { uri: 'file://relative' }] } },
    { result: { roots: [{ uri: `file:///${'x'.repeat(100_000)}` }] } },
    { result: { roots: [{ uri: 'file:///%00%ff' }] } },
    { error: { code: -32601, message: 'there is no such method' } },
  ]) {
    server.send(notification('notifications/initialized'));
    const { id, method } = await server.next();
    assert.equal(method, 'roots/list');
    server.send({ jsonrpc: '2.0', id, ...answer });
    assert.deepEqual(await server.ping(), {});
  }
  // The end of input is an answer as well.
  server.send(notification('notifications/initialized'));
  assert.equal((await server.next()).method, 'roots/list');
  assert.deepEqual(await server.end(), []);
});
