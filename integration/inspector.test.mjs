// The MCP inspector's command line: what people reach for first when a server does not do what they expect. Its
// --strict holds the schemas to what every model provider understands.

import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { kSkep, makePlace, run } from './support.mjs';

const kInspector = path.join(path.dirname(fileURLToPath(import.meta.url)), 'node_modules/.bin/mcp-inspector');

/** Runs the inspector on `skep serve` and returns what it printed as JSON. */
async function inspect(place, era, ...args) {
  const flags = ['--cli', '--format', 'json', '--protocol-era', era, '-e', `SKEP_HOME=${place.home}`, ...args];
  const { code, stdout, stderr } = await run(place, [], {
    command: [process.execPath, kInspector, ...flags, '--', kSkep, 'serve'],
  });
  assert.ok(code === 0 || code === 5, `exit code ${code}\n${stdout}\n${stderr}`);
  return { code, stderr, ...JSON.parse(stdout) };
}

for (const era of ['legacy', 'auto', 'modern']) {
  test(`${era}: the strict reading of all schemas finds nothing`, async (t) => {
    const { result, schemaFindings, stderr } = await inspect(makePlace(t), era, '--method', 'tools/list', '--strict');
    assert.ok(result.tools.length > 0);
    assert.deepEqual(schemaFindings ?? [], [], stderr);
  });

  test(`${era}: what one run stores the next one retrieves`, async (t) => {
    const place = makePlace(t);
    const call = (args) =>
      inspect(
        place,
        era,
        '--method',
        'tools/call',
        '--tool-name',
        'memory_usage',
        '--tool-args-json',
        JSON.stringify(args),
      );
    const value = 'two words, "quotes", ünïcode 🐝\nand a line';
    const stored = await call({ action: 'store', key: 'k', value });
    assert.ok(!stored.result.isError, JSON.stringify(stored.result));
    const { result } = await call({ action: 'retrieve', key: 'k' });
    assert.equal(result.structuredContent.value, value);
    assert.equal((await call({ action: 'stroe', key: 'k' })).code, 5, 'the exit code of a result that is an error');
  });
}
