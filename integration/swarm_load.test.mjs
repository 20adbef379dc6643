// A small load, on every run: eight servers with eight agents each do every task exactly once. Its figures are said, not
// judged: `node swarm_load.mjs` measures.

import test from 'node:test';

import { makePlace } from './support.mjs';
import { contention, pipelined } from './swarm_load.mjs';

test('eight servers with eight agents each do every task exactly once', async (t) => {
  const { claimsPerSecond, claimP50Ms, claimP99Ms, fdatasyncP50Ms } = await contention(makePlace(t), {
    processes: 8,
    agents: 8,
    tasks: 500,
  });
  t.diagnostic(
    `${claimsPerSecond.toFixed(0)} claims/s, p50 ${claimP50Ms.toFixed(1)}, p99 ${claimP99Ms.toFixed(1)} ms; ` +
      `fdatasync p50 ${fdatasyncP50Ms.toFixed(1)} ms`,
  );
});

test('one server that is given all it can take does all of it', async (t) => {
  for (const { name, perSecond, timesBaseline } of await pipelined(makePlace(t), { count: 500 }))
    t.diagnostic(`${name}: ${perSecond.toFixed(0)}/s, ${timesBaseline.toFixed(1)} times the baseline`);
});
