// An alert is raised by real windows of real requests, and reaches whoever wants to hear of it: it takes half a minute,
// which is what it takes for people too.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import test from 'node:test';

import { rows } from './rows.mjs';
import { Server, makePlace, run } from './support.mjs';

test('a figure beyond its threshold for half a minute is told once, to the log, subscribers and the report', async (t) => {
  const place = makePlace(t);
  mkdirSync(`${place.home}/config`, { recursive: true });
  // A threshold that every request is beyond.
  writeFileSync(`${place.home}/config/config.toml`, '[alerts]\np95_ms = 0.000001\nload_per_core = 0\n');
  const server = await Server.open(place);
  await server.request('logging/setLevel', { level: 'warning' });
  await server.request('resources/subscribe', { uri: 'skep://alerts' });
  const heard = [];
  let over = false;
  const listening = (async () => {
    while (!over) heard.push(await server.next());
  })().catch(() => {});
  const updated = () => heard.some((line) => line.method === 'notifications/resources/updated');
  const logged = () => heard.some((line) => line.method === 'notifications/message' && /alert latency/.test(JSON.stringify(line)));
  for (const end = Date.now() + 90_000; Date.now() < end && !(updated() && logged()); ) {
    for (let i = 0; i < 50; ++i) await server.ping();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.ok(updated(), 'the subscriber was told');
  assert.ok(logged(), 'the log was told');
  const { contents } = await server.request('resources/read', { uri: 'skep://alerts' });
  const { alerts } = JSON.parse(contents[0].text);
  assert.equal(alerts.length, 1);
  assert.equal(alerts[0].name, 'latency');
  assert.equal(alerts[0].clearedAt, undefined);
  over = true;
  await server.end();
  await listening;
  assert.equal(rows(place, 'SELECT * FROM alerts').length, 1);
  const { stdout } = await run(place, ['mcp', 'performance_report', '--json']);
  assert.match(JSON.parse(stdout).report, /1 alert is open: 95 % of requests take up to/);
});
