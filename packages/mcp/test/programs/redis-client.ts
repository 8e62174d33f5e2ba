// One of many processes of an MCP client on a Redis: signs in where nobody is, connects, says so, and calls when it is told to.
import { redisStore } from '@unexpired/redis';
import { ioRedis } from '../../../redis/test/support/ioredis.ts';
import { mcpSession } from '../../src/index.ts';
import { CONNECT } from '../support/clients.ts';
import { visit } from '../support/visit.ts';

const [port = '', url = '', redirectUrl = ''] = process.argv.slice(2);
const { client, close } = ioRedis(Number(port));
const session = mcpSession({
  serverUrl: url,
  store: redisStore(client, { key: 'mcp' }),
  client: { client_name: 'test' },
  redirectUrl,
  authorize: (page, { signal }) => visit(page, redirectUrl, signal),
});
if ((await session.ready()) !== 'signedIn') await session.signIn();
const connected = await CONNECT[2](new URL(url), session);
process.once('message', (ids: readonly string[]) => {
  void Promise.all(ids.map((id) => connected.call('read', id))).then(async (body) => {
    await connected.close();
    await session.close();
    close();
    process.send?.({ kind: 'answered', body });
    process.disconnect();
  });
});
process.send?.({ kind: 'connected' });
