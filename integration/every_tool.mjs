// One good call of each tool, in an order in which each finds what it needs. A tool that is listed and not called here
// fails the tests that say they call every tool.

export const kEveryTool = [
  ['swarm_init', { topology: 'mesh', maxAgents: 4, name: 'hive', objective: 'make honey' }],
  ['agent_spawn', { type: 'coder', name: 'ada', swarmId: 'hive', capabilities: ['c++', 'sql'] }],
  ['agent_list', { swarmId: 'hive' }],
  ['swarm_status', {}],
  ['memory_usage', { action: 'store', key: 'greeting', value: 'hello bees 🐝', namespace: 'n', ttl: 3600 }],
  ['memory_usage', { action: 'retrieve', key: 'greeting', namespace: 'n' }],
  ['memory_usage', { action: 'list', namespace: 'n' }],
  ['memory_usage', { action: 'search', value: 'greet*', namespace: 'n' }],
  ['memory_usage', { action: 'stats' }],
  ['memory_search', { pattern: 'bees' }],
  ['memory_usage', { action: 'delete', key: 'greeting', namespace: 'n' }],
  ['health_check', {}],
  ['swarm_destroy', { swarmId: 'hive' }],
];

/** Calls that must be answered with `isError`, and what the text must say so that a model can correct itself. */
export const kWrongCalls = [
  ['swarm_init', { topology: 'mash' }, [/topology/, /"?mash"?/, /hierarchical/, /did you mean "?mesh"?/]],
  ['swarm_init', {}, [/topology/, /required|missing/]],
  ['swarm_init', { topology: 'mesh', maxAgents: 'many' }, [/maxAgents/, /integer/]],
  ['swarm_init', { topology: 'mesh', maxAgents: 0 }, [/maxAgents/, /1/]],
  ['swarm_init', { topology: 'mesh', maxAgnets: 3 }, [/maxAgnets/, /maxAgents/]],
  ['agent_spawn', { type: 'coder', swarmId: 'no-such-swarm' }, [/no-such-swarm/]],
  ['memory_usage', { action: 'stroe', key: 'k' }, [/action/, /store/]],
  ['memory_usage', { action: 'store', key: 'k' }, [/value/]],
  ['memory_usage', { action: 'store', value: 'v' }, [/key/]],
  ['memory_usage', { action: 'store', key: 'k', value: 'v', ifVersion: 7 }, [/version/]],
  ['memory_usage', { action: 'store', key: 5, value: 'v' }, [/key/, /string/]],
];
