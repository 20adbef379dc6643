// What there is to pick, in both eras.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Program, kEras } from './clients.mjs';
import { makePlace } from './support.mjs';

/** An instruction is no longer than this, whatever it was given. */
const kMost = 8 * 1024;

for (const era of kEras) {
  const open = async (t) => {
    const client = await Program.open(makePlace(t), era);
    await client.tool('swarm_init', { topology: 'star', name: 'hive', objective: 'make honey' });
    await client.tool('agent_spawn', { type: 'coder', name: 'ada' });
    const { taskId } = await client.tool('task_orchestrate', { task: 'gather nectar' });
    const { epoch } = await client.tool('task_claim', { agentId: 'ada' });
    await client.tool('task_update', { taskId, epoch, state: 'failed', result: 'rain' });
    return Object.assign(client, { taskId });
  };
  /** A good value for each argument. */
  const argumentsOf = ({ taskId }) => ({ objective: 'fill the combs', agents: '3', swarm: 'hive', task: taskId });

  test(`${era}: every prompt is listed and can be had, with what it requires and with all it takes`, async (t) => {
    const client = await open(t);
    const { prompts } = await client.client.listPrompts();
    assert.deepEqual(
      prompts.filter(({ name }) => !name.startsWith('sparc_')).map(({ name }) => name),
      ['plan_swarm', 'standup', 'investigate_bottleneck', 'recover_task'],
    );
    assert.equal(prompts.length, 11);
    const values = argumentsOf(client);
    for (const { name, title, description, arguments: takes = [] } of prompts) {
      assert.ok(title && description, name);
      const required = takes.filter((argument) => argument.required);
      for (const given of [required, takes]) {
        const args = Object.fromEntries(given.map((argument) => [argument.name, values[argument.name]]));
        const { messages, description } = await client.client.getPrompt({ name, arguments: args });
        assert.ok(messages.length > 0, name);
        let bytes = 0;
        for (const { role, content } of messages) {
          assert.ok(['user', 'assistant'].includes(role), name);
          assert.equal(content.type, 'text');
          bytes += Buffer.byteLength(content.text);
        }
        assert.ok(bytes > 100 && bytes <= kMost, `${name} has ${bytes} bytes`);
        assert.ok(description === undefined || description.length > 0);
      }
      if (required.length > 0)
        await assert.rejects(client.client.getPrompt({ name, arguments: {} }), (error) => {
          assert.equal(error.code, -32602, name);
          assert.ok(error.message.includes(required[0].name), error.message);
          return true;
        });
    }
  });

  test(`${era}: a prompt says how things stand and what it was given`, async (t) => {
    const client = await open(t);
    const text = async (name, args) =>
      (await client.client.getPrompt({ name, arguments: args })).messages.map(({ content }) => content.text).join('\n');
    assert.match(await text('plan_swarm', { objective: 'fill the combs' }), /fill the combs/);
    assert.match(await text('standup', {}), /hive/);
    const recover = await text('recover_task', { task: client.taskId });
    assert.ok(recover.includes(client.taskId), recover);
    assert.match(recover, /gather nectar/);
    assert.match(await text('sparc_coder', { task: client.taskId }), /gather nectar/);
    assert.match(await text('sparc_coder', { task: 'build the combs' }), /build the combs/);
    const long = await text('plan_swarm', { objective: 'honey and wax '.repeat(10_000) });
    assert.ok(Buffer.byteLength(long) <= kMost);
  });

  test(`${era}: what a prompt cannot be made of is refused`, async (t) => {
    const client = await open(t);
    const get = (name, args) => client.client.getPrompt({ name, arguments: args });
    await assert.rejects(get('standupp', {}), (error) => {
      assert.equal(error.code, -32602);
      assert.match(error.message, /did you mean "standup"/);
      return true;
    });
    for (const [name, args] of [
      ['standup', { swarm: 'bees' }],
      ['standup', { swarms: 'hive' }],
      ['recover_task', { task: 'tk_999999' }],
      ['plan_swarm', { objective: '' }],
      ['plan_swarm', { objective: 'x', agents: 'many' }],
    ])
      await assert.rejects(get(name, args), { code: -32602 }, `${name} ${JSON.stringify(args)}`);
    await assert.rejects(client.client.listPrompts({ cursor: 'never issued' }), { code: -32602 });
  });

  test(`${era}: arguments are completed`, async (t) => {
    const client = await open(t);
    const values = async (...args) => (await client.complete(...args)).values;
    for (const name of ['standup', 'investigate_bottleneck', 'sparc_tester'])
      assert.deepEqual(await values(name, 'swarm', 'h'), ['hive']);
    assert.ok((await values('recover_task', 'task', 'tk_')).includes(client.taskId));
    assert.deepEqual(await values('sparc_coder', 'task', 'no such'), []);
    const { taskId } = await client.tool('task_orchestrate', { task: 'sweep' });
    assert.ok((await values('sparc_coder', 'task', 'tk_', { swarm: 'hive' })).includes(taskId));
    assert.deepEqual(await values('sparc_coder', 'task', taskId), [taskId]);
    assert.deepEqual(await values('sparc_coder', 'task', 'swe'), [taskId], 'by a word of its title');
    assert.deepEqual(await values('plan_swarm', 'objective', 'm'), []);
    for (const [name, argument] of [
      ['no_such_prompt', 'swarm'],
      ['standup', 'hive'],
    ])
      await assert.rejects(client.complete(name, argument, ''), { code: -32602 });
  });
}
