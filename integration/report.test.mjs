// The page of `skep report --html`: whole, readable by a strict reader, without anything from elsewhere, and what people
// wrote in tasks stays text.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { makePlace, run, Server } from './support.mjs';

const kHostile = [
  '<script>alert("x")</script>',
  `' onload="fetch('//example')" & <img src=x>`,
  'ü'.repeat(256),
  ']]> <!-- \u202egpj.exe',
];

const kPlots = [
  ...['plot-latency', 'plot-throughput', 'plot-errors', 'plot-waits', 'plot-tasks', 'plot-times', 'plot-agents'],
  ...['plot-store', 'plot-groups', 'plot-memory', 'plot-load'],
];
/** Those that take a server that was at work for some seconds. */
const kOfLookingTwice = ['plot-cpu', 'plot-loop'];

/** Reads XML as strictly as it is meant, and says which elements there are, and their ids. */
const kReadStrictly = `
import sys, json
from xml.etree import ElementTree
page = open(sys.argv[1], encoding="utf-8").read()
head, body = page.split("\\n", 1)
assert head == "<!DOCTYPE html>", head
root = ElementTree.fromstring(body)
print(json.dumps({
  "tags": sorted({e.tag for e in root.iter()}),
  "attributes": sorted({name for e in root.iter() for name in e.attrib}),
  "plots": [e.get("id") for e in root.iter("svg") if e.get("id")],
  "text": "".join(root.itertext()),
}))
`;

/** A swarm whose two agents, one in each server, do tasks that need one another; all is measured. */
async function work(place) {
  const servers = [await Server.open(place), await Server.open(place)];
  await servers[0].tool('swarm_init', { topology: 'star', name: 'bees' });
  const agents = ['ada', '"<b>bob'];
  for (const [i, name] of agents.entries()) await servers[i].tool('agent_spawn', { type: 'coder', name });
  const made = [];
  for (const task of kHostile)
    made.push((await servers[0].tool('task_orchestrate', { task, dependencies: made.slice(-1) })).taskId);
  for (const [i] of kHostile.entries()) {
    const agentId = agents[i % 2];
    const { taskId, epoch } = await servers[i % 2].tool('task_claim', { agentId, wait: 10 });
    await servers[i % 2].memory('store', { key: `k${i}`, value: 'v' });
    await servers[i % 2].tool('task_update', { taskId, epoch, state: 'succeeded' });
  }
  // One call that fails, and one that waits.
  await assert.rejects(servers[0].tool('task_update', { taskId: made[0], epoch: 9, state: 'succeeded' }));
  const waiting = servers[0].tool('task_claim', { agentId: agents[0], wait: 10 });
  await servers[0].memory('store', { key: 'behind it', value: 'so it waits' });
  const { taskId } = await servers[1].tool('task_orchestrate', { task: 'last' });
  assert.equal((await waiting).taskId, taskId);
  for (const server of servers) await server.end();
  return made;
}

test('the page is whole, strict, without anything from elsewhere, and shows everything', async (t) => {
  const place = makePlace(t);
  const tasks = await work(place);
  const file = path.join(place.root, 'page.html');
  for (const timeframe of ['1h', '30d']) {
    const written = await run(place, ['report', '--html', file, '--timeframe', timeframe, '--swarm', 'bees', '--json']);
    assert.equal(written.code, 0, written.stderr);
    const page = readFileSync(file, 'utf8');
    assert.deepEqual(JSON.parse(written.stdout), { file, bytes: Buffer.byteLength(page) });
    assert.ok(page.length < 2_000_000);
    assert.doesNotMatch(page, /http|\burl\(|@import/i);
    assert.doesNotMatch(page, /\b(nan|inf)\b/i);

    const strict = await run(place, [], { command: ['python3', '-c', kReadStrictly, file] });
    assert.equal(strict.code, 0, strict.stderr);
    const { tags, attributes, plots, text } = JSON.parse(strict.stdout);
    assert.deepEqual(plots.filter((id) => !kOfLookingTwice.includes(id)).sort(), [...kPlots].sort());
    assert.equal(
      plots.filter((id) => kOfLookingTwice.includes(id)).length + text.split('to look twice').length - 1,
      kOfLookingTwice.length,
    );
    for (const tag of ['script', 'img', 'link', 'iframe', 'b']) assert.ok(!tags.includes(tag), tag);
    for (const name of attributes) assert.doesNotMatch(name, /^on|^src$|^style$/);
    for (const title of kHostile.slice(0, 2)) assert.ok(text.includes(title), title);
    assert.ok(text.includes(`${'ü'.repeat(79)}…`) && !text.includes('\u202e'));
    // The chain that the tasks are.
    for (const id of tasks) assert.ok(text.includes(id), id);
  }
  assert.deepEqual(readdirSync(place.root).filter((name) => name.includes('page')), ['page.html']);
});

test('a project without any work has a page that says so', async (t) => {
  const place = makePlace(t);
  const server = await Server.open(place);
  await server.memory('stats');
  await server.end();
  const file = path.join(place.root, 'page.html');
  const { code, stderr } = await run(place, ['report', '--html', file]);
  assert.equal(code, 0, stderr);
  const page = readFileSync(file, 'utf8');
  assert.match(page, /No task has ended in this period/);
  assert.match(page, /No agent has claimed a task in this period/);
});

test('metrics are printed as Prometheus reads them', async (t) => {
  const place = makePlace(t);
  await work(place);
  const { code, stdout } = await run(place, ['metrics']);
  assert.equal(code, 0);
  for (const line of stdout.trimEnd().split('\n'))
    assert.match(line, /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[^{}]*\})? (-?[0-9.e+-]+|\+Inf))$/);
  assert.match(stdout, /^skep_last_hour_requests\{.*gen_ai_tool_name="task_claim"\} 5$/m);
});
