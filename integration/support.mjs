// What the tests share: a place of their own on disk, and the server as a child that speaks lines. No test sleeps: it waits for a line or for an exit, and a child that takes longer than its limit is
// killed and fails the test with what was said so far.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { parseLine, shorten } from './strict.mjs';

/** The binary under test. */
export const kSkep = path.resolve(
  process.env.SKEP_BIN ?? fileURLToPath(new URL('../build/release/skep', import.meta.url)),
);
/** Longest life of a child, in ms: many times what a slow machine needs. */
const kLimit = 120_000;

if (!existsSync(kSkep)) throw new Error(`${kSkep} is missing: build the release preset, or set SKEP_BIN`);

// --- Places --------------------------------------------------------------------

/**
 * A new directory with a project and a SKEP_HOME, gone when the test ends. `env` is the whole environment of a child:
 * what the machine's user has set does not reach it, and what it writes elsewhere than in SKEP_HOME lands in `user`.
 * What was given to `beforeRemoval` is done first, the last first.
 */
export function makePlace(t) {
  const root = mkdtempSync(path.join(tmpdir(), 'skep-'));
  const place = {
    root,
    project: path.join(root, 'project'),
    home: path.join(root, 'home'),
    user: path.join(root, 'user'),
  };
  mkdirSync(place.project);
  mkdirSync(place.user);
  place.env = { PATH: process.env.PATH, HOME: place.user, SKEP_HOME: place.home, TMPDIR: root };
  const before = [];
  place.beforeRemoval = (act) => before.push(act);
  t.after(async () => {
    try {
      for (const act of before.reverse()) await act();
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
  return place;
}

/** The files in a directory and in those below it. */
export const filesBelow = (directory) =>
  readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));

// --- The envelope ---------------------------------------------------------------

const kMetaPrefix = 'io.modelcontextprotocol/';

/** Params of `initialize`. */
export const initializeParams = (protocolVersion = '2025-11-25') => ({
  protocolVersion,
  capabilities: {},
  clientInfo: { name: 'integration', version: '1.0.0' },
});

/** Params of a modern request: `params` with the `_meta` that revision 2026-07-28 asks for. */
export const modernParams = (params = {}, version = '2026-07-28') => ({
  ...params,
  _meta: {
    [`${kMetaPrefix}protocolVersion`]: version,
    [`${kMetaPrefix}clientCapabilities`]: {},
    [`${kMetaPrefix}clientInfo`]: { name: 'integration', version: '1.0.0' },
    ...params._meta,
  },
});

export const request = (id, method, params) => ({ jsonrpc: '2.0', id, method, ...(params && { params }) });
export const notification = (method, params) => ({ jsonrpc: '2.0', method, ...(params && { params }) });
export const toolCall = (id, name, args) => request(id, 'tools/call', { name, arguments: args });

/** A tool answered with `isError`: what the model would read. */
export class ToolError extends Error {}

/** A server answered with a JSON-RPC error. */
export class ProtocolError extends Error {
  constructor(error) {
    super(`${error.code} ${error.message}`);
    this.code = error.code;
    this.data = error.data;
  }
}

/** The result of a response, or its error thrown. */
export function resultOf(response) {
  if (response.error) throw new ProtocolError(response.error);
  return response.result;
}

/** The structured content of a tool's response, or its error thrown. */
export function contentOf(response) {
  const result = resultOf(response);
  if (result.isError) throw new ToolError(result.content.map((block) => block.text).join('\n'));
  return result.structuredContent;
}

// --- Lines -----------------------------------------------------------------------

/** Cuts a stream into lines and gives each to `onLine`; `rest()` is what came after the last newline. */
export function lineSplitter(onLine) {
  let parts = [];
  const push = (chunk) => {
    let from = 0;
    for (let end; (end = chunk.indexOf(10, from)) !== -1; from = end + 1) {
      const piece = chunk.subarray(from, end);
      const line = parts.length ? Buffer.concat([...parts, piece]) : piece;
      parts = [];
      onLine(line);
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  };
  return { push, rest: () => Buffer.concat(parts) };
}

// --- Children ---------------------------------------------------------------------

const later = () => {
  const promise = {};
  promise.promise = new Promise((resolve, reject) => Object.assign(promise, { resolve, reject }));
  promise.promise.catch(() => {});
  return promise;
};

/** `skep serve` as a child that is spoken to in lines. */
export class Server {
  #child;
  #inbox = [];
  #readers = [];
  #waiting = new Map();
  #heard = [];
  #said = [];
  #failure = null;
  #nextId = 1;
  #timer;

  /**
   * Options: `args` after `serve`; `limit` in ms; `command` instead of skep itself; `paused`: nothing is read before
   * read() is called; further ones are those of child_process.spawn.
   */
  constructor(place, { args = [], command, limit = kLimit, paused = false, ...options } = {}) {
    const [program, ...rest] = command ?? [kSkep, 'serve', ...args];
    const child = spawn(program, rest, {
      cwd: place.project,
      env: place.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...options,
    });
    this.#child = child;
    this.stderr = '';
    /** Resolves to {code, signal} when the process has ended and all that it said was read. */
    this.exit = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        clearTimeout(this.#timer);
        this.#fail(new Error(`the server has gone (exit code ${code}, signal ${signal})`));
        resolve({ code, signal });
      });
      child.on('error', (error) => {
        clearTimeout(this.#timer);
        this.#fail(error);
        resolve({ code: null, signal: null });
      });
    });
    this.#timer = setTimeout(() => {
      this.#fail(new Error(`nothing more after ${limit} ms`));
      child.kill('SIGKILL');
    }, limit);
    child.stderr?.setEncoding('utf8').on('data', (text) => (this.stderr = (this.stderr + text).slice(-20_000)));
    child.stdin?.on('error', () => {});
    if (child.stdout && !paused) this.read();
    place.beforeRemoval(async () => {
      child.kill('SIGKILL');
      await this.exit;
    });
  }

  /** A server that has been greeted in a legacy revision. */
  static async open(place, options = {}) {
    const server = new Server(place, options);
    server.greeting = await server.request('initialize', initializeParams(options.revision));
    server.send(notification('notifications/initialized'));
    return server;
  }

  get pid() {
    return this.#child.pid;
  }
  get stdout() {
    return this.#child.stdout;
  }

  /** Starts to read what the server says. */
  read() {
    const splitter = lineSplitter((line) => this.#onLine(line));
    this.#child.stdout.on('data', splitter.push);
    this.#child.stdout.on('end', () => {
      if (splitter.rest().length && !this.#child.killed)
        this.#fail(new Error(`the last line has no end: ${shorten(splitter.rest().toString('latin1'))}`));
    });
  }

  /** Sends bytes as they are. Returns whether the pipe's buffer has room for more. */
  write(bytes) {
    this.#said.push(bytes);
    if (this.#said.length > 4) this.#said.shift();
    return this.#child.stdin.write(bytes);
  }
  /** Sends messages, one line each, in one write. */
  send(...messages) {
    return this.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  }

  /** The next message that no request() waits for, in the order of arrival. */
  async next() {
    if (this.#inbox.length) return this.#inbox.shift();
    if (this.#failure) throw this.#failure;
    const reader = later();
    this.#readers.push(reader);
    return reader.promise;
  }
  /** Messages that have arrived and were not taken by next(). */
  takeAll() {
    return this.#inbox.splice(0);
  }

  /** The response to the request with this id, whenever it arrives. */
  response(id) {
    if (this.#failure) return Promise.reject(this.#failure);
    const waiting = later();
    this.#waiting.set(id, waiting);
    return waiting.promise;
  }
  newId() {
    return `t-${this.#nextId++}`;
  }

  /** Sends a request and returns its result, or throws its ProtocolError. */
  async request(method, params) {
    const id = this.newId();
    const response = this.response(id);
    this.send(request(id, method, params));
    return resultOf(await response);
  }
  /** Calls a tool and returns its structured content, or throws its ToolError. */
  async tool(name, args = {}) {
    const id = this.newId();
    const response = this.response(id);
    this.send(toolCall(id, name, args));
    return contentOf(await response);
  }
  memory(action, args) {
    return this.tool('memory_usage', { action, ...args });
  }
  ping() {
    return this.request('ping');
  }

  closeInput() {
    this.#child.stdin.end();
  }
  kill(signal) {
    this.#child.kill(signal);
  }
  /** Ends the input and sees to it that the server ends well. Returns what it said last. */
  async end() {
    this.closeInput();
    const { code, signal } = await this.exit;
    if (code !== 0) throw new Error(`ended with exit code ${code}, signal ${signal}\n${this.seen()}`);
    return this.takeAll();
  }

  /** What was said lately, for a failure's message. */
  seen() {
    const list = (items) => items.map((item) => `    ${shorten(item.toString())}`.trimEnd()).join('\n');
    return `  client said\n${list(this.#said)}\n  server said\n${list(this.#heard)}\n  stderr\n${list(this.stderr.split('\n').slice(-20, -1))}`;
  }

  #onLine(line) {
    this.#heard.push(line);
    if (this.#heard.length > 4) this.#heard.shift();
    let message;
    try {
      message = parseLine(line);
    } catch (error) {
      this.#fail(error);
      return;
    }
    const waiting = message.method === undefined && this.#waiting.get(message.id);
    if (waiting) {
      this.#waiting.delete(message.id);
      waiting.resolve(message);
    } else if (this.#readers.length) {
      this.#readers.shift().resolve(message);
    } else {
      this.#inbox.push(message);
    }
  }

  #fail(cause) {
    if (this.#failure) return;
    const error = new Error(`${cause.message}\n${this.seen()}`);
    this.#failure = error;
    for (const { reject } of [...this.#waiting.values(), ...this.#readers]) reject(error);
    this.#waiting.clear();
    this.#readers = [];
  }
}

/** Runs skep to its end. Returns {code, signal, stdout, stderr}. */
export function run(place, args, { input = '', limit = kLimit, command, ...options } = {}) {
  const [program, ...rest] = command ?? [kSkep, ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      cwd: place.project,
      env: place.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...options,
    });
    const output = { stdout: [], stderr: [] };
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limit);
    for (const name of ['stdout', 'stderr']) child[name]?.on('data', (chunk) => output[name].push(chunk));
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const [stdout, stderr] = [output.stdout, output.stderr].map((chunks) => Buffer.concat(chunks).toString());
      if (late)
        reject(
          new Error(
            `skep ${args.join(' ')} took more than ${limit} ms\n  stdout ${shorten(stdout)}\n  stderr ${shorten(stderr)}`,
          ),
        );
      else resolve({ code, signal, stdout, stderr });
    });
  });
}

/** The messages in what `skep serve` wrote: lines, each with its end. */
export function parseOutput(stdout) {
  if (stdout === '') return [];
  assert.ok(stdout.endsWith('\n'), `the last line has no end: ${shorten(stdout)}`);
  return stdout
    .slice(0, -1)
    .split('\n')
    .map((line) => parseLine(Buffer.from(line)));
}

// --- Chance that can be repeated -----------------------------------------------------

/** A generator of numbers in [0, n), the same for the same seed (mulberry32). SKEP_SEED chooses another. */
export function makeRandom(seed = Number(process.env.SKEP_SEED ?? 1)) {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return Math.floor((((x ^ (x >>> 14)) >>> 0) / 4294967296) * n);
  };
}
