// Lines that are not what they should be, and what each must be answered with. A line is made of bytes; an answer is
// `nothing`, error(code), error(code, id), or good(id). Where JSON, JSON-RPC and MCP leave a choice there are several.

export const nothing = { kind: 'nothing' };
export const error = (code, id) => ({ kind: 'error', code, id });
export const good = (id) => ({ kind: 'good', id });

export const kInvalid = -32600;
export const kNoMethod = -32601;
const kParams = -32602;
const kVersion = -32022;

export const notJson = error(-32700);
const noMessage = error(kInvalid);

/** The texts of a block: one per line, or several with two spaces or more between them. */
const texts = (block) => block.trim().split(/ {2,}|\n\s*/);

/** A request for ping with the id 7, whose members are replaced by JSON text, or left out where it is undefined. */
export function envelope(members) {
  const all = { jsonrpc: '"2.0"', id: '7', method: '"ping"', ...members };
  const present = Object.entries(all).filter(([, text]) => text !== undefined);
  return `{${present.map(([key, text]) => `"${key}":${text}`).join(',')}}`;
}
export const ask = (method, params) => envelope({ method: JSON.stringify(method), params });

/** All lines, as {name, line, answers}. Each is for a session that agreed on a revision without batches. */
export function makeCorpus() {
  const corpus = [];
  const add = (name, line, ...answers) => corpus.push({ name, line: Buffer.from(line), answers });
  const each = (what, lines, ...answers) => lines.forEach((line, i) => add(`${what} ${i}`, line, ...answers));
  addNotJson(add, each);
  addNoMessage(add, each);
  addEnvelopes(add, each);
  addSilent(each);
  addWrongContents(add, each);
  addMuch(add, each);
  return corpus;
}

function addNotJson(add, each) {
  const whole = texts(String.raw`
    {"jsonrpc":"2.0","id":"t-1","method":"ping"}
    {"jsonrpc":"2.0","id":12,"method":"tools/call","params":{"name":"x","arguments":{"key":"k\u00fc\"","value":"ü🐝","n":1.5e3}}}
    {"jsonrpc": "2.0", "id": 3, "method": "tools/list", "params": {"_meta": {"a": [true, false, null, -0.5]}}}`);
  for (const [n, text] of whole.entries()) {
    const bytes = Buffer.from(text);
    for (let cut = 1; cut < bytes.length; cut++) {
      add(`request ${n} cut at byte ${cut}`, bytes.subarray(0, cut), notJson);
      // What is left may be a whole value, such as a number, and then comes what is not.
      add(`request ${n} without its first ${cut} bytes`, bytes.subarray(cut), notJson, noMessage);
    }
    for (let at = 0; at < bytes.length; at += 3)
      for (const byte of [0x01, 0xff]) {
        const broken = Buffer.from(bytes);
        broken[at] = byte;
        add(`request ${n} with 0x${byte.toString(16)} at byte ${at}`, broken, notJson);
      }
  }
  each(
    'not JSON',
    texts(String.raw`
      hello  {  }  [  ]  "  :  ,  -  {]  [}  {{}}  {"a"}  {"a":}  {:1}  {"a":1,}  {,}  [1,]  [,1]  [1 2]
      {"a":1 "b":2}  {"a" 1}  {'a':1}  {a:1}  {"a":1}}  {"a":1}]  {}{}  {} {}  [][]  1 2  "a" "b"  {"a":1};  {"a":1} x
      nul  tru  fals  True  NULL  undefined  NaN  Infinity  -Infinity  {"a":NaN}  {"a":Infinity}  {"a":-Infinity}
      01  -01  +1  1.  .5  -.5  1e  1e+  1E-  0x10  1_000  --1  1..2  1e1.5  {"a":01}  {"a":+1}  {"a":1.}  {"a":.1}
      "\x41"  "\u12"  "\u12g4"  "\"  "\u{41}"  "\a"  "\'"  "\U0041"  "\0"
      // comment  /* comment */ {}  {"a":1} // comment  {"a":/* c */1}  # comment  --  <xml/>
      GET / HTTP/1.1  Content-Length: 44  data: {"jsonrpc":"2.0","id":1,"method":"ping"}
      {"jsonrpc":"2.0","id":1,"method":"ping",}
      {"jsonrpc":"2.0","id":1,"method":"ping"}}
      {"jsonrpc":"2.0","id":1,"method":"ping"}{
      {"jsonrpc":"2.0","id":1,"method":"ping"},
      {"jsonrpc":"2.0","id":1,"method":"ping"}{"jsonrpc":"2.0","id":2,"method":"ping"}
      {"jsonrpc":"2.0","id":1,"method":ping}
      {"jsonrpc":2.0.0,"id":1,"method":"ping"}
      {"jsonrpc":"2.0","id":0x1,"method":"ping"}
      {"jsonrpc":"2.0","id":01,"method":"ping"}
      {"jsonrpc":"2.0","id":1,"method":"ping","params":{}`),
    notJson,
  );
  each(
    'white space and control characters that JSON has not',
    [
      '"a\tb"',
      '{"a":"b\tc"}',
      '\u00a0{}',
      '{}\u00a0',
      '\u2028{}',
      '\v{}',
      '\f{}',
      '{"a"\v:1}',
      '\u001b[A',
      '\r\r{"a":',
    ],
    notJson,
  );
  each(
    'NUL',
    ['\0', '\0{}', '{}\0', `${envelope({})}\0`, envelope({ method: '"pi\0ng"' }), envelope({ '\0': '1' }), '{\0}'],
    notJson,
  );
  each(
    'a lone surrogate',
    texts(String.raw`
      "\ud800"  "\udc00"  "\ud800x"  "\ud800\u0041"  "\udc00\ud800"  "\ud83d\ud83d"
      {"jsonrpc":"2.0","id":1,"method":"\ud800"}
      {"jsonrpc":"2.0","id":"\udfff","method":"ping"}
      {"jsonrpc":"2.0","id":1,"method":"ping","params":{"\ud800":1}}`),
    notJson,
  );
  const hex = texts(`
    80  bf  c080  c1bf  c3  c328  e282  e228a1  e08080  e09fbf  eda080  edbfbf  eda0bdedb880  f0808080  f09f90
    f4908080  f5808080  f888808080  fe  ff  fffe`);
  each(
    'not UTF-8',
    hex.map((bytes) => Buffer.concat([Buffer.from('{"id":1,"x":"'), Buffer.from(bytes, 'hex'), Buffer.from('"}')])),
    notJson,
  );
  each(
    'not UTF-8 at all',
    ['80', 'fffe7b007d00', 'feff007b007d', 'efbb'].map((bytes) => Buffer.from(bytes, 'hex')),
    notJson,
  );
  add('UTF-16', Buffer.from(envelope({}), 'utf16le'), notJson);
  add('a byte order mark', `\ufeff${envelope({})}`, notJson, good(7));
}

function addNoMessage(add, each) {
  each(
    'not an object',
    texts(String.raw`null  true  false  0  -1.5  1e3  ""  "ping"  "{}"  "\ud83d\udc1d"`),
    noMessage,
  );
  each(
    'an empty envelope',
    texts('{}  {"a":1}  {"":""}  {"jsonrpc":"2.0"}  {"method":"ping"}  {"params":{}}'),
    noMessage,
  );
  each(
    'a batch where there are none',
    texts(`
      []  [[]]  [1,2,3]  [{}]
      [{"jsonrpc":"2.0","id":1,"method":"ping"}]
      [{"jsonrpc":"2.0","method":"notifications/initialized"}]
      [{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26"}}]`),
    noMessage,
  );
}

function addEnvelopes(add, each) {
  const kVersions = texts('null  true  5  1.5  "x"  ""  []  {}  "2"  "1.0"  "2.1"  " 2.0"  2.0');
  for (const text of [undefined, ...kVersions]) {
    add(`jsonrpc is ${text}`, envelope({ jsonrpc: text }), error(kInvalid, 7));
    add(
      `jsonrpc is ${text} and the id is text`,
      envelope({ jsonrpc: text, id: '"\\u00fc\\n"' }),
      error(kInvalid, 'ü\n'),
    );
  }
  for (const text of [undefined, ...texts('null  true  5  ["ping"]  {}')]) {
    add(`method is ${text}`, envelope({ method: text }), error(kInvalid, 7));
    add(`method is ${text} and there is no id`, envelope({ method: text, id: undefined }), noMessage);
  }

  const kBadIds = texts(`
    null  true  false  1.5  -0.1  1e-3  []  [1]  {}  {"a":1}  1e300  1e400  18446744073709551616  -9223372036854775809
    123456789012345678901234567890`);
  const kLongIds = [`"${'x'.repeat(2000)}"`, `"${'x'.repeat(100_000)}"`, `"${'\\u0001'.repeat(1025)}"`];
  for (const text of [...kBadIds, ...kLongIds]) {
    add(`id is ${text.slice(0, 40)}`, envelope({ id: text }), noMessage);
    add(`id is ${text.slice(0, 40)}, method unknown`, envelope({ id: text, method: '"no/such/method"' }), noMessage);
  }
  const kGoodIds = texts(String.raw`
    0  -1  9007199254740991  -9007199254740991  ""  "0"  "null"  "\u0000"  "\ud83d\udc1d"  "🐝"  "\/"  "\"\\"`);
  for (const text of [...kGoodIds, `"${'x'.repeat(1000)}"`])
    add(`id is ${text}`, envelope({ id: text }), good(JSON.parse(text)));
  for (const [text, id] of [
    ['7.0', 7],
    ['1e2', 100],
    ['100E-2', 1],
    ['-0', 0],
    ['-0.0', 0],
  ])
    add(`id is ${text}`, envelope({ id: text }), good(id), noMessage);

  for (const text of texts('null  true  5  "x"')) {
    add(`params is ${text}`, envelope({ params: text }), error(kInvalid, 7), error(kParams, 7));
    const initialized = envelope({ params: text, id: undefined, method: '"notifications/initialized"' });
    add(`params is ${text} of a notification`, initialized, nothing, noMessage);
  }
  for (const text of texts('[]  [1]  [{}]'))
    add(`params is ${text}`, envelope({ params: text }), error(kParams, 7), error(kInvalid, 7));

  each(
    'a member twice',
    texts(String.raw`
      {"jsonrpc":"2.0","id":7,"method":"ping","method":"tools/list"}
      {"jsonrpc":"2.0","jsonrpc":"2.0","id":7,"method":"ping"}
      {"jsonrpc":"2.0","id":7,"method":"ping","params":{},"params":{}}
      {"jsonrpc":"2.0","id":7,"method":"no/such","m\u0065thod":"ping"}`),
    error(kInvalid, 7),
    good(7),
    error(kNoMethod, 7),
  );
  add('the id twice', '{"jsonrpc":"2.0","id":7,"id":8,"method":"ping"}', noMessage, good(7), good(8));
  each(
    'members that mean nothing, and white space',
    [
      '{"jsonrpc":"2.0","id":7,"method":"ping","x":1,"y":{"id":9}}',
      '{"method":"ping","x":[[]],"id":7,"jsonrpc":"2.0"}',
      '{"jsonrpc":"2.0","\\u0069d":7,"method":"p\\u0069ng"}',
      ' \t{ "jsonrpc" : "2.0" ,\t"id" : 7 , "method" : "ping" } \r',
    ],
    good(7),
    error(kInvalid, 7),
  );
  each(
    'a request that is also an answer',
    [envelope({ result: '{}' }), envelope({ error: '{"code":1,"message":"x"}' })],
    error(kInvalid, 7),
    good(7),
  );
  each(
    'a name that differs in case',
    ['{"JSONRPC":"2.0","id":7,"method":"ping"}', '{"jsonrpc":"2.0","id":7,"Method":"ping"}'],
    error(kInvalid, 7),
  );
  add('an id that differs in case', '{"jsonrpc":"2.0","ID":7,"method":"ping"}', nothing);
}

/** Notifications and answers: nothing comes back. */
function addSilent(each) {
  const note = (method, params) => envelope({ id: undefined, method: JSON.stringify(method), params });
  const kMethods = [
    'ping',
    'tools/list',
    'tools/call',
    'initialize',
    'no/such/method',
    '',
    'exit',
    '$/cancelRequest',
    'rpc.x',
  ];
  each(
    'a request without id',
    kMethods.map((method) => note(method, '{}')),
    nothing,
  );
  const kNotes = ['initialized', 'no_such', 'cancelled', 'progress', 'roots/list_changed', 'message'];
  each(
    'a notification',
    kNotes.map((method) => note(`notifications/${method}`)),
    nothing,
  );
  const kRequestIds = texts('"never sent"  7  null  1.5  {}  [1]  true  18446744073709551616  1e400');
  each(
    'cancelled',
    kRequestIds.map((id) => note('notifications/cancelled', `{"requestId":${id},"reason":5}`)),
    nothing,
  );
  const kParamsOfAny = texts(`
    {}  {"x":1}  {"_meta":5}  {"_meta":null}  {"progressToken":"x","progress":1}  {"progressToken":{},"progress":"x"}
    {"_meta":{"io.modelcontextprotocol/protocolVersion":"2099-01-01"}}  {"level":"debug","data":null}`);
  for (const method of ['notifications/initialized', 'notifications/progress', 'tools/list'])
    each(
      `${method} as a notification`,
      kParamsOfAny.map((params) => note(method, params)),
      nothing,
    );
  each(
    'an answer to what nobody asked',
    texts(`
      {"jsonrpc":"2.0","id":1,"result":{}}
      {"jsonrpc":"2.0","id":"x","result":null}
      {"jsonrpc":"2.0","id":-5,"error":{"code":-32601,"message":"no"}}
      {"jsonrpc":"2.0","id":9007199254740991,"result":{"roots":[]}}
      {"jsonrpc":"2.0","id":1,"result":[1,2]}
      {"jsonrpc":"2.0","id":1,"error":5}`),
    nothing,
  );
  each('an answer of both kinds', ['{"jsonrpc":"2.0","id":1,"result":{},"error":{}}'], nothing, error(kInvalid, 1));
  each(
    'an answer that names no request',
    texts(`
      {"jsonrpc":"2.0","result":{}}
      {"jsonrpc":"2.0","error":{"code":-32700,"message":"parse"}}
      {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse"}}
      {"jsonrpc":"2.0","id":null,"result":{}}`),
    nothing,
    noMessage,
  );
}

/** A good envelope, and something wrong in it. */
function addWrongContents(add, each) {
  const kUnknown = texts(`
    Ping  PING  tools  tools/  /tools/list  tools/List  tools/list/x  server/discover  subscriptions/listen  resources/lists
    prompts  rpc.discover  constructor  __proto__  toString  🐝`);
  each(
    'an unknown method',
    [...kUnknown, '', ' ping', 'ping ', 'ping\0', 'x'.repeat(100_000)].map((method) => ask(method, '{}')),
    error(kNoMethod, 7),
  );
  const kInitialize = texts(`
    {}  {"protocolVersion":null}  {"protocolVersion":5}  {"protocolVersion":["2025-11-25"]}  {"protocolVersion":{}}
    {"capabilities":{},"clientInfo":{"name":"x","version":"1"}}`);
  each(
    'initialize without what it needs',
    kInitialize.map((params) => ask('initialize', params)),
    error(kParams, 7),
  );
  const kCursors = texts('"x"  5  {}  ""  "MTAw"  true  ["x"]');
  each(
    'tools/list with a bad cursor',
    [...kCursors, `"${'x'.repeat(50_000)}"`].map((cursor) => ask('tools/list', `{"cursor":${cursor}}`)),
    error(kParams, 7),
    good(7),
  );
  const kNames = texts(
    'null  5  []  {}  ""  "no_such_tool"  "Memory_usage"  "memory_usage "  "../../etc/passwd"  "__proto__"',
  );
  each(
    'tools/call without a good name',
    [...kNames, `"${'x'.repeat(100_000)}"`].map((name) => ask('tools/call', `{"name":${name}}`)),
    error(kParams, 7),
  );
  each(
    'a request without what it needs',
    [ask('initialize'), ask('tools/call'), ask('tools/call', '{}'), ask('tools/call', '{"arguments":{}}')],
    error(kParams, 7),
  );
  each(
    'tools/call with arguments that are no object',
    texts('null  5  "x"  []  true').map((text) => ask('tools/call', `{"name":"memory_usage","arguments":${text}}`)),
    error(kParams, 7),
    good(7),
  );
  each(
    '_meta that is no object',
    texts('5  "x"  []  true').map((text) => ask('tools/list', `{"_meta":${text}}`)),
    error(kParams, 7),
  );
  add('_meta that is null', ask('tools/list', '{"_meta":null}'), error(kParams, 7), good(7));
  each(
    'a progress token of a wrong type',
    texts('null  1.5  {}  []  true  18446744073709551616').map((token) =>
      ask('tools/list', `{"_meta":{"progressToken":${token}}}`),
    ),
    error(kParams, 7),
    good(7),
  );

  const modern = (version, capabilities) => {
    const prefix = '"io.modelcontextprotocol/';
    const declared = capabilities === undefined ? '' : `,${prefix}clientCapabilities":${capabilities}`;
    return `{"_meta":{${prefix}protocolVersion":${version}${declared}}}`;
  };
  const kSpoken = '"2026-07-28"';
  each(
    'a version of a wrong type',
    texts('null  5  {}  []  true').map((version) => ask('tools/list', modern(version, '{}'))),
    error(kParams, 7),
    error(kVersion, 7),
  );
  each(
    'a version that is not spoken',
    texts(String.raw`""  "2099-01-01"  "2026-07-2"  "2026-07-28\n"  "latest"`).map((version) =>
      ask('tools/list', modern(version, '{}')),
    ),
    error(kVersion, 7),
  );
  each(
    'no capabilities, or of a wrong type',
    [undefined, ...texts('null  5  "x"  []  true')].map((text) => ask('tools/list', modern(kSpoken, text))),
    error(kParams, 7),
  );
  each(
    'a method that the modern era removed',
    texts('ping  initialize  logging/setLevel  resources/subscribe  resources/unsubscribe  tasks/list').map((method) =>
      ask(method, modern(kSpoken, '{}')),
    ),
    error(kNoMethod, 7),
  );

  const kArguments = texts(`
    {}  {"action":null}  {"action":5}  {"action":[]}  {"action":"stroe"}  {"action":"retrieve"}
    {"action":"retrieve","key":""}  {"action":"retrieve","key":5}  {"action":"retrieve","key":"k","offset":-1}
    {"action":"retrieve","key":"k","offset":1.5}  {"action":"retrieve","key":"k","no_such":1}
    {"action":"retrieve","key":"k","__proto__":{"x":1}}
    {"action":"list","limit":0}  {"action":"list","limit":"x"}  {"action":"list","limit":9223372036854775807}`);
  each(
    'wrong arguments of a tool',
    [...kArguments, `{"action":"retrieve","key":"${'k'.repeat(5000)}"}`].map((args) =>
      ask('tools/call', `{"name":"memory_usage","arguments":${args}}`),
    ),
    good(7),
  );
}

function addMuch(add, each) {
  for (const depth of [1100, 5000, 100_000]) {
    const brackets = '['.repeat(depth) + ']'.repeat(depth);
    const braces = '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
    each(
      `nested ${depth} deep`,
      [brackets, braces, envelope({ params: `{"a":${brackets}}` })],
      notJson,
      noMessage,
      error(kInvalid, 7),
      error(kParams, 7),
    );
    each(
      `opened ${depth} times`,
      ['[', '{"a":', '[{"a":'].map((text) => text.repeat(depth)),
      notJson,
      noMessage,
    );
  }
  add('nested 500 deep', envelope({ params: `{"a":${'['.repeat(500)}${']'.repeat(500)}}` }), good(7));
  const kNumbers = texts('18446744073709551616  -9223372036854775809  1e400  -1e400  1e-99999');
  each(
    'a number that no machine holds',
    [...kNumbers, '9'.repeat(400), `0.${'1'.repeat(10_000)}`, `1${'0'.repeat(5000)}`].map((text) =>
      ask('tools/list', `{"x":${text}}`),
    ),
    error(kParams, 7),
    error(kInvalid, 7),
    noMessage,
    good(7),
  );
  const members = Array.from({ length: 100_000 }, (_, i) => `"m${i}":${i}`);
  each(
    'much, but nothing wrong',
    [
      envelope({ params: `{${members.join(',')}}` }),
      envelope({ params: `{"x":[${'0,'.repeat(200_000)}0]}` }),
      envelope({ params: `{"x":"${'é\\n\\"'.repeat(200_000)}"}` }),
      `${' '.repeat(1_000_000)}${envelope({})}`,
    ],
    good(7),
  );
  add('a megabyte of white space', '\t '.repeat(500_000), nothing);
}
