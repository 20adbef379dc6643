// Plays protocol/transcripts against the binary. The rules are in protocol/README.md; the unit tests play the same files
// in process.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

import { isObject, kProtocol } from './strict.mjs';
import { Server, makePlace } from './support.mjs';

/** `value` with every <NAME> that is saved replaced by what it stands for. */
function substitute(value, saved) {
  if (typeof value === 'string') {
    const whole = /^<([^<>]+)>$/.exec(value)?.[1];
    if (saved.has(whole)) return saved.get(whole);
    return value.replace(/<([^<>]+)>/g, (text, name) => {
      if (!saved.has(name)) return text;
      return typeof saved.get(name) === 'string' ? saved.get(name) : JSON.stringify(saved.get(name));
    });
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, saved));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, substitute(member, saved)]));
}

/** Fails with the path of the first difference. Adds to `saved`. */
function match(pattern, value, saved, where = '') {
  const fail = (text) => assert.fail(`${where || 'the message'} ${text}`);
  if (typeof pattern === 'string') {
    if (pattern === '<any>') return;
    const type = { '<string>': 'string', '<int>': 'int', '<number>': 'number' }[pattern];
    if (type !== undefined) {
      const fits = type === 'int' ? Number.isInteger(value) : typeof value === type;
      if (!fits) fail(`is ${JSON.stringify(value)}, not of type ${type}`);
      return;
    }
    const inside = /^<re:(.*)>$/s.exec(pattern)?.[1];
    if (inside !== undefined) {
      const expression = substitute(inside, saved);
      if (typeof value !== 'string' || !new RegExp(expression).test(value))
        fail(`is ${JSON.stringify(value)}, which ${expression} does not match`);
      return;
    }
    const name = /^<save:(.+)>$/.exec(pattern)?.[1];
    if (name !== undefined) {
      saved.set(name, value);
      return;
    }
    if (!isDeepStrictEqual(substitute(pattern, saved), value))
      fail(`is ${JSON.stringify(value)}, not ${JSON.stringify(substitute(pattern, saved))}`);
  } else if (Array.isArray(pattern)) {
    if (!Array.isArray(value)) fail(`is ${JSON.stringify(value)}, not an array`);
    if (value.length !== pattern.length) fail(`has ${value.length} elements, not ${pattern.length}`);
    pattern.forEach((item, i) => match(item, value[i], saved, `${where}[${i}]`));
  } else if (isObject(pattern)) {
    if (!isObject(value)) fail(`is ${JSON.stringify(value)}, not an object`);
    const { '<...>': open, ...members } = pattern;
    for (const [key, member] of Object.entries(members)) {
      if (!Object.hasOwn(value, key)) fail(`lacks "${key}"`);
      match(member, value[key], saved, where ? `${where}.${key}` : key);
    }
    if (!open)
      for (const key of Object.keys(value)) if (!Object.hasOwn(members, key)) fail(`has the extra member "${key}"`);
  } else if (pattern !== value) {
    fail(`is ${JSON.stringify(value)}, not ${JSON.stringify(pattern)}`);
  }
}

const kFolder = fileURLToPath(new URL('transcripts', kProtocol));
const files = existsSync(kFolder)
  ? readdirSync(kFolder)
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
  : [];

test('there are transcripts', () => assert.ok(files.length > 0));

for (const file of files) {
  const lines = readFileSync(path.join(kFolder, file), 'utf8').split('\n').slice(0, -1);
  // Each step with its place; a line holds one, or several as an array.
  const steps = lines.flatMap((line, i) => {
    const at = `${file}:${i + 1}`;
    try {
      return [JSON.parse(line)].flat().map((step) => ({ at, step }));
    } catch (error) {
      throw new Error(`${at}: ${error.message}`);
    }
  });
  test(`${file}: ${steps[0]?.step.name}`, async (t) => {
    assert.ok(steps[0]?.step.name, 'the first line names what the transcript pins');
    const server = new Server(makePlace(t));
    const saved = new Map();
    let pings = 0;
    // A change is told when it is seen, which may be before the write that made it is answered.
    const changes = [];
    const isChange = (message) => /^notifications\/resources\//.test(message.method);
    const next = async (wanted) => {
      if (isChange(wanted)) return changes.shift() ?? server.next();
      for (let message = await server.next(); ; message = await server.next()) {
        if (!isChange(message) || 'method' in wanted) return message;
        changes.push(message);
      }
    };
    for (const { at, step } of steps) {
      try {
        if ('send' in step) {
          server.write(`${JSON.stringify(substitute(step.send, saved))}\n`);
        } else if ('raw' in step) {
          server.write(`${substitute(step.raw, saved)}\n`);
        } else if ('expect' in step) {
          const message = await next(step.expect);
          try {
            match(step.expect, message, saved);
          } catch (error) {
            throw new Error(
              `${error.message}\n  wanted ${JSON.stringify(step.expect)}\n  got    ${JSON.stringify(message)}`,
            );
          }
        } else if (step.expect_none) {
          const id = `runner-${pings++}`;
          server.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' })}\n`);
          assert.deepEqual(changes.shift() ?? (await server.next()), { jsonrpc: '2.0', id, result: {} });
        } else if (step.end) {
          server.closeInput();
        } else {
          assert.ok('name' in step || step.only === 'binary', `no such step: ${JSON.stringify(step)}`);
        }
      } catch (error) {
        throw new Error(`${at}: ${error.message}`);
      }
    }
    assert.deepEqual([...changes, ...(await server.end())], [], 'said after the last line');
  });
}
