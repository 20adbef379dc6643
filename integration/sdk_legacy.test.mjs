// The client of the official SDK as most programs use it: `initialize`, a session, the legacy era.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { EmptyResultSchema, McpError } from '@modelcontextprotocol/sdk/types.js';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';

import { kEveryTool, kWrongCalls } from './every_tool.mjs';
import { Server, kSkep, makePlace, notification, request, toolCall } from './support.mjs';

/**
 * What the client says of progress that it reads together with the answer, which it handles first, and of an answer that
 * was on its way when it cancelled.
 */
const kLate = /progress notification for an unknown token|response for an unknown message ID/;

/** A connected client. Whatever the client complains of fails the test. */
async function connect(place, { command = kSkep, args = ['serve'] } = {}) {
  const transport = new StdioClientTransport({ command, args, env: place.env, cwd: place.project, stderr: 'pipe' });
  const client = new Client({ name: 'integration', version: '1.0.0' });
  const complaints = [];
  client.onerror = (error) => complaints.push(error.message);
  place.beforeRemoval(async () => {
    await client.close();
    assert.deepEqual(
      complaints.filter((text) => !kLate.test(text)),
      [],
    );
  });
  await client.connect(transport);
  return client;
}

test('it connects and learns who it talks to', async (t) => {
  const client = await connect(makePlace(t));
  assert.equal(client.getServerVersion().name, 'skep');
  assert.match(client.getServerVersion().version, /^\d+\.\d+\.\d+/);
  assert.ok(client.getServerCapabilities().tools);
  assert.ok(client.getInstructions().length > 0 && Buffer.byteLength(client.getInstructions()) <= 2048);
  assert.deepEqual(await client.ping(), {});
});

test('every tool that is listed is described, and its schemas hold under both drafts', async (t) => {
  const client = await connect(makePlace(t));
  const { tools, nextCursor } = await client.listTools();
  assert.equal(nextCursor, undefined);
  assert.ok(tools.length > 0);
  for (const tool of tools) {
    assert.match(tool.name, /^[A-Za-z0-9_-]{1,64}$/);
    assert.ok(tool.title, `${tool.name} has no title`);
    assert.ok(tool.description && Buffer.byteLength(tool.description) <= 2048, `${tool.name}: description`);
    for (const hint of ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'])
      if (tool.annotations && hint in tool.annotations)
        assert.equal(typeof tool.annotations[hint], 'boolean', `${tool.name}: ${hint}`);
    for (const [which, schema] of [
      ['inputSchema', tool.inputSchema],
      ['outputSchema', tool.outputSchema],
    ]) {
      assert.equal(schema?.type, 'object', `${tool.name}: ${which}`);
      assert.ok(!JSON.stringify(schema).includes('$schema'), `${tool.name}: ${which} names a draft`);
      for (const Draft of [Ajv, Ajv2020]) new Draft({ strict: true, validateFormats: false }).compile(schema);
    }
  }
  const inputs = tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
  assert.ok(JSON.stringify(inputs).length <= 10 * 1024, `what a model reads is ${JSON.stringify(inputs).length} bytes`);
  assert.ok(JSON.stringify(tools).length <= 16 * 1024, `tools/list is ${JSON.stringify(tools).length} bytes`);
  const called = new Set(kEveryTool.map(([name]) => name));
  assert.deepEqual(
    tools.map((tool) => tool.name).filter((name) => !called.has(name)),
    [],
    'not in every_tool.mjs',
  );
  assert.deepEqual(await client.listTools(), { tools }, 'the order is always the same');
});

test('every tool answers with structured content of its schema, and the same as text', async (t) => {
  const client = await connect(makePlace(t));
  await client.listTools(); // From now on the client validates structured content.
  for (const [name, args] of kEveryTool) {
    const result = await client.callTool({ name, arguments: args });
    assert.ok(!result.isError, `${name}: ${result.content[0]?.text}`);
    assert.equal(result.content[0].type, 'text');
    assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent, `${name}: text and structure`);
  }
});

test('wrong arguments are answered so that a model can correct itself', async (t) => {
  const client = await connect(makePlace(t));
  for (const [name, args, patterns] of kWrongCalls) {
    const result = await client.callTool({ name, arguments: args });
    const text = result.content.map((block) => block.text).join('\n');
    assert.equal(result.isError, true, `${name} ${JSON.stringify(args)}: ${text}`);
    for (const pattern of patterns) assert.match(text, pattern, `${name} ${JSON.stringify(args)}`);
  }
});

test('an unknown tool, an unknown method and a bad cursor are protocol errors', async (t) => {
  const client = await connect(makePlace(t));
  const code = (expected) => (error) => error instanceof McpError && error.code === expected;
  await assert.rejects(client.callTool({ name: 'swarm_initt', arguments: {} }), (error) => {
    assert.match(error.message, /swarm_init\b/, 'the nearest name is suggested');
    return code(-32602)(error);
  });
  await assert.rejects(client.listTools({ cursor: 'never issued' }), code(-32602));
  await assert.rejects(client.request({ method: 'no/such/method' }, EmptyResultSchema), code(-32601));
});

test('an aborted call ends at once and the session goes on', async (t) => {
  const client = await connect(makePlace(t));
  for (let i = 0; i < 20; i++) {
    const abort = new AbortController();
    const call = client.callTool(
      { name: 'memory_usage', arguments: { action: 'store', key: 'k', value: `${i}` } },
      undefined,
      {
        signal: abort.signal,
      },
    );
    abort.abort('changed my mind');
    await assert.rejects(call, /changed my mind/);
  }
  assert.deepEqual(await client.ping(), {});
});

test('nothing is sent for a request that was cancelled before it was answered', async (t) => {
  const server = await Server.open(makePlace(t));
  // One write, so that the server reads the request together with its cancellation.
  for (let i = 0; i < 50; i++) {
    server.send(
      toolCall(`store-${i}`, 'memory_usage', { action: 'store', key: `k${i}`, value: 'v' }),
      notification('notifications/cancelled', { requestId: `store-${i}`, reason: 'changed my mind' }),
      notification('notifications/cancelled', { requestId: 'never sent' }),
    );
  }
  await server.memory('store', { key: 'after', value: 'v' });
  assert.deepEqual(await server.end(), []);
});

test('a call with a progress token hears of its progress until it is answered', async (t) => {
  const client = await connect(makePlace(t));
  const heard = [];
  const result = await client.callTool({ name: 'health_check', arguments: {} }, undefined, {
    onprogress: (progress) => heard.push(progress),
  });
  assert.ok(!result.isError, result.content[0]?.text);
  assert.ok(heard.length > 0, 'no progress was reported');
  for (let i = 1; i < heard.length; i++) assert.ok(heard[i].progress > heard[i - 1].progress, JSON.stringify(heard));
  for (const { progress, total } of heard) if (total !== undefined) assert.ok(progress <= total, JSON.stringify(heard));
});

test('a progress token comes back as it was sent', async (t) => {
  const server = await Server.open(makePlace(t));
  for (const progressToken of ['p', 7]) {
    server.send(request('h', 'tools/call', { name: 'health_check', arguments: {}, _meta: { progressToken } }));
    const messages = [await server.next()];
    while (messages.at(-1).method) messages.push(await server.next());
    assert.equal(messages.pop().id, 'h');
    assert.ok(messages.length > 0);
    for (const { method, params } of messages) {
      assert.equal(method, 'notifications/progress');
      assert.equal(params.progressToken, progressToken);
    }
  }
});

test('closing the client ends the process with code 0 before the client has to send SIGTERM', async (t) => {
  const place = makePlace(t);
  // The shell dies of a SIGTERM without writing the file.
  const ended = path.join(place.root, 'ended');
  const script = '"$0" serve; echo $? > "$1"';
  const client = await connect(place, { command: 'sh', args: ['-c', script, kSkep, ended] });
  const result = await client.callTool({ name: 'memory_usage', arguments: { action: 'store', key: 'k', value: 'v' } });
  assert.ok(!result.isError);
  await client.close();
  assert.equal(readFileSync(ended, 'utf8'), '0\n');
});

test('the longest answers fit the client, whatever follows them in the same read', async (t) => {
  const client = await connect(makePlace(t));
  const value = 'honey '.repeat(1_500_000);
  const stored = await client.callTool({ name: 'memory_usage', arguments: { action: 'store', key: 'big', value } });
  assert.ok(!stored.isError, stored.content[0]?.text);
  const retrieve = { name: 'memory_usage', arguments: { action: 'retrieve', key: 'big' } };
  const calls = [];
  for (let i = 0; i < 3; i++) calls.push(client.callTool(retrieve), ...Array.from({ length: 50 }, () => client.ping()));
  const [first] = await Promise.all(calls);
  assert.ok(value.startsWith(first.structuredContent.value));
  assert.ok(first.structuredContent.value.length > 0);
});
