// A host of MCP servers: what you would write. Run as a process of its own, it signs in where nobody is signed in yet, and
// calls a tool of each server. Four of them share one credentials file.
import { createServer } from 'node:http';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { mcpSession } from '@unexpired/mcp';
import { fileStore } from '@unexpired/node';
import { finish, tell } from './message.ts';

const [file = '', redirectUrl = '', ...servers] = process.argv.slice(2);

/** Waits on loopback for the page to come back; somebody else opens it. */
function authorize(page: URL, { signal }: { signal: AbortSignal }): Promise<URL> {
  return new Promise((resolve, reject) => {
    const { hostname, port, pathname } = new URL(redirectUrl);
    const server = createServer((request, response) => {
      const back = new URL(request.url ?? '/', redirectUrl);
      if (back.pathname !== pathname) return void response.writeHead(404).end(); // a favicon
      response.writeHead(200, { connection: 'close' }).end('You can close this page.');
      server.close(() => resolve(back));
    });
    server.once('error', reject);
    server.listen(Number(port), hostname, () => tell({ open: page.href }));
    signal.addEventListener('abort', () => server.close(() => reject(signal.reason as Error)));
  });
}

let answered = 0;
for (const url of servers) {
  const session = mcpSession({
    serverUrl: url,
    // One file, one place in it for each server.
    store: fileStore(file, { pointer: `/servers/${new URL(url).port}` }),
    client: { client_name: 'host' },
    redirectUrl,
    authorize,
  });
  if ((await session.ready()) !== 'signedIn') await session.signIn();
  const client = new Client({ name: 'host', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), session.transport));
  const calls = Array.from({ length: 5 }, (_, id) =>
    client.callTool({ name: 'read', arguments: { id: `${id}` } }),
  );
  answered += (await Promise.all(calls)).length;
  await client.close();
  await session.close();
}
finish({ answered });
