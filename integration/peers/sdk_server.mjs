// The least that the TypeScript SDK makes a server of: two tools over a Map. It keeps nothing; it is the floor of what
// is built on that SDK.

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const entries = new Map();
const text = (value) => ({ content: [{ type: 'text', text: value }] });
const server = new McpServer({ name: 'least', version: '1' });
server.registerTool('store', { inputSchema: { key: z.string(), value: z.string() } }, ({ key, value }) => {
  entries.set(key, value);
  return text('stored');
});
server.registerTool('retrieve', { inputSchema: { key: z.string() } }, ({ key }) => text(entries.get(key) ?? ''));
await server.connect(new StdioServerTransport());
