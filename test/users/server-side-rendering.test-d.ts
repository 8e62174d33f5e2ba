// Server-side rendering: global fetch, a user per request.
import { createAuthFetch } from '@unexpired/fetch';
import { refreshTokenGrant } from '@unexpired/oauth';
import { createTokenPool } from 'unexpired';
import { redisStore, type RedisLike } from '@unexpired/redis';
declare const redis: RedisLike;
declare function sessionId(): Promise<string | undefined>; // from cookies()

const refresh = refreshTokenGrant({
  tokenEndpoint: 'https://id.example.com/token',
  clientId: 'web',
});
const sessions = createTokenPool((id) => ({
  store: redisStore(redis, { key: `session:${id}` }),
  refresh,
}));

const original = globalThis.fetch;
globalThis.fetch = createAuthFetch(
  {
    // the user of this request
    async getToken(o) {
      const id = await sessionId();
      return id ? sessions.get(id).getToken(o) : undefined;
    },
    async replaceRejected(t, o) {
      const id = await sessionId();
      return id ? sessions.get(id).replaceRejected(t, o) : undefined;
    },
  },
  { origins: ['https://api.example.com'], fetch: original },
);
const response: Response = await fetch('https://api.example.com/me', { cache: 'no-store' }); // a 401 stays a 401
void response;
