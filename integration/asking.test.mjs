// What the server asks the person at the client before it acts: in the legacy era by a request of its own, in the
// modern one by an answer that says what is missing, with a state that nobody can forge.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Program, kEras } from './clients.mjs';
import {
  Server,
  contentOf,
  initializeParams,
  makePlace,
  makeRandom,
  modernParams,
  notification,
  toolCall,
} from './support.mjs';

const kForms = { elicitation: { form: {} } };

/** A client that answers each form with `answer(params)`, and notes what it was asked in `asked`. */
async function openAsked(place, era, answer) {
  const asked = [];
  const program = await Program.open(place, era, {
    capabilities: kForms,
    on: {
      'elicitation/create': async (params) => {
        asked.push(params);
        return answer(params);
      },
    },
  });
  return Object.assign(program, { asked });
}

const makeHive = async (client, name = 'hive') => {
  await client.tool('swarm_init', { topology: 'star', name, maxAgents: 1 });
  await client.tool('agent_spawn', { type: 'coder', name: `ada of ${name}`, swarmId: name });
  await client.tool('task_orchestrate', { task: 'gather', swarmId: name });
};
/** 'active', or 'destroyed'. */
const statusOf = async (client, swarmId = 'hive') => {
  try {
    return (await client.tool('swarm_status', { swarmId })).status;
  } catch (error) {
    assert.match(error.message, /was destroyed/);
    return 'destroyed';
  }
};

for (const era of kEras) {
  test(`${era}: a swarm with unfinished work is destroyed when the person agrees`, async (t) => {
    const client = await openAsked(makePlace(t), era, () => ({ action: 'accept', content: { destroy: true } }));
    await makeHive(client);
    const destroyed = await client.tool('swarm_destroy', { swarmId: 'hive' });
    assert.equal(destroyed.status, 'destroyed');
    assert.equal(destroyed.tasksCancelled, 1);
    assert.equal(client.asked.length, 1);
    const [{ message, requestedSchema, mode = 'form' }] = client.asked;
    assert.equal(mode, 'form');
    assert.match(message, /hive.*1 unfinished task and 1 agent/);
    assert.equal(requestedSchema.type, 'object');
    assert.equal(requestedSchema.properties.destroy.type, 'boolean');
    assert.deepEqual(requestedSchema.required, ['destroy']);
  });

  for (const [what, answer, says] of [
    ['declines', { action: 'decline' }, /wants to keep the swarm/],
    ['closes the form', { action: 'cancel' }, /nobody has confirmed/],
    ['leaves the box empty', { action: 'accept', content: { destroy: false } }, /wants to keep the swarm/],
  ])
    test(`${era}: a swarm lives on when the person ${what}`, async (t) => {
      const client = await openAsked(makePlace(t), era, () => answer);
      await makeHive(client);
      await assert.rejects(client.tool('swarm_destroy', { swarmId: 'hive' }), says);
      assert.equal(client.asked.length, 1);
      assert.equal(await statusOf(client), 'active');
      const { agents } = await client.tool('agent_list', { swarmId: 'hive' });
      assert.equal(agents[0].state, 'idle', 'what was tried has left no trace');
      const { tasks } = await client.read('skep://tasks/ready');
      assert.equal(tasks.length, 1);
    });

  test(`${era}: an agent too many has room made for it, if the person agrees`, async (t) => {
    let content = { raise: false };
    const client = await openAsked(makePlace(t), era, () =>
      content ? { action: 'accept', content } : { action: 'decline' },
    );
    await makeHive(client);
    const spawn = (name) => client.tool('agent_spawn', { type: 'coder', name, swarmId: 'hive' });
    const most = async () => (await client.tool('swarm_status', { swarmId: 'hive' })).maxAgents;
    await assert.rejects(spawn('no'), /maxAgents|full|agents/);
    content = null;
    await assert.rejects(spawn('no'), /maxAgents|full|agents/);
    assert.equal(await most(), 1);
    content = { raise: true };
    assert.equal((await spawn('eve')).name, 'eve');
    assert.equal(await most(), 2, 'one more');
    content = { raise: true, maxAgents: 4 };
    assert.equal((await spawn('joe')).name, 'joe');
    assert.equal(await most(), 4);
    assert.equal(client.asked.length, 4);
    await spawn('ida');
    assert.equal(client.asked.length, 4, 'nobody is asked when there is room');
    const { requestedSchema } = client.asked[0];
    assert.deepEqual(Object.keys(requestedSchema.properties), ['raise', 'maxAgents']);
    assert.deepEqual(requestedSchema.required, ['raise']);
    assert.equal(requestedSchema.properties.maxAgents.type, 'integer');
  });

  test(`${era}: nobody is asked about what harms nothing, and no client that cannot be asked`, async (t) => {
    const place = makePlace(t);
    const client = await openAsked(place, era, () => assert.fail('asked'));
    await client.tool('swarm_init', { topology: 'star', name: 'empty' });
    assert.equal((await client.tool('swarm_destroy', { swarmId: 'empty' })).status, 'destroyed');
    assert.equal(client.asked.length, 0);

    const mute = await Program.open(place, era);
    await makeHive(mute);
    await assert.rejects(mute.tool('agent_spawn', { type: 'coder', name: 'eve', swarmId: 'hive' }), /agents/);
    assert.equal((await mute.tool('swarm_destroy', { swarmId: 'hive' })).status, 'destroyed');
  });

  test(`${era}: calls that are asked about at once get each their own answer`, async (t) => {
    const place = makePlace(t);
    // The later it was asked, the earlier it is answered.
    const held = [];
    const client = await openAsked(
      place,
      era,
      ({ message }) =>
        new Promise((resolve) => {
          held.push(() =>
            resolve(message.includes('odd') ? { action: 'decline' } : { action: 'accept', content: { destroy: true } }),
          );
          if (held.length === 6) held.reverse().forEach((answer) => answer());
        }),
    );
    const names = Array.from({ length: 6 }, (_, i) => `${i % 2 ? 'odd' : 'even'}-${i}`);
    for (const name of names) await makeHive(client, name);
    const outcomes = await Promise.allSettled(names.map((swarmId) => client.tool('swarm_destroy', { swarmId })));
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      names.map((name) => (name.startsWith('odd') ? 'rejected' : 'fulfilled')),
    );
    for (const name of names)
      assert.equal(await statusOf(client, name), name.startsWith('odd') ? 'active' : 'destroyed');
  });
}

// --- Line by line: the legacy era ----------------------------------------------------

const kAbilities = { ...initializeParams(), capabilities: { elicitation: {} } };

async function openLegacy(place) {
  const server = new Server(place);
  await server.request('initialize', kAbilities);
  server.send(notification('notifications/initialized'));
  return server;
}

test('a question is withdrawn when its call is cancelled, and a late answer changes nothing', async (t) => {
  const server = await openLegacy(makePlace(t));
  await makeHive(server);
  server.send(toolCall('d', 'swarm_destroy', { swarmId: 'hive' }));
  const question = await server.next();
  assert.equal(question.method, 'elicitation/create');
  server.send(notification('notifications/cancelled', { requestId: 'd' }));
  const withdrawn = await server.next();
  assert.equal(withdrawn.method, 'notifications/cancelled');
  assert.equal(withdrawn.params.requestId, question.id);
  const yes = { action: 'accept', content: { destroy: true } };
  server.send({ jsonrpc: '2.0', id: question.id, result: yes }, { jsonrpc: '2.0', id: question.id, result: yes });
  assert.equal(await statusOf(server), 'active');
  assert.deepEqual(await server.end(), []);
});

test('answers that fit no question, or are errors or nonsense, destroy nothing', async (t) => {
  const server = await openLegacy(makePlace(t));
  await makeHive(server);
  for (const answer of [
    { error: { code: -32600, message: 'User rejected the request' } },
    { result: {} },
    { result: { action: 'accept' } },
    { result: { action: 'accept', content: { destroy: 'yes' } } },
    { result: { action: 'accept', content: { destroy: true, also: 1 } } },
    { result: { action: 'maybe', content: { destroy: true } } },
    { result: { action: ['accept'], content: { destroy: true } } },
  ]) {
    const id = server.newId();
    const answered = server.response(id);
    server.send(toolCall(id, 'swarm_destroy', { swarmId: 'hive' }));
    const question = await server.next();
    // Not to what was asked.
    server.send({ jsonrpc: '2.0', id: question.id + 1, result: { action: 'accept', content: { destroy: true } } });
    server.send({ jsonrpc: '2.0', id: `${question.id}`, result: { action: 'accept', content: { destroy: true } } });
    server.send({ jsonrpc: '2.0', id: question.id, ...answer });
    const { result } = await answered;
    assert.equal(result.isError, true, JSON.stringify(answer));
    assert.equal(await statusOf(server), 'active', JSON.stringify(answer));
  }
  assert.deepEqual(await server.end(), []);
});

test('who leaves instead of answering has destroyed nothing', async (t) => {
  const place = makePlace(t);
  const server = await openLegacy(place);
  await makeHive(server);
  const answered = server.response('d');
  server.send(toolCall('d', 'swarm_destroy', { swarmId: 'hive' }));
  assert.equal((await server.next()).method, 'elicitation/create');
  await server.end();
  assert.match((await answered).result.content[0].text, /ended the session/);
  assert.equal(await statusOf(await Server.open(place)), 'active');
});

test('other calls of the session go on while a person thinks', async (t) => {
  const server = await openLegacy(makePlace(t));
  await makeHive(server);
  const answered = server.response('d');
  server.send(toolCall('d', 'swarm_destroy', { swarmId: 'hive' }));
  const question = await server.next();
  await server.tool('task_orchestrate', { task: 'sweep', swarmId: 'hive' });
  assert.equal(await statusOf(server), 'active');
  server.send({ jsonrpc: '2.0', id: question.id, result: { action: 'accept', content: { destroy: true } } });
  assert.equal(contentOf(await answered).tasksCancelled, 2, 'as it is when it is done');
  assert.deepEqual(await server.end(), []);
});

// --- Line by line: the modern era ----------------------------------------------------

const kYes = { confirm_sw_000001: { action: 'accept', content: { destroy: true } } };
const kCapabilities = { 'io.modelcontextprotocol/clientCapabilities': kForms };

/** A modern call of a client that can be asked, with what it brings back. */
const ask = (server, name, args, brings = {}) =>
  server.request('tools/call', modernParams({ name, arguments: args, ...brings, _meta: kCapabilities }));
const destroy = (server, brings, swarmId = 'hive') => ask(server, 'swarm_destroy', { swarmId }, brings);

/** The state and the key of what a call was asked, which is to be one question. */
function asked(result) {
  assert.equal(result.resultType, 'input_required');
  assert.equal(typeof result.requestState, 'string');
  const [[key, question], ...others] = Object.entries(result.inputRequests);
  assert.deepEqual(others, []);
  assert.equal(question.method, 'elicitation/create');
  return { state: result.requestState, key };
}

/** The call is refused as what it is, and the swarm has not noticed. */
async function refused(server, call, what) {
  await assert.rejects(call, (error) => {
    assert.equal(error.code, -32602, `${what}: ${error.message}`);
    assert.match(error.message, /requestState/, what);
    return true;
  });
}

test('the state with the answer destroys the swarm; another answer, or none, does not', async (t) => {
  const server = await Server.open(makePlace(t));
  await makeHive(server);
  const { state, key } = asked(await destroy(server));
  assert.equal(key, 'confirm_sw_000001');
  // Nothing, nothing that fits, or too much: it is asked again, whatever was brought.
  for (const inputResponses of [undefined, {}, { other: kYes.confirm_sw_000001 }, [kYes.confirm_sw_000001]])
    asked(await destroy(server, { requestState: state, ...(inputResponses && { inputResponses }) }));
  // Without the state nobody has asked.
  asked(await destroy(server, { inputResponses: kYes }));
  for (const answer of [
    { action: 'decline' },
    { action: 'cancel' },
    {},
    'yes',
    { action: 'accept', content: { destroy: false } },
  ])
    assert.equal((await destroy(server, { requestState: state, inputResponses: { confirm_sw_000001: answer } })).isError, true);
  assert.equal(await statusOf(server), 'active');

  const done = await destroy(server, {
    requestState: state,
    inputResponses: { ...kYes, other: { action: 'decline' } },
  });
  assert.equal(done.resultType, 'complete');
  assert.equal(done.structuredContent.status, 'destroyed');
  assert.equal(await statusOf(server), 'destroyed');
  assert.equal((await destroy(server, { requestState: state, inputResponses: kYes })).isError, true, 'once is all');
});

test('a state that was tampered with, cut or made up is refused, and the swarm lives on', async (t) => {
  const server = await Server.open(makePlace(t));
  await makeHive(server);
  const { state } = asked(await destroy(server));
  const kLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const random = makeRandom();
  const brings = (requestState) => ({ requestState, inputResponses: kYes });
  const calls = [];
  const expectRefused = (text, what) => calls.push(refused(server, destroy(server, brings(text)), what));
  for (let i = 0; i < state.length; i++) {
    const other = kLetters[(kLetters.indexOf(state[i]) + 1 + random(63)) % 64];
    expectRefused(state.slice(0, i) + other + state.slice(i + 1), `letter ${i}`);
    expectRefused(state.slice(0, i), `the first ${i}`);
  }
  const bytes = Buffer.from(state, 'base64url');
  for (let i = 0; i < 200; i++) {
    const changed = Buffer.from(bytes);
    changed[random(changed.length)] ^= 1 << random(8);
    expectRefused(changed.toString('base64url'), `one bit, number ${i}`);
  }
  const mac = bytes.subarray(0, 32);
  const forged = JSON.stringify({ ...JSON.parse(bytes.subarray(32)), at: Date.now() + 1 });
  for (const [what, text] of [
    ['another time under the same mac', Buffer.concat([mac, Buffer.from(forged)]).toString('base64url')],
    ['no mac', bytes.subarray(32).toString('base64url')],
    ['zeros', Buffer.concat([Buffer.alloc(32), bytes.subarray(32)]).toString('base64url')],
    ['twice', state + state],
    ['longer', `${state}AA`],
    ['padded', `${state}=`],
    ['a space', `${state} `],
    ['other letters', state.replace(/[A-Za-z]/, '*')],
    ['large', 'A'.repeat(1_000_000)],
    ['plain', JSON.stringify(kYes)],
  ])
    expectRefused(text, what);
  for (const wrong of [17, true, {}, []]) calls.push(refused(server, destroy(server, brings(wrong)), `${wrong}`));
  await Promise.all(calls);
  assert.equal(await statusOf(server), 'active');
  assert.equal((await destroy(server, brings(state))).structuredContent.status, 'destroyed');
});

test("another call's state is refused, and so is another process's", async (t) => {
  const place = makePlace(t);
  const [server, other] = [await Server.open(place), await Server.open(place)];
  await makeHive(server);
  await makeHive(server, 'other');
  const { state } = asked(await destroy(server));
  const spawn = { type: 'coder', name: 'eve', swarmId: 'hive' };
  const room = asked(await ask(server, 'agent_spawn', spawn));
  const brings = { requestState: state, inputResponses: kYes };
  await refused(server, destroy(server, brings, 'other'), 'another swarm');
  await refused(server, ask(server, 'agent_spawn', spawn, brings), 'another tool');
  await refused(server, destroy(server, { ...brings, requestState: room.state }), "another tool's state");
  await refused(other, destroy(other, brings), 'another process');
  await refused(
    server,
    ask(server, 'agent_spawn', { ...spawn, name: 'joe' }, { ...brings, requestState: room.state }),
    'other arguments',
  );
  for (const name of ['hive', 'other']) assert.equal(await statusOf(server, name), 'active');
  // It is the call that counts, not how it was spelled.
  const raise = {
    requestState: room.state,
    inputResponses: { [room.key]: { action: 'accept', content: { raise: true } } },
  };
  const respelled = { swarmId: 'hive', name: 'eve', type: 'coder' };
  assert.equal((await ask(server, 'agent_spawn', respelled, raise)).structuredContent.name, 'eve');
});

test('the client takes what is missing into its own hands, and sends it back with the state', async (t) => {
  const place = makePlace(t);
  const { client } = await Program.open(place, 'modern', { capabilities: kForms });
  const call = (name, args, brings) =>
    client.callTool({ name, arguments: args, ...brings }, { allowInputRequired: true });
  await call('swarm_init', { topology: 'star', name: 'hive' });
  await call('task_orchestrate', { task: 'gather' });
  const first = await call('swarm_destroy', { swarmId: 'hive' });
  assert.equal(first.resultType, 'input_required');
  const wrong = { inputResponses: kYes, requestState: `${first.requestState.slice(0, -4)}AAAA` };
  await assert.rejects(call('swarm_destroy', { swarmId: 'hive' }, wrong), { code: -32602 });
  const right = { inputResponses: kYes, requestState: first.requestState };
  const done = await call('swarm_destroy', { swarmId: 'hive' }, right);
  assert.equal(done.structuredContent.status, 'destroyed');
});
