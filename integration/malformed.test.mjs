// Every line of a large corpus gets the answer that it must get, nothing else is said, and the next ping is answered.

import assert from 'node:assert/strict';
import test from 'node:test';

import { makeBatchCorpus } from './malformed_batches.mjs';
import { makeCorpus, nothing } from './malformed_corpus.mjs';
import { Server, makePlace, makeRandom, notification, request, run } from './support.mjs';

/** Whether a message is the answer described. A result may say that a tool's arguments were wrong: that is its affair. */
function fits(message, answer) {
  if (answer.kind === 'good') return 'result' in message && Object.is(message.id, answer.id);
  return answer.kind === 'error' && message.error?.code === answer.code && message.id === answer.id;
}

const describe = (answers) =>
  answers
    .map((answer) =>
      answer.kind === 'nothing' ? 'nothing' : `${answer.kind} ${answer.code ?? ''} id ${JSON.stringify(answer.id)}`,
    )
    .join(', or ');
const short = (line) => (line.length > 200 ? `${line.subarray(0, 200)}… (${line.length} bytes)` : line.toString());

/** What came between the last ping and the next. */
async function untilPing(server, id) {
  const messages = [];
  for (;;) {
    const message = await server.next();
    if (message.id === id) {
      assert.deepEqual(message.result, {});
      return messages;
    }
    messages.push(message);
  }
}

function checkOne({ name, line, answers }, messages) {
  const text = `${name}\n  line   ${short(line)}\n  wanted ${describe(answers)}\n  got    ${JSON.stringify(messages).slice(0, 500)}`;
  if (messages.length === 0) assert.ok(answers.includes(nothing), text);
  else assert.ok(messages.length === 1 && answers.some((answer) => fits(messages[0], answer)), text);
}

const pingAfter = (i) => Buffer.from(`${JSON.stringify(request(`ping-${i}`, 'ping'))}\n`);
const kNewline = Buffer.from('\n');

/** Collects all that is wrong instead of stopping at the first. */
async function checkAll(server, corpus) {
  const wrong = [];
  for (const [i, entry] of corpus.entries()) {
    const messages = await untilPing(server, `ping-${i}`);
    try {
      checkOne(entry, messages);
    } catch (error) {
      wrong.push(error.message);
    }
  }
  assert.equal(wrong.length, 0, `${wrong.length} of ${corpus.length} lines:\n${wrong.slice(0, 40).join('\n')}`);
}

const corpus = makeCorpus();
// Line ends are the framer's affair; a line of this corpus has none of its own.
for (const { name, line } of corpus) if (line.includes(10)) throw new Error(`${name} has a newline`);

test(`${corpus.length} lines, one at a time`, async (t) => {
  const server = await Server.open(makePlace(t));
  const checked = checkAll(server, corpus);
  for (const [i, { line }] of corpus.entries()) server.write(Buffer.concat([line, kNewline, pingAfter(i)]));
  await checked;
  assert.deepEqual(await server.end(), []);
});

test('the same lines in one stream that is cut anywhere, with CRLF', async (t) => {
  const random = makeRandom();
  const server = await Server.open(makePlace(t));
  const checked = checkAll(server, corpus);
  const stream = Buffer.concat(
    corpus.flatMap(({ line }, i) => [line, Buffer.from(random(2) ? '\r\n' : '\n'), pingAfter(i)]),
  );
  for (let at = 0; at < stream.length;) {
    const size = 1 + random([10, 1000, 100_000][random(3)]);
    server.write(stream.subarray(at, at + size));
    at += size;
  }
  await checked;
  assert.deepEqual(await server.end(), []);
});

test('the same lines before any greeting', async (t) => {
  const server = new Server(makePlace(t));
  // Without initialize nothing has agreed on a revision: it is one without batches.
  const checked = checkAll(server, corpus);
  for (const [i, { line }] of corpus.entries()) server.write(Buffer.concat([line, kNewline, pingAfter(i)]));
  await checked;
  assert.deepEqual(await server.end(), []);
});

test('batches, good and bad, where the revision has them', async (t) => {
  const server = await Server.open(makePlace(t), { revision: '2025-03-26' });
  for (const [i, { name, line, answers }] of makeBatchCorpus().entries()) {
    server.write(Buffer.concat([line, kNewline, pingAfter(i)]));
    const messages = await untilPing(server, `ping-${i}`);
    if (!Array.isArray(answers)) {
      checkOne({ name, line, answers: [answers] }, messages);
      continue;
    }
    assert.equal(messages.length, 1, `${name}: ${JSON.stringify(messages)}`);
    assert.equal(messages[0].length, answers.length, `${name}: ${JSON.stringify(messages).slice(0, 500)}`);
    // The order of the answers is free.
    const left = [...messages[0]];
    for (const answer of answers) {
      const at = left.findIndex((message) => fits(message, answer));
      assert.notEqual(at, -1, `${name}: ${describe([answer])} is not in ${JSON.stringify(messages[0]).slice(0, 500)}`);
      left.splice(at, 1);
    }
  }
  assert.deepEqual(await server.end(), []);
});

test('an id comes back as it was sent, digit for digit', async (t) => {
  const ids = [
    '9007199254740993',
    '-9223372036854775808',
    '9223372036854775807',
    '18446744073709551615',
    '0',
    '"0"',
    '"ü🐝"',
  ];
  const input = ids.map((id) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`).join('');
  const { stdout } = await run(makePlace(t), ['serve'], { input });
  assert.equal(stdout, ids.map((id) => `{"jsonrpc":"2.0","id":${id},"result":{}}\n`).join(''));
});

test('noise of every kind leaves the session as it was', async (t) => {
  const random = makeRandom();
  const server = await Server.open(makePlace(t));
  const lines = corpus.map(({ line }) => line).filter((line) => line.length > 1 && line.length < 2000);
  const kMutants = 5000;
  for (let i = 0; i < kMutants; i++) {
    // Two lines spliced, with some bytes changed; newlines may make several lines of it.
    const [a, b] = [lines[random(lines.length)], lines[random(lines.length)]];
    const mutant = Buffer.concat([a.subarray(0, random(a.length)), b.subarray(random(b.length))]);
    for (let n = random(4); n > 0 && mutant.length > 0; n--) mutant[random(mutant.length)] = random(256);
    server.write(Buffer.concat([mutant, kNewline, pingAfter(i)]));
    // Whatever is said, each line of it was read strictly by the server's driver.
    await untilPing(server, `ping-${i}`);
  }
  server.send(notification('notifications/initialized'));
  await server.memory('store', { key: 'after', value: 'fine' });
  assert.equal((await server.memory('retrieve', { key: 'after' })).value, 'fine');
});
