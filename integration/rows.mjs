// Reads a project's database as anybody could: with python's sqlite3, because Node 20 has none of its own.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

import { filesBelow } from './support.mjs';

const kProgram = `
import json, sqlite3, sys
database = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
database.row_factory = sqlite3.Row
print(json.dumps([dict(row) for row in database.execute(sys.argv[2])]))
`;

/** The rows of a query on a place's only database, as objects. */
export function rows(place, sql) {
  const database = filesBelow(place.home).find((file) => file.endsWith('.db'));
  const { status, stdout, stderr } = spawnSync('python3', ['-c', kProgram, database, sql], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}
