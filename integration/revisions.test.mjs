// The binary against protocol/revisions.json: what it says of each revision is what it does in it.

import assert from 'node:assert/strict';
import test from 'node:test';

import { readProtocol } from './strict.mjs';
import { Server, initializeParams, makePlace, modernParams, request } from './support.mjs';

const { revisions } = readProtocol('revisions.json');
const kLegacy = revisions.filter((revision) => revision.era === 'legacy');
const kModern = revisions.filter((revision) => revision.era === 'modern');
const kEveryMethod = [...new Set(revisions.flatMap((revision) => revision.fromClient.requests))].sort();

test('initialize agrees on each legacy revision, and on the newest one instead of any other', async (t) => {
  const newest = kLegacy.at(-1).version;
  const others = [...kModern.map((revision) => revision.version), '2024-10-07', '2099-01-01', 'draft', ''];
  const server = new Server(makePlace(t));
  for (const { version } of kLegacy)
    assert.equal((await server.request('initialize', initializeParams(version))).protocolVersion, version);
  for (const version of others)
    assert.equal((await server.request('initialize', initializeParams(version))).protocolVersion, newest, version);
});

test('server/discover lists the modern revisions', async (t) => {
  const server = new Server(makePlace(t));
  const { supportedVersions } = await server.request('server/discover', modernParams());
  for (const { version } of kModern) assert.ok(supportedVersions.includes(version));
  for (const version of supportedVersions) assert.ok(revisions.some((revision) => revision.version === version));
});

for (const revision of revisions) {
  const modern = revision.era === 'modern';
  const open = (t) => (modern ? new Server(makePlace(t)) : Server.open(makePlace(t), { revision: revision.version }));
  const params = (members) => (modern ? modernParams(members, revision.version) : members);

  test(`${revision.version}: a method that it lacks is unknown`, async (t) => {
    const server = await open(t);
    const has = [...revision.fromClient.requests, ...Object.values(revision.extensions ?? {}).flat()];
    for (const method of kEveryMethod.filter((name) => !has.includes(name)))
      await assert.rejects(server.request(method, params()), { code: -32601 }, method);
    await assert.rejects(server.request('no/such/method', params()), { code: -32601 });
  });

  test(`${revision.version}: what its capabilities promise is there`, async (t) => {
    const server = await open(t);
    const greeting = modern ? await server.request('server/discover', params()) : server.greeting;
    const promised = { tools: 'tools/list', resources: 'resources/list', prompts: 'prompts/list' };
    for (const [capability, method] of Object.entries(promised)) {
      if (capability in greeting.capabilities) await server.request(method, params());
      else await assert.rejects(server.request(method, params()), { code: -32601 }, method);
    }
  });

  test(`${revision.version}: batches are ${revision.batches ? 'answered' : 'refused'}`, async (t) => {
    const server = await open(t);
    server.write(
      `${JSON.stringify([request(1, 'tools/list', params({})), request(2, 'no/such/method', params({}))])}\n`,
    );
    const answer = await server.next();
    if (revision.batches) {
      assert.ok(Array.isArray(answer));
      assert.deepEqual(answer.map((item) => item.id).sort(), [1, 2]);
    } else {
      assert.equal(answer.error.code, -32600);
      assert.equal('id' in answer, false);
    }
    assert.deepEqual(await server.ping(), {});
  });
}
