// Clients' telemetry: a server with --otlp, OpenTelemetry's own exporters and plain requests, and what token_usage then
// says of it.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';

import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { AggregationTemporalityPreference, OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';

import { Server, makePlace, run } from './support.mjs';

/** A server that receives telemetry on a port of its own choice, and where. */
async function receive(place, { args = [], ...options } = {}) {
  const server = await Server.open(place, { args: ['--otlp', '127.0.0.1:0', ...args], ...options });
  const said = /receiving telemetry on (http:\/\/127\.0\.0\.1:\d+)/;
  while (!said.test(server.stderr)) await server.ping();
  return { server, url: said.exec(server.stderr)[1] };
}

const text = (key, stringValue) => ({ key, value: { stringValue } });
const int = (key, value) => ({ key, value: { intValue: String(value) } });
const nanoseconds = (ms) => `${ms}000000`;

/** A request of Claude Code's, as it logs it. */
const apiRequest = (id, tokens, { session = 's-1', at = Date.now() } = {}) => ({
  timeUnixNano: nanoseconds(at),
  observedTimeUnixNano: nanoseconds(at),
  body: { stringValue: 'claude_code.api_request' },
  attributes: [
    text('session.id', session),
    text('event.name', 'api_request'),
    text('model', 'claude-sonnet-5'),
    ...(id ? [text('request_id', id)] : []),
    int('input_tokens', tokens),
    int('output_tokens', 1),
    { key: 'cost_usd', value: { doubleValue: 0.25 } },
  ],
});
const logs = (...logRecords) => JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });

const post = (url, body, headers = {}, more = {}) =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers }, ...more });
async function postLogs(url, ...records) {
  const answer = await post(`${url}/v1/logs`, logs(...records));
  const body = await answer.json();
  assert.equal(answer.status, 200, body.message);
  return body;
}
const totalOf = async (server) => (await server.tool('token_usage')).total;

test('the exporters of OpenTelemetry itself: events and counters of one session count once', async (t) => {
  const { server, url } = await receive(makePlace(t));
  const resource = resourceFromAttributes({ 'service.name': 'claude-code' });

  const meters = new MeterProvider({
    resource,
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter({
          url: `${url}/v1/metrics`,
          temporalityPreference: AggregationTemporalityPreference.CUMULATIVE,
        }),
        exportIntervalMillis: 3_600_000,
      }),
    ],
  });
  const tokens = meters.getMeter('claude').createCounter('claude_code.token.usage');
  const counted = { 'session.id': 's-counters', model: 'claude-sonnet-5' };
  tokens.add(100, { ...counted, type: 'input' });
  tokens.add(7, { ...counted, type: 'cacheRead' });
  await meters.forceFlush();
  tokens.add(11, { ...counted, type: 'input' });
  await meters.forceFlush();
  await meters.forceFlush();
  let total = await totalOf(server);
  assert.equal(total.inputTokens, 111);
  assert.equal(total.cacheReadTokens, 7);
  assert.equal(total.outputTokens, undefined);

  const events = new LoggerProvider({
    resource,
    processors: [
      new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url: `${url}/v1/logs`, compression: 'gzip' }) }),
    ],
  });
  for (let i = 0; i < 50; ++i) {
    events.getLogger('claude').emit({
      body: 'claude_code.api_request',
      attributes: {
        'session.id': 's-events',
        'event.name': 'api_request',
        'event.sequence': i,
        model: 'claude-opus-5',
        input_tokens: 10,
        output_tokens: 2,
        cost_usd: 0.5,
      },
    });
  }
  tokens.add(500, { 'session.id': 's-events', model: 'claude-opus-5', type: 'input' });
  await events.forceFlush();
  await meters.forceFlush();
  const usage = await server.tool('token_usage', { groupBy: 'model' });
  assert.deepEqual(
    usage.rows.map((row) => [row.model, row.usage.records, row.usage.inputTokens, row.usage.outputTokens]),
    [
      ['claude-opus-5', 50, 500, 100],
      ['claude-sonnet-5', 2, 111, undefined],
    ],
  );
  assert.equal(usage.total.costUsd, 25);
  assert.equal(usage.total.known.costUsd, 50);
  assert.deepEqual(
    usage.sources.map(({ source, counted: n, leftOut }) => [source, n, leftOut]),
    [
      ['event', 50, 0],
      ['counter', 2, 1],
    ],
  );
  assert.match(usage.note, /the cost is that of 50 of 52 records/);
  assert.match(usage.note, /1 records with 500 tokens are left out: a better source has reported on the same session/);
  await Promise.all([events.shutdown(), meters.shutdown()]);
  await server.end();
});

test('a counter that is heard of late: its tokens are of no hour in particular', async (t) => {
  const { server, url } = await receive(makePlace(t));
  const now = Date.now();
  const dataPoints = [
    {
      attributes: [text('session.id', 's-1'), text('type', 'input')],
      startTimeUnixNano: nanoseconds(now - 8 * 3_600_000),
      timeUnixNano: nanoseconds(now),
      asInt: '4000',
    },
  ];
  const metrics = [{ name: 'claude_code.token.usage', sum: { aggregationTemporality: 2, dataPoints } }];
  const body = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });
  assert.equal((await post(`${url}/v1/metrics`, body)).status, 200);
  const hour = await server.tool('token_usage', { timeframe: '1h' });
  assert.equal(hour.total.inputTokens, 4000);
  assert.match(hour.note, /4000 tokens of 1 records are from counters .* used since 2.*Z, and how many of them in this/);
  const day = await server.tool('token_usage', { timeframe: '24h' });
  assert.doesNotMatch(day.note, /used since/);
  await server.end();
});

test('bodies in chunks, packed bodies, and those sent twice', async (t) => {
  const { server, url } = await receive(makePlace(t));
  const body = logs(apiRequest('req_1', 5), apiRequest('req_2', 6));
  const chunks = new ReadableStream({
    start(controller) {
      for (let i = 0; i < body.length; i += 100) controller.enqueue(Buffer.from(body.slice(i, i + 100)));
      controller.close();
    },
  });
  assert.equal((await post(`${url}/v1/logs`, chunks, {}, { duplex: 'half' })).status, 200);
  assert.equal((await post(`${url}/v1/logs`, gzipSync(body), { 'content-encoding': 'gzip' })).status, 200);
  const unnamed = apiRequest(undefined, 100);
  await postLogs(url, unnamed);
  await postLogs(url, unnamed);
  const total = await totalOf(server);
  assert.equal(total.records, 3);
  assert.equal(total.inputTokens, 111);
  await server.end();
});

test('what is no telemetry is refused, and the server goes on', async (t) => {
  const { server, url } = await receive(makePlace(t));
  const answers = [
    [post(`${url}/v1/logs`, '{'), 400, /is not JSON/],
    [post(`${url}/v1/logs`, 'x', { 'content-encoding': 'gzip' }), 400, /not what gzip writes/],
    [post(`${url}/`, '{}'), 404, /\/v1\/logs/],
    [fetch(`${url}/v1/logs`), 405, /POST/],
    [post(`${url}/v1/logs`, 'x', { 'content-type': 'application/x-protobuf' }), 415, /http\/json/],
    [post(`${url}/v1/logs`, '{}', { 'content-encoding': 'br' }), 415, /only gzip/],
    [post(`${url}/v1/logs`, `"${' '.repeat(5_000_000)}"`), 413, /4194304 bytes/],
    [post(`${url}/v1/logs`, gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' }), 413, /unpacked/],
    [post(`${url}/v1/logs`, '{}', { origin: 'https://example.org' }), 403, /browser/],
    [post(`${url}/v1/logs`, '{}', { 'x-much': 'y'.repeat(20_000) }), 431, /too large/],
  ];
  for (const [answer, status, message] of answers) {
    const response = await answer;
    assert.equal(response.status, status);
    assert.match((await response.json()).message, message);
  }
  const rejected = await postLogs(url, {
    ...apiRequest('req_1', 5),
    attributes: [text('input_tokens', 'many')],
  });
  assert.equal(rejected.partialSuccess.rejectedLogRecords, '1');
  assert.deepEqual(await postLogs(url, apiRequest('req_2', 5)), {});
  assert.equal((await totalOf(server)).inputTokens, 5);
  assert.equal((await post(`${url}/v1/traces`, '{"resourceSpans":[]}')).status, 200);
  await server.end();
});

test('what was answered survives a kill, and is not counted again when it is sent again', async (t) => {
  const place = makePlace(t);
  const first = await receive(place);
  const at = Date.now();
  const requests = Array.from({ length: 20 }, (_, i) => apiRequest(`req_${i}`, 10, { at }));
  const sent = requests.map((record) => post(`${first.url}/v1/logs`, logs(record)).then((answer) => answer.status, () => 0));
  await Promise.race(sent);
  first.server.kill('SIGKILL');
  const statuses = await Promise.all(sent);
  await first.server.exit;

  const second = await receive(place);
  const kept = await totalOf(second.server);
  assert.ok(kept.records >= statuses.filter((status) => status === 200).length);
  await postLogs(second.url, ...requests);
  assert.equal((await totalOf(second.server)).records, 20);
  await second.server.end();
});

test("usage is the agent's that acts in the client's session, and the task's that it holds", async (t) => {
  const place = makePlace(t);
  const { server, url } = await receive(place, { env: { ...place.env, CLAUDE_CODE_SESSION_ID: 's-1' } });
  await server.tool('swarm_init', { topology: 'star' });
  const { agentId } = await server.tool('agent_spawn', { type: 'coder', name: 'ada' });
  await postLogs(url, apiRequest('before', 1));
  await server.tool('task_orchestrate', { task: 'gather' });
  const { taskId } = await server.tool('task_claim', { agentId });
  await postLogs(url, apiRequest('during', 10), apiRequest('stranger', 100, { session: 's-2' }));
  await server.tool('task_update', { taskId, epoch: 1, state: 'succeeded', usage: { inputTokens: 12 } });

  const byTask = await server.tool('token_usage', { groupBy: 'task' });
  const rows = Object.fromEntries(byTask.rows.map((row) => [row.task ?? 'unknown', row.usage.inputTokens]));
  assert.deepEqual(rows, { unknown: 101, [taskId]: 10 }, 'what the agent says of itself is in the telemetry');
  const byAgent = await server.tool('token_usage', { groupBy: 'agent' });
  assert.deepEqual(
    byAgent.rows.map((row) => [row.agent, row.title, row.usage.inputTokens]),
    [
      [undefined, undefined, 100],
      [agentId, 'ada', 11],
    ],
  );
  assert.match(byAgent.note, /of 1 of 3 records the agent is not known/);
  await server.end();
});

test('many clients at once, some of which leave', async (t) => {
  const { server, url } = await receive(makePlace(t));
  const { port, hostname } = new URL(url);
  const leavers = Array.from({ length: 5 }, () => net.connect(port, hostname, function begin() {
    this.write('POST /v1/logs HTTP/1.1\r\nContent-Length: 100000\r\n\r\n{"resourceLogs":');
  }));
  await Promise.all(leavers.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  for (const socket of leavers.slice(1)) socket.resetAndDestroy();
  await Promise.all(
    Array.from({ length: 8 }, (_, client) =>
      (async () => {
        for (let i = 0; i < 25; ++i) await postLogs(url, apiRequest(`req_${client}_${i}`, 1));
      })(),
    ),
  );
  assert.equal((await totalOf(server)).inputTokens, 200);
  leavers[0].destroy();
  await server.end();
});

test('a port that is taken, and addresses that others could reach', async (t) => {
  const place = makePlace(t);
  const { server, url } = await receive(place);
  const address = new URL(url).host;
  const taken = await run(place, ['serve', '--otlp', address]);
  assert.equal(taken.code, 0, 'a client needs its server more than its telemetry');
  assert.match(taken.stderr.toString(), new RegExp(`cannot listen on ${address}: another process does already`));
  const everywhere = await run(place, ['serve', '--otlp', '0.0.0.0:4318']);
  assert.equal(everywhere.code, 2);
  assert.match(everywhere.stderr.toString(), /--otlp: "0.0.0.0" is no address of this machine's own/);

  mkdirSync(path.join(place.home, 'config'), { recursive: true });
  writeFileSync(path.join(place.home, 'config', 'config.toml'), `[telemetry]\notlp = "${address}"\n`);
  const other = await Server.open(place);
  await other.ping();
  await server.end();
  // Whoever is left takes the port over.
  let status;
  for (const end = Date.now() + 30_000; status !== 200 && Date.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    status = await fetch(`${url}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    }).then(
      (answer) => answer.status,
      () => undefined,
    );
  }
  assert.equal(status, 200);
  await other.end();
});
