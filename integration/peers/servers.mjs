// Who is measured: how each is started, and how its tools are asked to store and to retrieve.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const kRoot = fileURLToPath(new URL('../..', import.meta.url));
const kModules = path.join(kRoot, 'build', 'peers', 'node_modules');
const module = (name, file) => path.join(kModules, name, file);
const version = (name) => JSON.parse(readFileSync(module(name, 'package.json'), 'utf8')).version;
const textOf = (result) => result.content?.[0]?.text ?? '';

/**
 * `command` is what its documentation says; `direct`, where that starts further processes, is the one of them that
 * serves, so that its processor time is what is read. `valueOf` finds the value in a retrieve's result.
 */
export function servers(skep) {
  return [
    {
      name: 'skep',
      command: [skep, 'serve'],
      store: (key, value) => ({ name: 'memory_usage', arguments: { action: 'store', key, value } }),
      retrieve: (key) => ({ name: 'memory_usage', arguments: { action: 'retrieve', key } }),
      valueOf: (result) => result.structuredContent?.value,
    },
    {
      name: 'TypeScript SDK, two tools over a Map',
      command: ['node', path.join(kRoot, 'integration', 'peers', 'sdk_server.mjs')],
      keeps: false,
      store: (key, value) => ({ name: 'store', arguments: { key, value } }),
      retrieve: (key) => ({ name: 'retrieve', arguments: { key } }),
      valueOf: textOf,
    },
    {
      name: `server-memory ${version('@modelcontextprotocol/server-memory')}`,
      command: ['node', module('@modelcontextprotocol/server-memory', 'dist/index.js')],
      environment: (home) => ({ MEMORY_FILE_PATH: path.join(home, 'memory.jsonl') }),
      store: (key, value) => ({
        name: 'create_entities',
        arguments: { entities: [{ name: key, entityType: 'note', observations: [value] }] },
      }),
      retrieve: (key) => ({ name: 'open_nodes', arguments: { names: [key] } }),
      valueOf: (result) => JSON.parse(textOf(result)).entities?.[0]?.observations?.[0],
    },
    {
      name: `claude-flow ${version('claude-flow-2')}`,
      command: ['node', module('claude-flow-2', 'bin/claude-flow.js'), 'mcp', 'start'],
      direct: ['node', module('claude-flow-2', 'src/mcp/mcp-server.js')],
      store: (key, value) => ({ name: 'memory_usage', arguments: { action: 'store', key, value } }),
      retrieve: (key) => ({ name: 'memory_usage', arguments: { action: 'retrieve', key } }),
      valueOf: (result) => JSON.parse(textOf(result)).value,
    },
    {
      name: `claude-flow ${version('claude-flow-3')}`,
      command: ['node', module('claude-flow-3', 'bin/cli.js'), 'mcp', 'start'],
      store: (key, value) => ({ name: 'memory_store', arguments: { key, value } }),
      retrieve: (key) => ({ name: 'memory_retrieve', arguments: { key } }),
      valueOf: (result) => JSON.parse(textOf(result)).value,
    },
  ];
}
