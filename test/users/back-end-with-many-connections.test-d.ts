// A back end: 5,000 connections in PostgreSQL, Redis locks.
import type { Pool } from 'pg';
import { createTokenPool, sharedStore, type TokenStore } from 'unexpired';
import { createAuthFetch } from '@unexpired/fetch';
import { refreshTokenGrant } from '@unexpired/oauth';
import { redisLock, type RedisLike } from '@unexpired/redis';
declare const pg: Pool;
declare const redis: RedisLike;
const lock = redisLock(redis);
const store = (id: string): TokenStore =>
  sharedStore({
    name: `connection:${id}`,
    lock, // the lock's name comes from here
    async read() {
      const { rows } = await pg.query(
        'select record as value, version::text from connection where id = $1 and record is not null',
        [id],
      );
      return rows[0];
    },
    async write(value, expected) {
      const { rows } = await pg.query(
        'update connection set record = $2, version = version + 1 where id = $1 and (record is null and $3::text is null or version::text = $3) returning version::text',
        [id, value, expected ?? null],
      );
      return rows[0]?.version;
    },
  });
const refresh = refreshTokenGrant({
  tokenEndpoint: 'https://identity.xero.com/connect/token',
  clientId: 'id',
  clientSecret: 'secret',
});
const connections = createTokenPool((id) => ({ store: store(id), refresh }), { max: 5_000 });
const api = (id: string) =>
  createAuthFetch(connections.get(id), {
    origins: ['https://api.xero.com'],
    whenSignedOut: 'reject',
  });
await connections.get('42').getToken({ validFor: 10 * 60_000 }); // validate once, then fan out
connections.subscribe((event) => {
  if (event.type === 'sessionEnded') console.log('reconnect', event.name, event.error.code);
});
void api;
