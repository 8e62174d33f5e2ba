// Somebody who has followed the README: its own line makes the client.
import { readFileSync } from 'node:fs';
import { createClient } from '@redis/client';
import { createTokenManager } from 'unexpired';
import { type RedisLike, redisStore } from '@unexpired/redis';

const page = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const line = /^const redis = (await createClient\(.*);/m.exec(page)?.[1] ?? '';
const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;
const make = AsyncFunction('createClient', `return ${line.replace(']!', ']')}`) as (
  create: typeof createClient,
) => Promise<RedisLike>;
const tokens = createTokenManager({
  store: redisStore(await make(createClient), { key: 'session:42' }),
  refresh: async () => ({ accessToken: 'access-2' }),
});
await tokens.setSession({ accessToken: 'access-1', expiresAt: Date.now() + 3_600_000 });
process.on('message', () => {
  void tokens.getToken().then((token) => process.send?.({ kind: 'token', body: token }));
});
process.once('disconnect', () => process.exit());
process.send?.({ kind: 'ready' });
