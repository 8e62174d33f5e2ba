// A table of your own: 5,000 connections to Xero in Prisma's `Connection`.
import { createTokenPool, sharedStore, type TokenStore } from 'unexpired';
import { createAuthFetch } from '@unexpired/fetch';
import { refreshTokenGrant } from '@unexpired/oauth';
import { redisLock, type RedisLike } from '@unexpired/redis';

const lock = redisLock(redis);
const storeOf = (id: string): TokenStore =>
  sharedStore({
    name: `connection:${id}`,
    lock,
    async read() {
      const row = await prisma.connection.findUnique({ where: { id } });
      return row?.session ? { value: row.session, version: String(row.version) } : undefined;
    },
    async write(value, expected) {
      const before = expected === undefined ? 0 : Number(expected); // 0: connected, no session yet
      const { count } = await prisma.connection.updateMany({
        where: { id, version: before },
        data: { session: value, version: before + 1 },
      });
      return count === 1 ? String(before + 1) : undefined;
    },
  });

const refresh = refreshTokenGrant({
  tokenEndpoint: 'https://identity.xero.com/connect/token',
  clientId: 'id',
  clientSecret: 'secret',
});
export const connections = createTokenPool((id) => ({ store: storeOf(id), refresh }), {
  max: 5_000,
});
export const xero = (id: string) =>
  createAuthFetch(connections.get(id), {
    origins: ['https://api.xero.com'],
    whenSignedOut: 'reject',
  });
connections.subscribe((event) => {
  if (event.type === 'sessionEnded')
    void prisma.connection.updateMany({
      where: { id: event.name.slice(11) },
      data: { needsLogin: true },
    });
});

declare const redis: RedisLike;
declare const prisma: {
  connection: {
    findUnique(query: {
      where: { id: string };
    }): Promise<{ session: unknown; version: number } | null>;
    updateMany(query: {
      where: { id: string; version?: number };
      data: object;
    }): Promise<{ count: number }>;
  };
};
// @ts-expect-error a bare cell is not a store: sharedStore(cell)
export const bare: TokenStore = { name: 'x', read: async () => undefined, write: async () => '1' };
