// skep in scripts: requests piped in, and tools called from a shell.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { Server, initializeParams, makePlace, notification, parseOutput, request, run, toolCall } from './support.mjs';

const toLines = (messages) => messages.map((message) => `${JSON.stringify(message)}\n`).join('');

// --- Pipes ------------------------------------------------------------------------

test('a ping that is piped in is answered with one line', async (t) => {
  const input = '{"jsonrpc":"2.0","id":1,"method":"ping"}\n';
  const outcome = await run(makePlace(t), ['serve'], { input });
  assert.deepEqual(outcome, { code: 0, signal: null, stdout: '{"jsonrpc":"2.0","id":1,"result":{}}\n', stderr: '' });
});

test('without a command, and no terminal, it serves', async (t) => {
  const { code, stdout } = await run(makePlace(t), [], { input: toLines([request(1, 'ping')]) });
  assert.equal(code, 0);
  assert.equal(parseOutput(stdout)[0].id, 1);
});

/** Each line needs what the lines before it have made. */
const kDependent = [
  request(1, 'initialize', initializeParams()),
  notification('notifications/initialized'),
  toolCall(2, 'swarm_init', { topology: 'hierarchical', name: 'hive', maxAgents: 3 }),
  toolCall(3, 'agent_spawn', { type: 'coordinator', name: 'queen' }),
  toolCall(4, 'agent_spawn', { type: 'coder', name: 'worker', parent: 'queen' }),
  toolCall(5, 'memory_usage', { action: 'store', key: 'plan', value: 'one' }),
  toolCall(6, 'memory_usage', { action: 'store', key: 'plan', value: 'two', ifVersion: 1 }),
  toolCall(7, 'memory_usage', { action: 'store', key: 'plan', value: 'three', ifVersion: 1 }), // a conflict
  toolCall(8, 'memory_usage', { action: 'retrieve', key: 'plan' }),
  toolCall(9, 'agent_list', {}),
  toolCall(10, 'memory_usage', { action: 'list' }),
  toolCall(11, 'memory_search', { pattern: 'two' }),
  request(12, 'ping'),
  toolCall(13, 'memory_usage', { action: 'delete', key: 'plan' }),
  toolCall(14, 'memory_usage', { action: 'retrieve', key: 'plan' }),
  toolCall(15, 'swarm_status', {}),
  toolCall(16, 'agent_spawn', { type: 'tester', name: 'one too many' }),
  toolCall(17, 'agent_spawn', { type: 'tester', name: 'really one too many' }), // over maxAgents
  toolCall(18, 'swarm_destroy', { swarmId: 'hive' }),
  toolCall(19, 'swarm_status', { swarmId: 'hive' }), // destroyed, so no longer found by its name
];

/** Answers by id; a time stamp is replaced, whether in the structure or in the text, as two runs differ in it. */
function comparable(answers) {
  const text = JSON.stringify(answers.sort((a, b) => a.id - b.id));
  return JSON.parse(text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME'));
}

test('dependent lines piped in one go are answered as the same lines one by one', async (t) => {
  const { code, stdout } = await run(makePlace(t), ['serve'], { input: toLines(kDependent) });
  assert.equal(code, 0);
  const inOneGo = parseOutput(stdout);

  const server = new Server(makePlace(t));
  const oneByOne = [];
  for (const message of kDependent) {
    server.send(message);
    if (message.id !== undefined) oneByOne.push(await server.next());
  }
  assert.deepEqual(await server.end(), []);

  assert.deepEqual(comparable(inOneGo), comparable(oneByOne));
  const byId = new Map(oneByOne.map((answer) => [answer.id, answer.result]));
  assert.equal(byId.get(8).structuredContent.value, 'two');
  for (const [id, { isError }] of byId)
    assert.equal(isError === true, [7, 17, 19].includes(id), `${id}: ${JSON.stringify(byId.get(id))}`);
  assert.deepEqual(
    byId
      .get(9)
      .structuredContent.agents.map((agent) => agent.name)
      .sort(),
    ['queen', 'worker'],
  );
});

test('the same lines, one process each, find what the others have made', async (t) => {
  const place = makePlace(t);
  for (const message of [kDependent[2], kDependent[3], kDependent[5]]) {
    const { code, stdout } = await run(place, ['serve'], { input: toLines([message]) });
    assert.equal(code, 0);
    assert.ok(!parseOutput(stdout)[0].result.isError, stdout);
  }
  const { stdout } = await run(place, ['serve'], { input: toLines([kDependent[8], kDependent[9]]) });
  const [plan, agents] = parseOutput(stdout).sort((a, b) => a.id - b.id);
  assert.equal(plan.result.structuredContent.value, 'one');
  assert.deepEqual(
    agents.result.structuredContent.agents.map((agent) => agent.name),
    ['queen'],
  );
});

test('CRLF and empty lines are as good as LF', async (t) => {
  const lines = toLines([request(1, 'ping'), request(2, 'ping')]);
  const { stdout } = await run(makePlace(t), ['serve'], { input: `\r\n\n  \n${lines.replaceAll('\n', '\r\n')}\n\t\n` });
  assert.deepEqual(
    parseOutput(stdout).map((answer) => answer.id),
    [1, 2],
  );
});

// --- The command line ----------------------------------------------------------------

const ok = async (place, ...args) => {
  const outcome = await run(place, args);
  assert.equal(outcome.code, 0, `skep ${args.join(' ')}\n${outcome.stdout}\n${outcome.stderr}`);
  return outcome;
};
const json = async (place, ...args) => JSON.parse((await ok(place, ...args, '--json')).stdout);

/** The usage error that `args` end in: exit code 2, nothing on stdout. */
async function usageError(place, args, ...patterns) {
  const { code, stdout, stderr } = await run(place, args);
  assert.equal(code, 2, `skep ${args.join(' ')}: exit code ${code}\n${stdout}\n${stderr}`);
  assert.equal(stdout, '');
  for (const pattern of patterns) assert.match(stderr, pattern, `skep ${args.join(' ')}`);
}

test('a tool called from a shell stores, and another process retrieves', async (t) => {
  const place = makePlace(t);
  await ok(place, 'mcp', 'memory_usage', '--action', 'store', '--key', 'k', '--value', 'v w ü 🐝');
  const { stdout } = await ok(place, 'mcp', 'memory_usage', '--action', 'retrieve', '--key', 'k');
  assert.match(stdout, /v w ü 🐝/);
  const answer = await json(place, 'mcp', 'memory_usage', '--action=retrieve', '--key=k');
  assert.equal(answer.value, 'v w ü 🐝');
  assert.equal(answer.version, 1);
});

test('arguments come in kebab-case, arrays as JSON or with commas', async (t) => {
  const place = makePlace(t);
  const swarm = await json(place, 'mcp', 'swarm_init', '--topology', 'mesh', '--max-agents', '3', '--name', 'hive');
  assert.equal(swarm.topology, 'mesh');
  assert.equal(swarm.maxAgents, 3);
  await ok(
    place,
    'mcp',
    'agent_spawn',
    '--type',
    'coder',
    '--name',
    'a',
    '--swarm-id',
    'hive',
    '--capabilities',
    'x,y',
  );
  await ok(
    place,
    'mcp',
    'agent_spawn',
    '--type',
    'coder',
    '--name',
    'b',
    '--swarm-id',
    'hive',
    '--capabilities',
    '["x","y, z"]',
  );
  const { agents } = await json(place, 'mcp', 'agent_list', '--swarm-id', 'hive');
  const capabilities = Object.fromEntries(agents.map((agent) => [agent.name, agent.capabilities]));
  assert.deepEqual(capabilities, { a: ['x', 'y'], b: ['x', 'y, z'] });
});

test('a tool that fails exits with 1 and says why on stderr', async (t) => {
  const place = makePlace(t);
  await ok(place, 'mcp', 'memory_usage', '--action', 'store', '--key', 'k', '--value', 'v');
  const args = ['mcp', 'memory_usage', '--action', 'store', '--key', 'k', '--value', 'w', '--if-version', '9'];
  const { code, stdout, stderr } = await run(place, args);
  assert.equal(code, 1, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, /version/);
});

test('a mistake on the command line exits with 2 and suggests what was meant', async (t) => {
  const place = makePlace(t);
  await usageError(place, ['mcp', 'memory_usag'], /memory_usage/);
  await usageError(place, ['mcp', 'memory_usage', '--action', 'store', '--kee', 'k'], /--kee/, /--key/);
  await usageError(place, ['mcp', 'memory_usage', '--action', 'stroe', '--key', 'k'], /stroe/, /store/);
  await usageError(
    place,
    ['mcp', 'swarm_init', '--topology', 'mesh', '--max-agents', 'many'],
    /max-?agents/i,
    /many|integer/i,
  );
  // An argument's name on the wire is good as well; its value is judged as any.
  await usageError(place, ['mcp', 'swarm_init', '--topology', 'star', '--maxAgents', 'five'], /maxAgents/);
  await usageError(place, ['mcp', 'swarm_init'], /topology/);
  await usageError(place, ['mcp', 'memory_usage', '--action'], /--action/);
  await usageError(place, ['sreve'], /serve/);
  await usageError(place, ['serve', '--no-such-flag'], /--no-such-flag/);
  assert.deepEqual(readdirSync(place.user), []);
});

test('tools are listed, and described by --help, for people and for machines', async (t) => {
  const place = makePlace(t);
  const server = await Server.open(place);
  const { tools } = await server.request('tools/list');
  await server.end();
  const { stdout } = await ok(place, 'mcp', '--list');
  const listed = await json(place, 'mcp', '--list');
  const names = (Array.isArray(listed) ? listed : listed.tools).map((tool) => tool.name);
  // From a shell all can be called; clients are told of the toolsets that an agent works with.
  for (const tool of tools) assert.ok(names.includes(tool.name), tool.name);
  assert.ok(names.includes('health_check') && names.length > tools.length);
  for (const tool of tools) {
    assert.ok(stdout.includes(tool.name));
    const help = (await ok(place, 'mcp', tool.name, '--help')).stdout;
    for (const argument of Object.keys(tool.inputSchema.properties ?? {})) {
      const flag = `--${argument.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      assert.ok(help.includes(flag), `${tool.name} --help lacks ${flag}`);
    }
  }
});

test('--help and --version are everywhere and write to stdout', async (t) => {
  const place = makePlace(t);
  assert.match((await ok(place, '--version')).stdout, /^skep \d+\.\d+\.\d+/);
  const help = await ok(place, '--help');
  for (const command of ['serve', 'mcp', 'status', 'doctor']) {
    assert.match(help.stdout, new RegExp(`\\b${command}\\b`));
    const { stdout, stderr } = await ok(place, command, '--help');
    assert.ok(stdout.includes(command) && stdout.length > 40);
    assert.equal(stderr, '');
  }
  assert.ok(!existsSync(place.home), 'help touches no data');
});

test('status and doctor say how things stand', async (t) => {
  const place = makePlace(t);
  await ok(place, 'mcp', 'swarm_init', '--topology', 'ring', '--name', 'round');
  await ok(place, 'mcp', 'memory_usage', '--action', 'store', '--key', 'k', '--value', 'v');
  assert.match((await ok(place, 'status')).stdout, /round|ring/);
  assert.equal(typeof (await json(place, 'status')), 'object');
  assert.ok((await ok(place, 'doctor')).stdout.length > 0);
  assert.equal(typeof (await json(place, 'doctor')), 'object');
});

test('output that is not a terminal has no colours', async (t) => {
  const place = makePlace(t);
  place.env.TERM = 'xterm-256color';
  for (const args of [['--help'], ['mcp', '--list'], ['status'], ['doctor'], ['mcp', 'no_such_tool']]) {
    const { stdout, stderr } = await run(place, args);
    assert.ok(!(stdout + stderr).includes('\u001b'), `skep ${args.join(' ')}`);
  }
});

// --- Where things are kept ---------------------------------------------------------------

test('SKEP_HOME keeps everything, for nobody else to read', async (t) => {
  const place = makePlace(t);
  await run(place, ['serve'], { input: toLines(kDependent) });
  await ok(place, 'mcp', 'memory_usage', '--action', 'list');
  await ok(place, 'status');
  await ok(place, 'doctor');
  assert.deepEqual(readdirSync(place.user), [], 'the home directory');
  assert.deepEqual(readdirSync(place.project), [], 'the project');
  assert.deepEqual(readdirSync(place.root).sort(), ['home', 'project', 'user'], 'the temporary directory');
  for (const entry of readdirSync(place.home, { withFileTypes: true, recursive: true })) {
    const mode = statSync(path.join(entry.parentPath ?? entry.path, entry.name)).mode & 0o777;
    assert.equal(mode & 0o077, 0, `${entry.name} has mode ${mode.toString(8)}`);
  }
});

test('projects are apart; a git repository is one, from whichever of its directories', async (t) => {
  const place = makePlace(t);
  const inside = (directory) => ({ ...place, project: path.join(place.project, directory) });
  mkdirSync(path.join(place.project, 'one/.git'), { recursive: true });
  mkdirSync(path.join(place.project, 'one/src/deep'), { recursive: true });
  mkdirSync(path.join(place.project, 'two'));
  await ok(inside('one/src/deep'), 'mcp', 'memory_usage', '--action', 'store', '--key', 'k', '--value', 'v');
  const read = ['mcp', 'memory_usage', '--action', 'retrieve', '--key', 'k'];
  assert.equal((await json(inside('one'), ...read)).value, 'v');
  assert.equal((await json(inside('one/src'), ...read)).value, 'v');
  assert.equal((await json(inside('two'), ...read)).value, undefined);
  const { stdout } = await run(inside('two'), ['serve', '--project', '../one'], {
    input: toLines([toolCall(1, 'memory_usage', { action: 'retrieve', key: 'k' })]),
  });
  assert.equal(parseOutput(stdout)[0].result.structuredContent.value, 'v');
});
