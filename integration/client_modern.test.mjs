// The second generation of the official client, which speaks both eras: legacy by default, modern when it is pinned to a
// revision, and whichever the server has when it may choose. What the client hides is looked at line by line.

import assert from 'node:assert/strict';
import test from 'node:test';

import {
  Client,
  ProtocolError as ClientProtocolError,
  UnsupportedProtocolVersionError,
} from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

import { kEveryTool, kWrongCalls } from './every_tool.mjs';
import { readProtocol } from './strict.mjs';
import { Server, initializeParams, kSkep, makePlace, modernParams, notification, request } from './support.mjs';

const kModern = '2026-07-28';
const kVersions = readProtocol('revisions.json').revisions.map((revision) => revision.version);

/**
 * What the client says of progress that it reads together with the answer, which it handles first, and of an answer that
 * was on its way when it cancelled.
 */
const kLate = /progress notification for an unknown token|response for an unknown message ID/;

/** A client to be connected. Whatever it complains of fails the test. */
function makeClient(place, mode, options = {}) {
  const client = new Client(
    { name: 'integration', version: '1.0.0' },
    { ...(mode && { versionNegotiation: { mode } }), ...options },
  );
  const complaints = [];
  client.onerror = (error) => complaints.push(error.message);
  place.beforeRemoval(async () => {
    await client.close();
    assert.deepEqual(
      complaints.filter((text) => !kLate.test(text)),
      [],
    );
  });
  return client;
}

const makeTransport = (place) =>
  new StdioClientTransport({ command: kSkep, args: ['serve'], env: place.env, cwd: place.project, stderr: 'pipe' });

async function connect(t, mode) {
  const place = makePlace(t);
  const client = makeClient(place, mode);
  await client.connect(makeTransport(place));
  return client;
}

const kModes = [
  ['by default', undefined, 'legacy', '2025-11-25'],
  ['when it asks first', 'auto', 'modern', kModern],
  ['when it is pinned', { pin: kModern }, 'modern', kModern],
];

for (const [when, mode, era, version] of kModes) {
  test(`${when} it speaks ${version}`, async (t) => {
    const client = await connect(t, mode);
    assert.equal(client.getProtocolEra(), era);
    assert.equal(client.getNegotiatedProtocolVersion(), version);
    assert.equal(client.getServerVersion().name, 'skep');
    assert.ok(client.getServerCapabilities().tools);
    assert.ok(client.getInstructions().length > 0);
  });

  test(`${when} every tool is listed and answers with content of its schema`, async (t) => {
    const client = await connect(t, mode);
    const { tools } = await client.listTools(); // From now on the client validates structured content.
    const called = new Set(kEveryTool.map(([name]) => name));
    assert.deepEqual(
      tools.map((tool) => tool.name).filter((name) => !called.has(name)),
      [],
      'not in every_tool.mjs',
    );
    for (const [name, args] of kEveryTool) {
      const result = await client.callTool({ name, arguments: args });
      assert.ok(!result.isError, `${name}: ${result.content[0]?.text}`);
      assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent);
    }
    for (const [name, args, patterns] of kWrongCalls) {
      const result = await client.callTool({ name, arguments: args });
      assert.equal(result.isError, true, `${name} ${JSON.stringify(args)}`);
      for (const pattern of patterns) assert.match(result.content[0].text, pattern);
    }
  });

  test(`${when} protocol errors have their numbers`, async (t) => {
    const client = await connect(t, mode);
    const code = (expected) => (error) => error instanceof ClientProtocolError && error.code === expected;
    await assert.rejects(client.callTool({ name: 'no_such_tool', arguments: {} }), code(-32602));
    await assert.rejects(client.listTools({ cursor: 'never issued' }), code(-32602));
  });

  test(`${when} progress and cancellation work`, async (t) => {
    const client = await connect(t, mode);
    const heard = [];
    await client.callTool(
      { name: 'health_check', arguments: {} },
      { onprogress: (progress) => heard.push(progress.progress) },
    );
    assert.ok(heard.length > 0, 'no progress was reported');
    assert.deepEqual(
      heard,
      [...new Set(heard)].sort((a, b) => a - b),
    );
    const abort = new AbortController();
    const call = client.callTool({ name: 'memory_usage', arguments: { action: 'list' } }, { signal: abort.signal });
    abort.abort('changed my mind');
    await assert.rejects(call, /changed my mind/);
    const { tools } = await client.listTools();
    assert.ok(tools.length > 0);
  });
}

test('discover tells a modern client all that initialize tells a legacy one', async (t) => {
  const client = await connect(t, { pin: kModern });
  const discovered = await client.discover();
  assert.ok(discovered.supportedVersions.includes(kModern));
  assert.deepEqual(discovered.capabilities, client.getServerCapabilities());
  assert.equal(discovered.instructions, client.getInstructions());
  assert.ok(Number.isInteger(discovered.ttlMs) && discovered.ttlMs >= 0);
  assert.ok(['public', 'private'].includes(discovered.cacheScope));
  assert.deepEqual(client.getDiscoverResult().supportedVersions, discovered.supportedVersions);
});

test('what was discovered once serves the next connection without a round trip', async (t) => {
  const first = await connect(t, { pin: kModern });
  const prior = { kind: 'modern', discover: first.getDiscoverResult() };
  const place = makePlace(t);
  const client = makeClient(place, { pin: kModern });
  await client.connect(makeTransport(place), { prior });
  assert.ok((await client.listTools()).tools.length > 0);
});

test('a client pinned to a revision that does not exist is told which do', async (t) => {
  const place = makePlace(t);
  const client = makeClient(place, { pin: '2027-01-01' }, { supportedProtocolVersions: ['2027-01-01'] });
  await assert.rejects(client.connect(makeTransport(place)), (error) => {
    assert.ok(
      error instanceof UnsupportedProtocolVersionError || error.cause instanceof UnsupportedProtocolVersionError,
      String(error),
    );
    const told = error instanceof UnsupportedProtocolVersionError ? error : error.cause;
    assert.equal(told.requested, '2027-01-01');
    assert.ok(told.supported.includes(kModern));
    return true;
  });
});

// --- Line by line -----------------------------------------------------------------

const kServerInfo = 'io.modelcontextprotocol/serverInfo';

test('each modern result says that it is complete and who made it', async (t) => {
  const server = new Server(makePlace(t));
  const call = (name, args) => ['tools/call', { name, arguments: args }];
  for (const [method, params, cacheable] of [
    ['server/discover', {}, true],
    ['tools/list', {}, true],
    [...call('memory_usage', { action: 'stats' }), false],
    [...call('swarm_init', { topology: 'mash' }), false],
  ]) {
    const result = await server.request(method, modernParams(params));
    assert.equal(result.resultType, 'complete', method);
    assert.equal(result._meta[kServerInfo].name, 'skep', method);
    assert.equal('ttlMs' in result, cacheable, method);
    assert.equal('cacheScope' in result, cacheable, method);
  }
  const legacy = await server.request('tools/list');
  for (const member of ['resultType', 'ttlMs', 'cacheScope', '_meta'])
    assert.ok(!(member in legacy), `a legacy result has ${member}`);
});

test('both eras alternate on one pipe, and each request is judged by its own', async (t) => {
  const server = new Server(makePlace(t));
  assert.ok((await server.request('server/discover', modernParams())).supportedVersions.includes(kModern));
  assert.equal((await server.request('initialize', initializeParams('2025-06-18'))).protocolVersion, '2025-06-18');
  server.send(notification('notifications/initialized'));
  for (let i = 0; i < 3; i++) {
    const store = { name: 'memory_usage', arguments: { action: 'store', key: 'k', value: `${i}` } };
    const retrieve = { name: 'memory_usage', arguments: { action: 'retrieve', key: 'k' } };
    await server.request('tools/call', modernParams(store));
    assert.equal((await server.request('tools/call', retrieve)).structuredContent.value, `${i}`);
    assert.deepEqual(await server.ping(), {});
    await assert.rejects(server.request('ping', modernParams()), { code: -32601 });
    await assert.rejects(server.request('tools/list', modernParams({}, '2099-01-01')), { code: -32022 });
    assert.ok((await server.request('tools/list', modernParams())).tools.length > 0);
  }
});

test('a version that is not spoken is refused in each request, with those that are', async (t) => {
  const server = new Server(makePlace(t));
  for (const requested of ['2099-01-01', '2025-11-24', '', 'latest', '2026-07-28 ']) {
    for (const method of ['server/discover', 'tools/list', 'tools/call', 'no/such/method']) {
      await assert.rejects(server.request(method, modernParams({ name: 'health_check' }, requested)), (error) => {
        assert.equal(error.code, -32022, `${method} ${requested}: ${error.message}`);
        assert.equal(error.data.requested, requested);
        assert.ok(error.data.supported.includes(kModern));
        for (const version of error.data.supported) assert.ok(kVersions.includes(version), version);
        return true;
      });
    }
  }
});

test('a modern request without its capabilities, or with _meta of wrong types, is refused', async (t) => {
  const server = new Server(makePlace(t));
  const prefix = 'io.modelcontextprotocol/';
  const version = { [`${prefix}protocolVersion`]: kModern };
  const complete = { ...version, [`${prefix}clientCapabilities`]: {} };
  for (const _meta of [
    version,
    { ...version, [`${prefix}clientCapabilities`]: [] },
    { ...version, [`${prefix}clientCapabilities`]: 'none' },
    { ...complete, [`${prefix}protocolVersion`]: 20260728 },
    { ...complete, [`${prefix}protocolVersion`]: {} },
  ])
    await assert.rejects(server.request('tools/list', { _meta }), { code: -32602 }, JSON.stringify(_meta));
  await server.request('tools/list', { _meta: complete });
  await server.request('tools/list', {
    _meta: { ...complete, traceparent: '00-1-2-01', 'example.com/x': [1, { a: 2 }] },
  });
});

test('the answer to a client that probes before it knows what to expect comes at once', async (t) => {
  const server = new Server(makePlace(t));
  server.send(request('server-discover-probe-1', 'server/discover', modernParams()));
  const answer = await server.next();
  assert.equal(answer.id, 'server-discover-probe-1');
  assert.deepEqual(
    answer.result.supportedVersions.filter((version) => !kVersions.includes(version)),
    [],
  );
  assert.deepEqual(await server.end(), []);
});
