// A client that trusts no server: plain lines, whatever comes back, and every process that the server has started.

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const kPatienceMs = 60_000;

/** The process and all that it has started, by /proc. */
function treeOf(pid) {
  const children = (task) => {
    try {
      return readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    } catch {
      return [];
    }
  };
  let tasks = [];
  try {
    tasks = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  return [pid, ...tasks.flatMap(children).flatMap(treeOf)];
}

/** The proportional share of memory of all of them, in bytes: pages that they share count once. */
function memoryOf(pids) {
  let sum = 0;
  for (const pid of pids) {
    const line = /^Pss: +([0-9]+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    sum += Number(line[1]) * 1024;
  }
  return sum;
}

export class Client {
  #child;
  #rest = '';
  #waiting = new Map();
  #ended;
  #nextId = 1;

  /** `home` is its working directory and its home, in which it finds nothing but what it has left there. */
  constructor(command, home, environment = {}) {
    mkdirSync(path.join(home, 'home'), { recursive: true });
    const [program, ...rest] = command;
    // A group of its own, so that all that it starts can be killed with it.
    this.#child = spawn(program, rest, {
      cwd: home,
      detached: true,
      env: { PATH: process.env.PATH, HOME: path.join(home, 'home'), SKEP_HOME: path.join(home, 'skep'), ...environment },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#child.stdin.on('error', () => {});
    this.#child.stdout.setEncoding('utf8').on('data', (text) => this.#read(text));
    this.#ended = new Promise((resolve) => this.#child.on('close', resolve));
    this.#ended.then(() => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the server has ended'));
      this.#waiting.clear();
    });
  }

  #read(text) {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop();
    for (const line of lines) {
      let message;
      try {
        message = JSON.parse(line);
      } catch {
        continue; // Some print what is no message.
      }
      const waiting = this.#waiting.get(message.id);
      if (waiting === undefined || message.method !== undefined) continue;
      this.#waiting.delete(message.id);
      if (message.error !== undefined) waiting.reject(new Error(message.error.message));
      else waiting.resolve(message.result);
    }
  }

  request(method, params) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method}: no answer in ${kPatienceMs} ms`)), kPatienceMs);
      const settle = (how) => (value) => (clearTimeout(timer), how(value));
      this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
  }
  async greet() {
    await this.request('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'peers', version: '1' },
    });
    this.#child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  }
  async call(call) {
    const result = await this.request('tools/call', call);
    if (result.isError) throw new Error(JSON.stringify(result.content));
    return result;
  }

  memory() {
    return memoryOf(treeOf(this.#child.pid));
  }
  /** With all that it has started, and at once. */
  async kill() {
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
    await this.#ended;
  }
  /** As a client leaves: the end of its input; what does not end with it is killed after a while. */
  async leave() {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.kill(), 5000);
    await this.#ended;
    clearTimeout(timer);
  }
}
