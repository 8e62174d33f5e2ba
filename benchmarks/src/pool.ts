// How much heap an idle session of a pool needs: 10,000 of them, each with a store of its own over one map.
import {
  createTokenPool,
  sharedStore,
  type SessionRecord,
  type TokenManagerOptions,
} from 'unexpired';
import { printTable, whole } from './support/print.ts';

const SESSIONS = 10_000;
const HOUR = 3_600_000;

const heapNow = async (): Promise<number> => {
  if (globalThis.gc === undefined) throw new Error('This benchmark needs node --expose-gc');
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc();
  return process.memoryUsage().heapUsed;
};

/** Records of sessions as a database would hold them: as text, which is counted as nobody's. */
function database() {
  const rows = new Map<string, { readonly text: string; readonly version: number }>();
  return {
    put(key: string, expiresAt: number): void {
      const tokens = {
        accessToken: `access-token-of-${key}`,
        refreshToken: `refresh-of-${key}`,
        expiresAt,
      };
      const issuedAt = Date.now();
      rows.set(key, {
        text: JSON.stringify({
          v: 1,
          session: key,
          gen: 0,
          status: 'active',
          tokens,
          issuedAt,
          turn: 1,
        }),
        version: 0,
      });
    },
    storeOf: (key: string) =>
      sharedStore({
        name: key,
        async read() {
          const row = rows.get(key);
          return (
            row && { value: JSON.parse(row.text) as SessionRecord, version: String(row.version) }
          );
        },
        async write(record, expected) {
          const row = rows.get(key);
          if (expected !== (row && String(row.version))) return undefined;
          const version = Number(expected ?? -1) + 1;
          rows.set(key, { text: JSON.stringify(record), version });
          return String(version);
        },
      }),
  };
}

const keys = Array.from({ length: SESSIONS }, (_, index) => `session-${index}`);

/** Bytes of heap a session, from before the pool to when all have been used and nothing goes on any more. */
async function measure(
  optionsOf: (key: string) => TokenManagerOptions,
  use: 'getToken' | 'refresh',
): Promise<number> {
  const pool = createTokenPool(optionsOf, { max: SESSIONS });
  const before = await heapNow();
  for (const key of keys) await pool.get(key)[use]();
  const bytes = ((await heapNow()) - before) / SESSIONS;
  if (pool.size !== SESSIONS) throw new Error(`${pool.size} sessions`);
  await pool.close();
  return bytes;
}

const refresh = async () => ({
  accessToken: 'a'.repeat(24),
  refreshToken: 'r'.repeat(24),
  expires_in: 3600,
});

async function inStore(use: 'getToken' | 'refresh'): Promise<number> {
  const { put, storeOf } = database();
  for (const key of keys) put(key, Date.now() + HOUR);
  return measure((key) => ({ store: storeOf(key), refresh }), use);
}

async function stores(): Promise<number> {
  const { put, storeOf } = database();
  for (const key of keys) put(key, Date.now() + HOUR);
  const before = await heapNow();
  const all = keys.map((key) => ({ store: storeOf(key) }));
  const bytes = ((await heapNow()) - before) / all.length;
  return bytes;
}

const inMemory = (use: 'getToken' | 'refresh'): Promise<number> =>
  measure(
    (key) => ({
      tokens: {
        accessToken: `access-token-of-${key}`,
        refreshToken: `refresh-of-${key}`,
        expires_in: 3600,
      },
      refresh,
    }),
    use,
  );

await inStore('refresh'); // what it leaves behind for good is nobody's
printTable(
  `pool: ${whole(SESSIONS)} idle sessions`,
  ['', 'bytes a session'],
  [
    ['in a store, used once', whole(await inStore('getToken'))],
    ['in a store, refreshed once', whole(await inStore('refresh'))],
    ['in memory, used once', whole(await inMemory('getToken'))],
    ['in memory, refreshed once', whole(await inMemory('refresh'))],
    ['the store alone, which the caller makes', whole(await stores())],
  ],
);
