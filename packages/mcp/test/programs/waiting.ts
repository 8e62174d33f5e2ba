// Signs in while another process does. Its lock looks again and again without keeping this process alive, as those of stores do.
import { createTokenManager, memoryStore } from 'unexpired';
import { mcpSession } from '../../src/index.ts';

const serverUrl = 'http://127.0.0.1:9/mcp';
const memory = memoryStore();
const binding = {
  resource: serverUrl,
  issuer: 'http://127.0.0.1:9/',
  tokenEndpoint: 'http://127.0.0.1:9/token',
  clientId: 'a',
};
/** What the other process does: its login is over after the third look. */
const loginOfOther = async (): Promise<void> => {
  const other = createTokenManager({
    store: memory,
    refresh: () => Promise.reject(new Error('not to be called')),
  });
  await other.setSession({
    accessToken: 'access',
    refreshToken: 'refresh',
    extra: { mcp: binding },
  });
  await other.close();
};
const session = mcpSession({
  serverUrl,
  store: {
    ...memory,
    lock: {
      async request(_name, _options, task) {
        for (let looks = 0; looks < 3; looks++)
          await new Promise((resolve) => setTimeout(resolve, 10).unref());
        await loginOfOther();
        return task();
      },
    },
  },
  client: { client_id: 'a' },
  redirectUrl: 'http://127.0.0.1:7777/callback',
  authorize: () => Promise.reject(new Error('the other one shows the page')),
});
await session.signIn();
if (session.status !== 'signedIn') throw new Error(session.status);
await session.close();
