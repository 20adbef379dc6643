// kill -9 at any moment: what was acknowledged is there afterwards, and nothing is half there.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Server, makePlace, makeRandom, run, toolCall } from './support.mjs';

const kRounds = 40;
/** Stores that a round sends at most; it is usually killed long before they are done. */
const kStores = 1500;

/** A value that says what it is, so that a mixture of two is seen: the tag again and again. */
function makeValue(tag, random) {
  const length = [10, 100, 1000, 5000][random(4)];
  return `${tag};`.repeat(Math.ceil(length / (tag.length + 1)));
}

test(`${kRounds} kills with kill -9 lose nothing that was acknowledged`, async (t) => {
  const place = makePlace(t);
  const random = makeRandom();
  // Per key, every value that was sent, in order, and the position of the last one that was acknowledged.
  const sent = new Map();
  const acknowledged = new Map();
  let kills = 0;
  let total = 0;

  const check = async (server, keys) => {
    const found = await Promise.all(
      keys.map(async (key) => {
        const id = `check ${key}`;
        const response = server.response(id);
        server.send(toolCall(id, 'memory_usage', { action: 'retrieve', key }));
        return (await response).result;
      }),
    );
    keys.forEach((key, i) => {
      const value = found[i].structuredContent?.value;
      const least = acknowledged.get(key);
      if (value === undefined) {
        assert.equal(least, undefined, `${key} was acknowledged and is gone`);
        return;
      }
      const at = sent.get(key).lastIndexOf(value);
      assert.notEqual(at, -1, `${key} has a value that nobody stored: ${value.slice(0, 100)}`);
      if (least !== undefined) assert.ok(at >= least, `${key} has an older value than the acknowledged one`);
      sent.set(key, [value]);
      acknowledged.set(key, 0);
    });
  };

  for (let round = 0; round < kRounds; round++) {
    const server = await Server.open(place);
    if (round > 0) await check(server, [...sent.keys()].slice(-500));
    // Half of the keys are new, half are overwritten again and again.
    const stores = [];
    for (let i = 0; i < kStores; i++) {
      const key = random(2) ? `round-${round}-${i}` : `again-${random(40)}`;
      if (!sent.has(key)) sent.set(key, []);
      const value = makeValue(`${key}@${round}.${i}`, random);
      sent.get(key).push(value);
      stores.push({ id: i, key, at: sent.get(key).length - 1, value });
    }
    // The moment: after so many acknowledgements, some rounds before the first.
    const killAfter = random(4) === 0 ? 0 : random(kStores);
    for (const { id, key, value } of stores) server.send(toolCall(id, 'memory_usage', { action: 'store', key, value }));
    const answers = [];
    for (let i = 0; i < killAfter; i++) answers.push(await server.next());
    server.kill('SIGKILL');
    const { signal } = await server.exit;
    assert.equal(signal, 'SIGKILL');
    kills++;
    // What was in the pipe when the server died was acknowledged too.
    answers.push(...server.takeAll());
    for (const answer of answers) assert.ok(answer.result && !answer.result.isError, JSON.stringify(answer));
    const answered = new Set(answers.map((answer) => answer.id));
    for (const { id, key, at } of stores)
      if (answered.has(id)) acknowledged.set(key, Math.max(acknowledged.get(key) ?? -1, at));
    total += answered.size;
  }

  const server = await Server.open(place);
  await check(server, [...sent.keys()]);
  await server.end();
  assert.equal(kills, kRounds);
  t.diagnostic(`${total} acknowledged stores, ${sent.size} keys`);
  const doctor = await run(place, ['doctor']);
  assert.equal(doctor.code, 0, `skep doctor\n${doctor.stdout}\n${doctor.stderr}`);
});
