// A strict reading of what the server says: each line is one JSON-RPC 2.0 message, or one batch of them, that SDK clients
// accept, and has an error code that protocol/ knows.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

export const kProtocol = new URL('../protocol/', import.meta.url);
export const readProtocol = (file) => JSON.parse(readFileSync(new URL(file, kProtocol), 'utf8'));
const errorCodes = new Map(readProtocol('error_codes.json').codes.map((row) => [row.code, row]));

/** Longest line that skep reads, its end not counted, and that clients take. */
export const kMaxFrame = 10 * 1024 * 1024;

/** Lines beyond this are not searched for duplicate members: the search is slow. */
const kThoroughBelow = 256 * 1024;

/** Fails on a member that occurs twice in one object. REQUIRES: valid JSON. */
function checkNoDuplicates(text) {
  const open = [];
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
  for (let match; (match = token.exec(text));) {
    if (match[0] === '{') open.push(new Set());
    else if (match[0] === '[') open.push(null);
    else if (match[0] === '}' || match[0] === ']') open.pop();
    else if (match[1] !== undefined) {
      const name = JSON.parse(match[0].slice(0, -match[1].length));
      assert.ok(!open.at(-1).has(name), `member ${JSON.stringify(name)} occurs twice`);
      open.at(-1).add(name);
    }
  }
}

function checkKeys(object, required, optional, what) {
  for (const key of required) assert.ok(Object.hasOwn(object, key), `${what} lacks "${key}"`);
  for (const key of Object.keys(object))
    assert.ok(required.includes(key) || optional.includes(key), `${what} has the extra member "${key}"`);
}

/** SDK clients reject null wherever a member is optional; a tool's own structured content may say null. */
function checkNoNull(value, where) {
  assert.notEqual(value, null, `${where} is null`);
  if (typeof value !== 'object') return;
  for (const [key, member] of Object.entries(value))
    if (key !== 'structuredContent') checkNoNull(member, `${where}.${key}`);
}

export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

function checkOne(message) {
  assert.ok(isObject(message), 'not an object');
  assert.equal(message.jsonrpc, '2.0');
  if (Object.hasOwn(message, 'id'))
    assert.ok(typeof message.id === 'string' || Number.isInteger(message.id), 'an id is a string or an integer');
  if (Object.hasOwn(message, 'result')) {
    checkKeys(message, ['jsonrpc', 'id', 'result'], [], 'a response');
    assert.ok(isObject(message.result), 'a result is an object');
  } else if (Object.hasOwn(message, 'error')) {
    checkKeys(message, ['jsonrpc', 'error'], ['id'], 'an error response');
    checkKeys(message.error, ['code', 'message'], ['data'], 'an error');
    assert.ok(errorCodes.has(message.error.code), `error code ${message.error.code} is not in error_codes.json`);
    assert.equal(typeof message.error.message, 'string');
    assert.ok(message.error.message.length > 3, 'an error says what is wrong');
    const row = errorCodes.get(message.error.code);
    if (row.id === 'absent') assert.ok(!Object.hasOwn(message, 'id'), 'this error has no id');
    if (row.id === 'always') assert.ok(Object.hasOwn(message, 'id'), 'this error has an id');
  } else {
    checkKeys(message, ['jsonrpc', 'method'], ['id', 'params'], 'a request or notification');
    assert.equal(typeof message.method, 'string');
    if (Object.hasOwn(message, 'params')) assert.ok(isObject(message.params), 'params are an object');
  }
  checkNoNull(message, 'message');
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** One line of the server, without its newline, as a message; throws when it is not exactly one. */
export function parseLine(line) {
  assert.ok(line.length < kMaxFrame, `a line of ${line.length} bytes: clients give up at 10 MiB`);
  let text;
  try {
    text = utf8.decode(line);
    const message = JSON.parse(text);
    if (text.length < kThoroughBelow) checkNoDuplicates(text);
    if (Array.isArray(message)) {
      assert.ok(message.length > 0, 'an empty batch');
      message.forEach(checkOne);
    } else {
      checkOne(message);
    }
    return message;
  } catch (error) {
    error.message = `${error.message}, in the line ${shorten(text ?? line.toString('latin1'))}`;
    throw error;
  }
}

/** For messages: the beginning and the end of a long text. */
export const shorten = (text) =>
  text.length <= 500 ? text : `${text.slice(0, 300)} … (${text.length} characters) … ${text.slice(-100)}`;
