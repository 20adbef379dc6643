// The official clients of both generations with the binary behind them, as tests of what both eras have use them.

import assert from 'node:assert/strict';

import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import * as types from '@modelcontextprotocol/sdk/types.js';

import { ToolError, kSkep } from './support.mjs';

export const kModern = '2026-07-28';
export const kEras = ['legacy', 'modern'];

/**
 * What a client says of progress that it reads together with the answer, which it handles first, and of an answer that
 * was on its way when it cancelled.
 */
const kLate = /progress notification for an unknown token|response for an unknown message ID/;

const kRequests = {
  'elicitation/create': types.ElicitRequestSchema,
  'roots/list': types.ListRootsRequestSchema,
};
const kNotifications = {
  'notifications/resources/updated': types.ResourceUpdatedNotificationSchema,
  'notifications/resources/list_changed': types.ResourceListChangedNotificationSchema,
  'notifications/message': types.LoggingMessageNotificationSchema,
  'notifications/tasks/status': types.TaskStatusNotificationSchema,
};

/** A client of one of the eras, with a server of its own. Whatever it complains of fails the test. */
export class Program {
  /**
   * Options: `args` after `serve`; `env` besides the place's; `capabilities` of the client; `on`: what is done with
   * requests and notifications of the server, by their method.
   */
  static async open(place, era, { args = [], env = {}, capabilities = {}, on = {} } = {}) {
    const [Client, Transport] = era === 'modern' ? [ModernClient, ModernTransport] : [LegacyClient, LegacyTransport];
    const program = new Program();
    program.era = era;
    const kinds = era === 'modern' ? { versionNegotiation: { mode: { pin: kModern } } } : {};
    program.client = new Client({ name: 'integration', version: '1.0.0' }, { ...kinds, capabilities });
    const complaints = [];
    program.client.onerror = (error) => complaints.push(error.message);
    program.transport = new Transport({
      command: kSkep,
      args: ['serve', ...args],
      env: { ...place.env, ...env },
      cwd: place.project,
      stderr: 'ignore',
    });
    for (const [method, act] of Object.entries(on)) program.on(method, act);
    place.beforeRemoval(async () => {
      await program.client.close();
      assert.deepEqual(
        complaints.filter((text) => !kLate.test(text)),
        [],
      );
    });
    await program.client.connect(program.transport);
    return program;
  }

  /** Does something with the params of what the server sends; what it returns answers a request. */
  on(method, act) {
    const handler = ({ params }, extra) => act(params, extra);
    const [set, schemas] = method.startsWith('notifications/')
      ? ['setNotificationHandler', kNotifications]
      : ['setRequestHandler', kRequests];
    this.client[set](this.era === 'modern' ? method : schemas[method], handler);
  }

  /** A tool's answer as it is. */
  call(name, args = {}, options = undefined) {
    const params = { name, arguments: args };
    return this.era === 'modern'
      ? this.client.callTool(params, options)
      : this.client.callTool(params, types.CallToolResultSchema, options);
  }
  /** The structured content of a tool's answer, or its ToolError thrown. */
  async tool(name, args, options) {
    const result = await this.call(name, args, options);
    if (result.isError) throw new ToolError(result.content[0].text);
    return result.structuredContent;
  }
  memory(action, args) {
    return this.tool('memory_usage', { action, ...args });
  }

  /** A resource's text; the structure of what is JSON. */
  async read(uri) {
    const { contents } = await this.client.readResource({ uri });
    assert.equal(contents.length, 1);
    assert.equal(contents[0].uri, uri);
    return contents[0].mimeType === 'application/json' ? JSON.parse(contents[0].text) : contents[0].text;
  }
  /** What is offered for a variable or argument. */
  async complete(ref, name, value, known) {
    const { completion } = await this.client.complete({
      ref: ref.includes('://') ? { type: 'ref/resource', uri: ref } : { type: 'ref/prompt', name: ref },
      argument: { name, value },
      ...(known && { context: { arguments: known } }),
    });
    return completion;
  }

  get pid() {
    return this.transport.pid;
  }
  kill() {
    process.kill(this.pid, 'SIGKILL');
  }
  close() {
    return this.client.close();
  }
}

/** Things as they come, each of which is waited for: next() is the first that was not yet taken. */
export class Inbox {
  #items = [];
  #readers = [];
  all = [];

  push = (item) => {
    this.all.push(item);
    const reader = this.#readers.shift();
    if (reader) reader(item);
    else this.#items.push(item);
  };
  next() {
    if (this.#items.length) return Promise.resolve(this.#items.shift());
    return new Promise((resolve) => this.#readers.push(resolve));
  }
  get size() {
    return this.#items.length;
  }
  /** Forgets what has come. */
  clear() {
    this.#items = [];
  }
}

/** "median 1.2, p99 3.4, most 5.6 ms" */
export function figures(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(2);
  return `median ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)} ms of ${sorted.length}`;
}
