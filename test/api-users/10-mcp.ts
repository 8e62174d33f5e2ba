// An MCP client that runs four times on one machine.
import { createServer } from 'node:http';
import { homedir } from 'node:os';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { mcpSession } from '@unexpired/mcp';
import { fileStore } from '@unexpired/node';

const serverUrl = new URL('https://mcp.example.com/mcp');
const session = mcpSession({
  serverUrl,
  store: fileStore(`${homedir()}/.config/agent/mcp.example.com.json`), // one login, one refresh, four processes
  client: { client_name: 'agent' },
  redirectUrl: 'http://127.0.0.1:7777/callback',
  authorize: (page, { signal }) =>
    new Promise((resolve, reject) => {
      const server = createServer((request, response) => {
        response.end('You can close this page.');
        server.close();
        resolve(new URL(request.url ?? '/', 'http://127.0.0.1:7777'));
      }).listen(7777, '127.0.0.1', () => console.log(`Open ${page}`));
      signal.addEventListener('abort', () => (server.close(), reject(signal.reason)));
    }),
});
if ((await session.ready()) !== 'signedIn') await session.signIn();

const client = new Client({ name: 'agent', version: '1' });
await client.connect(new StreamableHTTPClientTransport(serverUrl, session.transport));
await Promise.all(
  Array.from({ length: 10 }, () => client.callTool({ name: 'search', arguments: {} })),
);
await client.close();
await session.close();
