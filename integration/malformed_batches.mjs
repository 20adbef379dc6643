// Batches, good and bad, and what each must be answered with: `answers` are those in the one line that comes back, in any
// order, or the one answer to a batch that is refused as a whole.

import { ask, envelope, error, good, kInvalid, kNoMethod, notJson, nothing } from './malformed_corpus.mjs';

/** Lines for a session that agreed on 2025-03-26, which has batches. */
export function makeBatchCorpus() {
  const ping = (id) => `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"ping"}`;
  const pings = (count) => Array.from({ length: count }, (_, i) => ping(i)).join(',');
  const note = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
  const unknown = '{"jsonrpc":"2.0","id":1,"method":"no"}';
  const answer = '{"jsonrpc":"2.0","id":1,"result":{}}';
  const greeting = ask(
    'initialize',
    '{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}',
  );
  const bad = error(kInvalid);
  return [
    ['empty', '[]', bad],
    ['of one', `[${ping(1)}]`, [good(1)]],
    ['of notifications', `[${note},${note}]`, nothing],
    ['of requests and notifications', `[${ping(1)},${note},${ping('b')}]`, [good(1), good('b')]],
    ['of no messages', '[1,"x",null,[],{}]', [bad, bad, bad, bad, bad]],
    [
      'of good and bad',
      `[${ping(1)},5,${envelope({ jsonrpc: '1' })},${ping(3)}]`,
      [good(1), bad, error(kInvalid, 7), good(3)],
    ],
    ['with an unknown method', `[${unknown},{"jsonrpc":"2.0","method":"no"}]`, [error(kNoMethod, 1)]],
    ['with initialize', `[${greeting},${ping(2)}]`, [error(kInvalid, 7), good(2)]],
    ['with a batch in it', `[[${ping(1)}],${ping(2)}]`, [bad, good(2)]],
    ['with an answer', `[${answer},${ping(2)}]`, [good(2)]],
    ['of nothing but answers', `[${answer}]`, nothing],
    ['cut short', `[${ping(1)},`, notJson],
    ['with equal ids', `[${ping(1)},${ping(1)}]`, [good(1), good(1)]],
    ['of 1,000', `[${pings(1000)}]`, Array.from({ length: 1000 }, (_, i) => good(i))],
    ['of 1,001', `[${pings(1001)}]`, bad],
  ].map(([name, line, answers]) => ({ name: `a batch ${name}`, line: Buffer.from(line), answers }));
}
