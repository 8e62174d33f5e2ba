import { sharedStore, type StoredValue, TokenError, type TokenStore } from 'unexpired';
import { checkNames, leasedLock, leaseOf, nameOf, SIGN_IN } from 'unexpired/adapter';
import { scriptRunner } from './commands.ts';
import { keysOf, leasePlace } from './keys.ts';
import { keptOn } from './kept-on.ts';
import { leaseCell } from './lease-cell.ts';
import { type RedisLike, requireClient } from './redis-like.ts';
import { READ, WRITE } from './scripts.ts';
import { wakeUpOf } from './wake-up.ts';

/** Options of {@link redisStore}. Durations in ms. */
export interface RedisStoreOptions {
  /** The key of this session: a hash with the fields `record` and `version`. */
  readonly key: string;
  /** How long the lock of a process that died stays taken. Default 30_000; a live holder renews it when a third is over. */
  readonly lease?: number | undefined;
  /** The key expires this long after the last write: sign-in, refresh, sign-out. Longer than a refresh token lives unused. Default: never. */
  readonly ttl?: number | undefined;
}

const WRITES = Symbol('unexpired.writes');

/**
 * Keeps a session in Redis for any number of workers and machines: one of them refreshes, the others pick it up. Takes a
 * client of node-redis or ioredis, connected by you; a second connection, a duplicate of it, listens for what others
 * write. Brings the lock that suits it: a lease under a key in the same slot, `{key}:lease`.
 *
 * A string that another program left under the key is taken over if it is the JSON of a token set; anything else is
 * ERR_STORE_RECORD, and stays. There is no `subscribe` where the client has no `duplicate()`: nothing could come. Throws a `TypeError` that names the option that is wrong.
 *
 * @example
 * ```ts
 * import { createTokenManager } from 'unexpired';
 * import { redisStore } from '@unexpired/redis';
 * import { createClient } from 'redis';
 *
 * const redis = await createClient().on('error', console.error).connect();
 * const tokens = createTokenManager({
 *   store: redisStore(redis, { key: 'session:42' }),
 *   refresh: async ({ refreshToken }) => (await fetch('https://id.example.com/refresh', { method: 'POST', body: refreshToken ?? null })).json(),
 * });
 * ```
 */
export function redisStore(client: RedisLike, options: RedisStoreOptions): TokenStore {
  requireClient('redisStore', client);
  const { key, lease } = options ?? {};
  const keys = keysOf('redisStore', key);
  checkNames('redisStore', options, ['key', 'lease', 'ttl']);
  const ttl = String(ttlOf(options.ttl));
  const run = scriptRunner(client, `Redis key "${key}"`);
  const wakeUp = wakeUpOf(client);
  /** Of all stores on this client: what was read before one of these writes may be old. */
  const writes = keptOn(client, WRITES, () => ({ confirmed: 0 }));
  /** What the grant of the lock brought along, for a read in the same turn that no write came before. */
  let granted: { readonly found: unknown; readonly since: number } | undefined;
  /** The version that was written here last: its announcement is no news here. */
  let own: string | undefined;
  const subscribers = new Set<object>();

  const cell = leaseCell({
    run,
    wakeUp,
    place: keys,
    onAsk() {
      const since = writes.confirmed;
      return (found) => {
        granted = { found, since };
        process.nextTick(() => (granted = undefined)); // after this turn somebody else can have told of a write
      };
    },
  });
  // Whatever name a manager has for the session: the managers that redeem what is under this key are kept apart.
  const signIn = leaseCell({ run, wakeUp, place: leasePlace(`${keys.lease}:sign-in`) });
  const lock = leasedLock({
    cell: (name) => (name.endsWith(SIGN_IN) ? signIn : cell),
    length: leaseOf('redisStore', lease),
  });

  const subscribe = (onChange: () => void): (() => void) => {
    const subscriber = {};
    subscribers.add(subscriber);
    const stop = wakeUp.subscribe(keys.changed, (version) => {
      if (version === undefined || version !== own || subscribers.size > 1) onChange(); // of several managers on this store one has written it
    });
    return () => {
      subscribers.delete(subscriber);
      stop();
    };
  };

  return sharedStore({
    name: key,
    lock,
    async read() {
      const along = granted;
      granted = undefined;
      const fresh = along?.since === writes.confirmed;
      return storedIn(fresh ? along.found : await run(READ, [keys.record], []), key);
    },
    async write(record, expected) {
      const version = (own = crypto.randomUUID());
      const channel = record.intent === undefined ? keys.changed : ''; // a mark alone has no news for anybody
      const written = await run(
        WRITE,
        [keys.record],
        [expected ?? '', version, JSON.stringify(record), ttl, channel],
      );
      writes.confirmed++;
      return Number(written) === 1 ? version : undefined;
    },
    // A client that cannot be duplicated has no connection that could listen.
    ...(typeof client.duplicate === 'function' && { subscribe }),
  });
}

function ttlOf(ttl: number | undefined): number {
  if (ttl === undefined) return 0;
  if (typeof ttl === 'number' && ttl >= 1 && ttl <= Number.MAX_SAFE_INTEGER / 1000)
    return Math.round(ttl);
  throw new TypeError(`redisStore: ttl: expected ms, more than zero, got ${nameOf(ttl)}`);
}

/** Reads what a script says is there: kind, text and version. */
function storedIn(found: unknown, key: string): StoredValue | undefined {
  const [kind, text = '', version = ''] = (found as unknown[]).map(String); // a client may be set up to give buffers
  if (kind === 'none') return undefined;
  if (kind !== 'foreign') return { value: valueOf(text), version };
  throw new TokenError('ERR_STORE_RECORD', {
    message: `Redis key "${key}" holds something that is not a session; it was left as it is`,
  });
}

/** The JSON in a text; another text is given as it is, since it is for the reader to say that it is not a session. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
