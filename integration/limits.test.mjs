// Sizes, slow and vanishing clients, files instead of pipes, and signals.

import assert from 'node:assert/strict';

import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { kMaxFrame } from './strict.mjs';
import {
  Server,
  ToolError,
  contentOf,
  filesBelow,
  kSkep,
  makePlace,
  makeRandom,
  parseOutput,
  request,
  run,
  toolCall,
} from './support.mjs';

const kMiB = 1024 * 1024;
const store = (id, key, value) => toolCall(id, 'memory_usage', { action: 'store', key, value });
const retrieve = (id, key) => toolCall(id, 'memory_usage', { action: 'retrieve', key });

/** Memory of a process in MiB, its peak. */
const peakMemory = (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/** Resolves once the process has done nothing for many turns of our own loop, that is, once it waits for someone. */
async function untilIdle(pid) {
  const ticks = () => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return `${fields[0]} ${fields[11]} ${fields[12]}`;
  };
  let last = '';
  for (let same = 0; same < 30;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const now = ticks();
    same = now === last && now.startsWith('S') ? same + 1 : 0;
    last = now;
  }
}

// --- Sizes ----------------------------------------------------------------------

test('a value of 9 MiB of any text is stored and comes back in parts, byte for byte', async (t) => {
  const server = await Server.open(makePlace(t));
  // All that JSON escapes, and characters of every length, scattered over plain text so that a line still holds it all.
  const random = makeRandom();
  const odd = ['"', '\\', '\n', '\t', '\u0000', '\u001f', '\u007f', 'ü', '€', '🐝', '👩‍👩‍👧', '\ufeff', '\u2028', '/', '<'];
  const pieces = [];
  let bytes = 0;
  const add = (text) => {
    pieces.push(text);
    bytes += Buffer.byteLength(text);
  };
  while (bytes < 9 * kMiB - 200) {
    add('bees make honey '.slice(0, 1 + random(16)).repeat(1 + random(8)));
    add(odd[random(odd.length)]);
  }
  add('x'.repeat(9 * kMiB - bytes));
  const value = pieces.join('');
  assert.equal(Buffer.byteLength(value), 9 * kMiB);

  const stored = await server.memory('store', { key: 'big', value });
  assert.equal(stored.size, 9 * kMiB);
  const readBack = async (args) => {
    const parts = [];
    for (let offset = 0; offset !== undefined;) {
      const part = await server.memory('retrieve', { key: 'big', offset, ...args });
      assert.ok(part.value.length > 0);
      assert.equal(part.size, 9 * kMiB);
      if (part.next !== undefined)
        assert.match(part.note, new RegExp(`offset=${part.next}\\b`), 'it says how to get the rest');
      parts.push(part.value);
      offset = part.next;
    }
    assert.ok(parts.length > 1);
    assert.ok(parts.join('') === value, 'what came back differs from what was stored');
    return parts.length;
  };
  t.diagnostic(`${await readBack()} parts`);
  assert.ok((await readBack({ length: 100_003 })) >= 90);

  await assert.rejects(server.memory('store', { key: 'bigger', value: `${value}x` }), ToolError, 'one byte more');
  assert.deepEqual(await server.ping(), {});
  await server.end();
});

test('a line of 10 MiB is read, one byte more is refused and the session goes on', async (t) => {
  const server = await Server.open(makePlace(t));
  const pad = (id, size) => {
    const line = JSON.stringify(request(id, 'ping'));
    return `${line.slice(0, -1)}${' '.repeat(size - line.length)}}\n`;
  };
  server.write(pad('fits', kMaxFrame));
  assert.deepEqual(await server.next(), { jsonrpc: '2.0', id: 'fits', result: {} });
  for (const size of [kMaxFrame + 1, 2 * kMaxFrame, 5 * kMaxFrame]) {
    server.write(pad('too long', size) + pad('next', 100));
    const { error, ...rest } = await server.next();
    assert.deepEqual(rest, { jsonrpc: '2.0' });
    assert.equal(error.code, -32600);
    assert.match(error.message, /10485760|10 MiB/);
    assert.equal((await server.next()).id, 'next');
  }
  // One that never ends.
  server.write('x'.repeat(kMaxFrame + 1));
  assert.equal((await server.next()).error.code, -32600);
  server.write('x'.repeat(kMaxFrame));
  server.write(`\n${pad('last', 60)}`);
  assert.equal((await server.next()).id, 'last');
  assert.ok(peakMemory(server.pid) < 60, `${peakMemory(server.pid)} MiB`);
  assert.deepEqual(await server.end(), []);
});

test('many large messages one after the other take memory once', async (t) => {
  const server = await Server.open(makePlace(t));
  for (let i = 0; i < 12; i++)
    await server.memory('store', { key: `k${i % 3}`, value: String.fromCharCode(97 + i).repeat(9 * kMiB) });
  const { value } = await server.memory('retrieve', { key: 'k2', offset: 9 * kMiB - 10 });
  assert.equal(value, 'l'.repeat(10));
  assert.ok(peakMemory(server.pid) < 200, `${peakMemory(server.pid)} MiB`);
  await server.end();
});

// --- Clients that do not behave ---------------------------------------------------

test('a client that does not read costs little memory, and gets everything in order once it does', async (t) => {
  const server = new Server(makePlace(t), { paused: true });
  const kRequests = 4000;
  const value = 'honey'.repeat(6000);
  server.send(store('s', 'k', value));
  for (let i = 0; i < kRequests; i++) server.send(retrieve(i, 'k')); // 240 MB of answers
  server.closeInput();
  await untilIdle(server.pid);
  assert.ok(peakMemory(server.pid) < 100, `${peakMemory(server.pid)} MiB`);
  server.read();
  assert.equal((await server.next()).id, 's');
  for (let i = 0; i < kRequests; i++) {
    const answer = await server.next();
    assert.equal(answer.id, i);
    assert.equal(contentOf(answer).value, value);
  }
  assert.deepEqual(await server.exit, { code: 0, signal: null });
});

test('a client that sends without end and reads nothing is made to wait', async (t) => {
  const place = makePlace(t);
  const server = new Server(place, { paused: true });
  let sent = 0;
  const line = `${JSON.stringify(request('a-rather-long-id'.repeat(10), 'ping'))}\n`.repeat(1000);
  // write() says no as soon as the pipe and Node's own buffer are full.
  while (server.write(line)) sent++;
  await untilIdle(server.pid);
  for (let i = 0; i < 200; i++, sent++) server.write(line);
  await untilIdle(server.pid);
  assert.ok(peakMemory(server.pid) < 50, `${peakMemory(server.pid)} MiB after ${sent} thousand pings`);
  server.kill('SIGKILL');
  await server.exit;
});

test('a client that closes at once, or stops listening, ends the server without a fuss', async (t) => {
  const place = makePlace(t);
  assert.deepEqual(await run(place, ['serve']), { code: 0, signal: null, stdout: '', stderr: '' });
  for (let i = 0; i < 10; i++) {
    const server = new Server(place);
    server.send(store('s', `k${i}`, 'v'), request(1, 'ping'));
    server.stdout.destroy();
    server.closeInput();
    const { code, signal } = await server.exit;
    assert.ok(signal === null && (code === 0 || code === 1), `exit code ${code}, signal ${signal}\n${server.seen()}`);
  }
  // What was accepted was done, though nobody heard of it.
  const server = await Server.open(place);
  for (let i = 0; i < 10; i++) assert.equal((await server.memory('retrieve', { key: `k${i}` })).value, 'v');
  await server.end();
});

test('a client that leaves in the middle of the answers ends the server', async (t) => {
  const place = makePlace(t);
  for (let round = 0; round < 5; round++) {
    const server = new Server(place);
    for (let i = 0; i < 20_000; i++) server.send(request(i, 'tools/list'));
    await server.next();
    server.stdout.destroy();
    const { signal } = await server.exit;
    assert.equal(signal, null, server.seen());
  }
});

test('an end of input in the middle of a line is the end of the line', async (t) => {
  const place = makePlace(t);
  const ping = JSON.stringify(request(1, 'ping'));
  const whole = await run(place, ['serve'], { input: `${ping}\n${ping}` });
  assert.equal(whole.code, 0);
  assert.deepEqual(parseOutput(whole.stdout), Array(2).fill({ jsonrpc: '2.0', id: 1, result: {} }));
  for (let cut = 1; cut < ping.length; cut++) {
    const { code, stdout } = await run(place, ['serve'], { input: `${ping}\n${ping.slice(0, cut)}` });
    assert.equal(code, 0);
    const [first, second, ...more] = parseOutput(stdout);
    assert.equal(first.id, 1);
    assert.equal(second.error.code, -32700);
    assert.deepEqual(more, []);
  }
});

// --- Files instead of pipes -------------------------------------------------------

const kScript = [store(1, 'k', 'v'), retrieve(2, 'k'), request(3, 'ping')]
  .map((message) => `${JSON.stringify(message)}\n`)
  .join('');

for (const [what, input, output] of [
  ['reads a file', true, false],
  ['writes a file', false, true],
  ['reads and writes files', true, true],
]) {
  test(`it ${what}`, async (t) => {
    const place = makePlace(t);
    const script = path.join(place.root, 'in');
    const answers = path.join(place.root, 'out');
    writeFileSync(script, kScript);
    writeFileSync(answers, '');
    const stdio = [input ? openSync(script, 'r') : 'pipe', output ? openSync(answers, 'a') : 'pipe', 'pipe'];
    t.after(() => stdio.filter((fd) => typeof fd === 'number').forEach((fd) => closeSync(fd)));
    const { code, stdout } = await run(place, ['serve'], { stdio, input: kScript });
    assert.equal(code, 0);
    const ids = parseOutput(output ? readFileSync(answers, 'utf8') : stdout).map((message) => message.id);
    assert.deepEqual(ids.sort(), [1, 2, 3]);
  });
}

test('with /dev/null as input it ends at once, and a full device as output is a failure', async (t) => {
  const place = makePlace(t);
  const nothing = openSync('/dev/null', 'r');
  const full = openSync('/dev/full', 'w');
  t.after(() => [nothing, full].forEach((fd) => closeSync(fd)));
  const silent = await run(place, ['serve'], { stdio: [nothing, 'pipe', 'pipe'] });
  assert.deepEqual([silent.code, silent.stdout], [0, '']);
  const { code, signal, stderr } = await run(place, ['serve'], { stdio: ['pipe', full, 'pipe'], input: kScript });
  assert.deepEqual([code, signal], [1, null]);
  assert.match(stderr, /space|device|output/i);
});

// --- Signals ------------------------------------------------------------------------

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} in the middle of writes: what was made was answered, what was not answered was not made`, async (t) => {
    const random = makeRandom();
    for (let round = 0; round < 8; round++) {
      const place = makePlace(t);
      const server = await Server.open(place);
      const kStores = 3000;
      for (let i = 0; i < kStores; i++) server.send(store(i, `k${i}`, `value ${i}`.repeat(20)));
      const answers = [];
      for (let i = random(1500); i > 0; i--) answers.push(await server.next());
      server.kill(signal);
      const { code, signal: by } = await server.exit;
      assert.deepEqual([code, by], [0, null], server.seen());
      answers.push(...server.takeAll());
      for (const answer of answers) assert.ok(!contentOf(answer).isError);
      const acknowledged = new Set(answers.map((answer) => answer.id));
      assert.equal(acknowledged.size, answers.length, 'each is answered once');

      const again = await Server.open(place);
      const found = await Promise.all(
        Array.from({ length: kStores }, (_, i) => again.memory('retrieve', { key: `k${i}` })),
      );
      found.forEach(({ value }, i) => assert.equal(value !== undefined, acknowledged.has(i), `k${i}`));
      await again.end();
    }
  });
}

test('when its parent is killed the server goes too', async (t) => {
  const place = makePlace(t);
  // The parent holds the server's input; the server's output is ours, and ends when both have gone.
  const script = `
    const { spawn } = require('node:child_process');
    const child = spawn(process.argv[1], ['serve'], { stdio: ['pipe', 'inherit', 'inherit'] });
    require('node:fs').writeFileSync('pid', String(child.pid));
    child.stdin.write(${JSON.stringify(`${JSON.stringify(request('up', 'ping'))}\n`)});`;
  const parent = new Server(place, { command: [process.execPath, '-e', script, kSkep] });
  assert.equal((await parent.next()).id, 'up');
  const pid = readFileSync(path.join(place.project, 'pid'), 'utf8');
  parent.kill('SIGKILL');
  await parent.exit;
  let state = 'gone';
  try {
    state = /State:\s+(\S)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1];
  } catch {
    // Its entry is gone: so is the process.
  }
  assert.ok(['gone', 'Z', 'X'].includes(state), state);
});

test('servers started and stopped, ten at once, leave no file behind', async (t) => {
  const place = makePlace(t);
  await run(place, ['serve'], { input: kScript });
  const before = filesBelow(place.home).sort();
  for (let round = 0; round < 10; round++) {
    const runs = await Promise.all(Array.from({ length: 10 }, () => run(place, ['serve'], { input: kScript })));
    for (const { code, stdout } of runs) {
      assert.equal(code, 0);
      assert.equal(parseOutput(stdout).length, 3);
    }
  }
  assert.deepEqual(filesBelow(place.home).sort(), before);
});
