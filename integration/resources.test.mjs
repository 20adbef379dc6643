// What there is to read, in both eras: listed, read, completed, and refused where there is nothing.

import assert from 'node:assert/strict';
import test from 'node:test';

import { ResourceNotFoundError } from '@modelcontextprotocol/client';

import { Program, kEras } from './clients.mjs';
import { Server, makePlace, modernParams } from './support.mjs';

/** A swarm with everything that a resource shows. */
async function makeHive(client) {
  await client.tool('swarm_init', { topology: 'mesh', name: 'hive', objective: 'make honey' });
  const ada = await client.tool('agent_spawn', { type: 'coder', name: 'ada' });
  await client.tool('agent_spawn', { type: 'tester', name: 'alan' });
  const { taskId } = await client.tool('task_orchestrate', {
    task: 'gather nectar',
    subtasks: ['fly out', 'fly home'],
    strategy: 'sequential',
  });
  const claimed = await client.tool('task_claim', { agentId: 'ada' });
  await client.tool('lease_acquire', { agentId: 'ada', paths: ['src/a.cc'] });
  await client.tool('message_send', { from: 'ada', to: 'alan', subject: 'lime tree', body: 'in bloom' });
  await client.memory('store', { key: 'plan/Übersicht 1', value: 'naïve\n"plan"', namespace: 'notes' });
  return { ada, taskId, claimed };
}

/** Every kind: its URI when it stands for one thing, its template, its URI here, and what is to be seen. */
const kinds = ({ claimed }) => [
  ['skep://swarms', null, null, ({ swarms }) => assert.equal(swarms[0].name, 'hive')],
  [
    'skep://agents',
    null,
    null,
    ({ agents }) =>
      assert.deepEqual(
        agents.map(({ name }) => name),
        ['ada', 'alan'],
      ),
  ],
  ['skep://leases', null, null, ({ leases }) => assert.equal(leases[0].path, 'src/a.cc')],
  ['skep://alerts', null, null, ({ alerts }) => assert.deepEqual(alerts, [])],
  ['skep://metrics', null, null, (text) => assert.match(text, /^# HELP skep_/m)],
  [null, 'skep://swarm/{id}', 'skep://swarm/hive', ({ objective }) => assert.equal(objective, 'make honey')],
  [null, 'skep://agent/{id}', 'skep://agent/ada', ({ task }) => assert.equal(task.taskId, claimed.taskId)],
  [null, 'skep://tasks/{state}', 'skep://tasks/claimed', ({ tasks }) => assert.equal(tasks[0].taskId, claimed.taskId)],
  [null, 'skep://task/{id}', `skep://task/${claimed.taskId}`, ({ task }) => assert.equal(task.state, 'claimed')],
  [null, 'skep://inbox/{agentId}', 'skep://inbox/alan', ({ messages }) => assert.equal(messages[0].body, 'in bloom')],
  [
    null,
    'skep://memory/{namespace}/{+key}',
    'skep://memory/notes/plan/%C3%9Cbersicht%201',
    (text) => assert.equal(text, 'naïve\n"plan"'),
  ],
];

for (const era of kEras) {
  /** Whether an error says that there is no such resource, as the era says it. */
  const notFound = (uri) => (error) => {
    assert.equal(error.code, era === 'modern' ? -32602 : -32002, `${uri}: ${error.message}`);
    assert.equal(error.data.uri, uri);
    if (era === 'modern') assert.ok(error instanceof ResourceNotFoundError);
    return true;
  };

  test(`${era}: every kind of resource is listed and can be read`, async (t) => {
    const client = await Program.open(makePlace(t), era);
    const all = kinds(await makeHive(client));
    const { resources } = await client.client.listResources();
    const { resourceTemplates } = await client.client.listResourceTemplates();
    assert.deepEqual(
      resources
        .map(({ uri }) => uri)
        .filter((uri) => !uri.startsWith('skep://swarm/'))
        .sort(),
      all
        .map(([uri]) => uri)
        .filter(Boolean)
        .sort(),
    );
    assert.deepEqual(
      resourceTemplates.map(({ uriTemplate }) => uriTemplate).sort(),
      all
        .map(([, template]) => template)
        .filter(Boolean)
        .sort(),
    );
    for (const { name, title, description, mimeType } of [...resources, ...resourceTemplates]) {
      assert.ok(name && title && description, name);
      assert.match(mimeType, /^(application\/json|text\/plain(; version=0\.0\.4)?)$/);
    }
    const ofSwarm = resources.find(({ uri }) => uri.startsWith('skep://swarm/'));
    assert.equal((await client.read(ofSwarm.uri)).name, 'hive', 'a swarm is listed, and can be read');
    for (const [uri, , example, check] of all) check(await client.read(uri ?? example));
  });

  test(`${era}: what there is not is not found, and says so as the era does`, async (t) => {
    const client = await Program.open(makePlace(t), era);
    await makeHive(client);
    for (const uri of [
      'skep://nothing',
      'skep://swarm/bees',
      'skep://agent/nobody',
      'skep://task/tk_999999',
      'skep://inbox/nobody',
      'skep://memory/notes/no',
      'skep://memory/none/plan',
      'file:///etc/passwd',
      'skep://',
      '',
      'skep://swarms/',
      'skep://agent/a/b',
    ])
      await assert.rejects(client.client.readResource({ uri }), notFound(uri));
    await assert.rejects(client.client.readResource({ uri: 'skep://tasks/sleeping' }), { code: -32602 });
  });

  test(`${era}: two hundred and fifty swarms come in pages`, async (t) => {
    const client = await Program.open(makePlace(t), era);
    const kSwarms = 250;
    for (let i = 0; i < kSwarms; i++) await client.tool('swarm_init', { topology: 'star', name: `swarm ${i}` });
    const seen = [];
    let cursor = '';
    let pages = 0;
    do {
      const page = await client.client.listResources({ cursor });
      assert.ok(page.resources.length > 0 && page.resources.length <= 100);
      seen.push(...page.resources.map(({ uri }) => uri));
      cursor = page.nextCursor;
      ++pages;
    } while (cursor !== undefined);
    assert.equal(pages, 3);
    assert.equal(new Set(seen).size, seen.length, 'none comes twice');
    assert.equal(seen.filter((uri) => uri.startsWith('skep://swarm/')).length, kSwarms);
    for (const cursor of [
      'never issued',
      'resources-',
      'resources-0--1',
      'resources-99999999999999999999-0',
      'tools-1',
    ])
      await assert.rejects(client.client.listResources({ cursor }), { code: -32602 }, cursor);
    await assert.rejects(client.client.listResourceTemplates({ cursor: 'never issued' }), { code: -32602 });
    if (era === 'modern') {
      const { resources } = await client.client.listResources();
      assert.deepEqual(resources.map(({ uri }) => uri).sort(), seen.sort(), 'the client puts them together itself');
    }
  });

  test(`${era}: every variable is completed`, async (t) => {
    const client = await Program.open(makePlace(t), era);
    const { ada, taskId, claimed } = await makeHive(client);
    const values = async (...args) => (await client.complete(...args)).values;
    assert.deepEqual(await values('skep://swarm/{id}', 'id', 'hi'), ['hive']);
    // Names before ids.
    assert.deepEqual((await values('skep://agent/{id}', 'id', 'a')).slice(0, 2), ['ada', 'alan']);
    assert.deepEqual(await values('skep://agent/{id}', 'id', ada.agentId), [ada.agentId]);
    assert.deepEqual(await values('skep://agent/{id}', 'id', 'al'), ['alan']);
    assert.deepEqual(await values('skep://inbox/{agentId}', 'agentId', 'ad'), ['ada']);
    assert.deepEqual(await values('skep://tasks/{state}', 'state', 'c'), ['claimed', 'cancelled']);
    assert.equal((await values('skep://tasks/{state}', 'state', '')).length, 6);
    const tasks = await values('skep://task/{id}', 'id', 'tk_');
    assert.ok(tasks.includes(taskId) && tasks.includes(claimed.taskId), tasks.join());
    assert.deepEqual(await values('skep://memory/{namespace}/{+key}', 'namespace', 'no'), ['notes']);
    const key = ['skep://memory/{namespace}/{+key}', 'key', 'plan'];
    assert.deepEqual(await values(...key), ['plan/Übersicht 1']);
    assert.deepEqual(await values(...key, { namespace: 'notes' }), ['plan/Übersicht 1']);
    assert.deepEqual(await values(...key, { namespace: 'other' }), []);
    assert.deepEqual(await client.complete('skep://agent/{id}', 'id', 'nobody'), {
      values: [],
      total: 0,
      hasMore: false,
    });
    // By its URI as well as by its template; its variables only.
    assert.deepEqual(await values(`skep://agent/${ada.agentId}`, 'id', 'ada'), ['ada']);
    for (const [uri, name] of [
      ['skep://agent/{id}', 'agent'],
      ['skep://nothing/{id}', 'id'],
    ])
      await assert.rejects(client.complete(uri, name, ''), { code: -32602 });

    for (let i = 0; i < 120; i++)
      await client.memory('store', { key: `many-${1000 + i}`, value: 'v', namespace: 'notes' });
    const many = await client.complete('skep://memory/{namespace}/{+key}', 'key', 'many-', { namespace: 'notes' });
    assert.equal(many.values.length, 100);
    assert.equal(many.hasMore, true);
  });
}

test('a read shows what the session wrote before it, whether or not that was awaited', async (t) => {
  const server = await Server.open(makePlace(t));
  for (const params of [(members) => members, modernParams]) {
    const read = params({ uri: 'skep://memory/n/k' });
    const answers = [];
    for (let i = 0; i < 100; i++) {
      const store = params({
        name: 'memory_usage',
        arguments: { action: 'store', key: 'k', value: `${i}`, namespace: 'n' },
      });
      answers.push(server.request('tools/call', store), server.request('resources/read', read));
    }
    const results = await Promise.all(answers);
    for (let i = 0; i < 100; i++) assert.equal(results[2 * i + 1].contents[0].text, `${i}`);
  }
});
