// Disks that refuse: no permission, no room, and a database that is none. Each time the error is clear, the session lives
// on, and what can work again does.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { Server, ToolError, filesBelow, kSkep, makePlace } from './support.mjs';

/** Fails unless each way to write says clearly that it could not, and all else goes on. */
async function expectRefusal(server, pattern) {
  for (let i = 0; i < 3; i++)
    await assert.rejects(server.memory('store', { key: `refused-${i}`, value: 'v'.repeat(1000) }), (error) => {
      assert.ok(error instanceof ToolError, error.message);
      assert.match(error.message, pattern);
      return true;
    });
  assert.deepEqual(await server.ping(), {});
  const { tools } = await server.request('tools/list');
  assert.ok(tools.length > 0);
  const health = await server.tool('health_check').catch((error) => error);
  assert.ok(health instanceof ToolError || health.status !== 'ok', `health_check says ${JSON.stringify(health)}`);
}

const isRoot = process.getuid() === 0;

test('a data directory that may not be written is named in the error, and works once it may', async (t) => {
  const place = makePlace(t);
  // Root may write anywhere, so the server runs as nobody, from a place that nobody can see.
  const options = {};
  if (isRoot) {
    const binary = path.join(place.root, 'skep');
    copyFileSync(kSkep, binary);
    chmodSync(binary, 0o755);
    chmodSync(place.root, 0o755);
    Object.assign(options, { command: [binary, 'serve'], uid: 65534, gid: 65534 });
  }
  mkdirSync(place.home);
  chmodSync(place.home, 0o555);
  const server = await Server.open(place, options);
  await expectRefusal(server, /permission|read-only|not writable|may not/i);
  await assert.rejects(server.memory('store', { key: 'k', value: 'v' }), (error) => error.message.includes(place.home));
  chmodSync(place.home, isRoot ? 0o777 : 0o755);
  await server.memory('store', { key: 'k', value: 'v' });
  assert.equal((await server.memory('retrieve', { key: 'k' })).value, 'v');
  await server.end();
});

/** Whether a file system of our own can be mounted here. */
const canMount = (() => {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', '/mnt'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
})();

test(
  'a full disk refuses writes clearly, loses nothing, and takes them again when there is room',
  { skip: !canMount && 'mounting a small tmpfs needs root' },
  async (t) => {
    const place = makePlace(t);
    mkdirSync(place.home);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', place.home]);
    place.beforeRemoval(() => execFileSync('umount', [place.home]));

    const server = await Server.open(place);
    await server.memory('store', { key: 'before', value: 'kept' });
    const ballast = path.join(place.home, 'ballast');
    const fill = () => {
      const fd = openSync(ballast, 'a');
      try {
        for (;;) writeFileSync(fd, Buffer.alloc(4096));
      } catch (error) {
        assert.equal(error.code, 'ENOSPC');
      } finally {
        closeSync(fd);
      }
    };
    for (let round = 0; round < 3; round++) {
      fill();
      const value = 'v'.repeat(200_000);
      await assert.rejects(server.memory('store', { key: 'too much', value }), (error) => {
        assert.ok(error instanceof ToolError, error.message);
        assert.match(error.message, /full|space/i);
        return true;
      });
      await expectRefusal(server, /full|space/i);
      assert.equal((await server.memory('retrieve', { key: 'before' })).value, 'kept');
      assert.equal((await server.memory('retrieve', { key: 'too much' })).value, undefined);
      rmSync(ballast);
      await server.memory('store', { key: `after-${round}`, value: 'made' });
      assert.equal((await server.memory('retrieve', { key: `after-${round}` })).value, 'made');
    }
    await server.end();
    const again = await Server.open(place);
    assert.equal((await again.memory('retrieve', { key: 'before' })).value, 'kept');
    for (let round = 0; round < 3; round++)
      assert.equal((await again.memory('retrieve', { key: `after-${round}` })).value, 'made');
    await again.end();
  },
);

test('a database that is none is refused with what to do, and left alone', async (t) => {
  const place = makePlace(t);
  const first = await Server.open(place);
  await first.memory('store', { key: 'k', value: 'v' });
  await first.end();
  const file = filesBelow(place.home).find((name) => /\.(db|sqlite3?)$/.test(name));
  assert.ok(file, filesBelow(place.home).join());
  for (const name of filesBelow(place.home)) if (name.startsWith(`${file}-`)) rmSync(name);
  const garbage = Buffer.alloc(statSync(file).size, 'this is no database ');
  writeFileSync(file, garbage);

  const server = await Server.open(place);
  for (const action of ['store', 'retrieve'])
    await assert.rejects(server.memory(action, { key: 'k', ...(action === 'store' && { value: 'w' }) }), (error) => {
      assert.ok(error instanceof ToolError, error.message);
      assert.ok(error.message.includes(file), `the file is named: ${error.message}`);
      return true;
    });
  assert.deepEqual(await server.ping(), {});
  await server.end();
  assert.deepEqual(readFileSync(file), garbage);
});
