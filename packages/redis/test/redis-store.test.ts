import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTokenManager, type TokenManager } from 'unexpired';
import { leasedLock } from 'unexpired/adapter';
import { recordOf } from '../../node/test/support/records.ts';
import { inspected } from '../../postgres/test/support/inspected.ts';
import { scriptRunner } from '../src/commands.ts';
import { type RedisLike, redisLock, redisStore } from '../src/index.ts';
import { leasePlace } from '../src/keys.ts';
import { leaseCell } from '../src/lease-cell.ts';
import { wakeUpOf } from '../src/wake-up.ts';
import { CLIENTS, command } from './support/clients.ts';
import type { ClientName, Connection } from './support/connection.ts';
import type { RedisServer } from './support/redis-server.ts';
import { withRedis } from './support/with-redis.ts';

const KEY = 'session:42';
const HOUR = 3_600_000;

const fresh = (number: number) => ({
  accessToken: `access-${number}`,
  refreshToken: `refresh-${number}`,
  expiresAt: Date.now() + HOUR,
});

/** What the tests of one client have: a Redis that is empty, and what is closed after each of them. */
interface Stage {
  readonly name: ClientName;
  readonly server: () => RedisServer;
  readonly client: RedisLike;
  readonly connections: Set<Connection>;
  readonly managers: Set<TokenManager>;
  connect(): RedisLike;
  manager(
    own: RedisLike,
    refresh: () => Promise<{ accessToken: string; refreshToken: string; expiresAt: number }>,
  ): TokenManager;
}

/** Plays the tests with each client. */
function inRedis(what: string, tests: (stage: Stage) => void): void {
  describe.each(Object.keys(CLIENTS) as ClientName[])('%s', (name) => {
    withRedis(`${what} in Redis`, (server) => {
      const connections = new Set<Connection>();
      const managers = new Set<TokenManager>();
      let client: RedisLike;
      const connect = (): RedisLike => {
        const connection = CLIENTS[name](server().port);
        connections.add(connection);
        return connection.client;
      };
      beforeEach(async () => {
        client = connect();
        await command(client, 'FLUSHALL');
      });
      afterEach(async () => {
        await Promise.all([...managers].map((manager) => manager.close()));
        managers.clear();
        for (const { close } of connections) close();
        connections.clear();
      });
      tests({
        name,
        server,
        get client() {
          return client;
        },
        connections,
        managers,
        connect,
        manager(own, refresh) {
          const made = createTokenManager({ store: redisStore(own, { key: KEY }), refresh });
          managers.add(made);
          return made;
        },
      });
    });
  });
}

inRedis('a store', (stage) => {
  const { connect, manager } = stage;

  it('spends 5 round trips on a refresh, of which one is between the answer and those who wait', async () => {
    const commands: string[] = [];
    const own = counting(connect(), commands);
    const store = redisStore(own, { key: KEY });
    await store.write(recordOf(1), undefined);
    let atAnswer = 0;
    const tokens = manager(own, async () => {
      atAnswer = commands.length;
      return fresh(2);
    });
    await tokens.getToken(); // it knows the session, and begins to listen
    // The first may be found by the look that follows the beginning, and then be heard of besides.
    await announced(tokens, connect());
    await announced(tokens, connect());
    commands.length = 0;
    expect((await tokens.refresh()).accessToken).toBe('access-2');
    expect(commands.length - atAnswer).toBe(1);
    await announced(tokens, connect()); // what others write is read; what it wrote itself, and heard of before, is not
    await tokens.close();
    expect(commands).toEqual(['read', 'lock and read', 'write', 'write', 'release', 'read']);
  });

  it('takes over the token set that another program left under the key, and keeps to the rule that nobody may have written since', async () => {
    const theirs = JSON.stringify({ access_token: 'theirs', refresh_token: 'their-refresh' });
    await command(stage.client, 'SET', KEY, theirs);
    const store = redisStore(stage.client, { key: KEY });
    const seen = await store.read();
    expect(seen?.value).toEqual(JSON.parse(theirs));
    await command(stage.client, 'SET', KEY, theirs.replace('theirs', 'newer'));
    expect(await store.write(recordOf(1), seen?.version)).toBeUndefined();
    const again = await store.read();
    expect(await store.write(recordOf(1), again?.version)).toEqual(expect.any(String));
    expect((await store.read())?.value).toMatchObject({ gen: 1 });
  });

  it.each([
    ['a list', ['RPUSH', KEY, 'secret-token']],
    ['a hash of somebody else', ['HSET', KEY, 'access_token', 'secret-token']],
  ] as const)(
    'says that %s is not a session, without quoting it, and leaves it there',
    async (_what, words) => {
      await command(stage.client, ...(words as unknown as [string, ...string[]]));
      const before = await command(stage.client, 'DUMP', KEY);
      const store = redisStore(stage.client, { key: KEY });
      const error = await store.read().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'ERR_STORE_RECORD',
        message: expect.stringContaining(`"${KEY}"`),
      });
      expect(String(error)).not.toContain('secret-token');
      expect(await store.write(recordOf(1), undefined)).toBeUndefined();
      expect(await command(stage.client, 'DUMP', KEY)).toEqual(before);
    },
  );

  it.each([
    ['a string that is not JSON', ['SET', KEY, 'secret-token']],
    ['a record that was cut', ['HSET', KEY, 'record', '{"v":1,"secret-token', 'version', '7']],
  ] as const)(
    '31: gives %s as it is: a manager says ERR_STORE_RECORD without quoting it, and a writer that knows the version can replace it',
    async (_what, words) => {
      await command(stage.client, ...(words as unknown as [string, ...string[]]));
      const tokens = manager(stage.client, () => Promise.reject(new Error('not to be called')));
      const error = await tokens.getToken().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'ERR_STORE_RECORD' });
      expect(inspected(error)).not.toContain('secret-token');
      const store = redisStore(stage.client, { key: KEY });
      expect(await store.write(recordOf(1), undefined)).toBeUndefined();
      expect(await store.write(recordOf(1), (await store.read())?.version)).toEqual(
        expect.any(String),
      );
      expect((await store.read())?.value).toMatchObject({ gen: 1 });
    },
  );

  it('notices that Redis went back in time, although as many writes were made since', async () => {
    const store = redisStore(stage.client, { key: KEY });
    const second = await store.write(recordOf(2), await store.write(recordOf(1), undefined));
    await command(stage.client, 'DEL', KEY);
    const other = redisStore(connect(), { key: KEY });
    await other.write(recordOf(8), await other.write(recordOf(7), undefined));
    expect(await store.write(recordOf(3), second)).toBeUndefined();
    expect((await store.read())?.value).toMatchObject({ gen: 8 });
  });

  it('keeps record and lease in one hash slot, whatever the key is', async () => {
    for (const key of ['session:42', '{tenant}:session', 'a{b', 'x{y}z{q}', 'ü {{a}}']) {
      const store = redisStore(stage.client, { key });
      await store.write(recordOf(1), undefined);
      await store.lock?.request('any', {}, async () => {
        const keys = (await command(stage.client, 'KEYS', '*')) as string[];
        expect(keys).toHaveLength(2);
        expect(hashed(String(keys[0]))).toBe(hashed(String(keys[1])));
      });
      await command(stage.client, 'FLUSHALL');
    }
  });

  it('lets the key expire as long after the last write as it was told to', async () => {
    const version = await redisStore(stage.client, { key: KEY, ttl: 60_000 }).write(
      recordOf(1),
      undefined,
    );
    expect(Number(await command(stage.client, 'PTTL', KEY))).toBeGreaterThan(50_000);
    await redisStore(stage.client, { key: KEY }).write(recordOf(2), version);
    expect(Number(await command(stage.client, 'PTTL', KEY))).toBe(-1);
    await redisStore(stage.client, { key: 'other' }).write(recordOf(1), undefined);
    expect(Number(await command(stage.client, 'PTTL', 'other'))).toBe(-1);
  });

  it('never puts a token into an error: ioredis hangs the command on its own', async () => {
    const store = redisStore(stage.client, { key: KEY });
    await command(stage.client, 'CONFIG', 'SET', 'maxmemory', '1');
    const error = await store.write(recordOf(1), undefined).catch((thrown: unknown) => thrown);
    await command(stage.client, 'CONFIG', 'SET', 'maxmemory', '0');
    expect(error).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      message: expect.stringContaining('no memory left'),
    });
    expect(inspected(error)).not.toMatch(/access-1|refresh-1/);
  });

  it('says that nothing was written, and will not be, where Redis has no memory or the user may not use the key', async () => {
    const store = redisStore(stage.client, { key: KEY });
    const refused = () => store.write(recordOf(1), undefined).catch((thrown: unknown) => thrown);
    await command(stage.client, 'CONFIG', 'SET', 'maxmemory', '1');
    const full = await refused();
    await command(stage.client, 'CONFIG', 'SET', 'maxmemory', '0');
    await command(stage.client, 'ACL', 'SETUSER', 'default', 'resetkeys');
    const forbidden = await refused();
    await command(stage.client, 'ACL', 'SETUSER', 'default', 'allkeys');
    expect([full, forbidden]).toMatchObject([
      { delivery: 'answered', cause: { code: 'OOM' } },
      { delivery: 'answered', cause: { code: 'NOPERM' } },
    ]);
    expect(await store.read()).toBeUndefined();
  });
});

inRedis('a lock', (stage) => {
  const { connect } = stage;

  it('gives the same answer to a command that a client sent twice because the connection was lost', async () => {
    const twice = doubling(connect());
    const store = redisStore(twice, { key: KEY });
    expect(await store.write(recordOf(1), undefined)).toEqual(expect.any(String));
    let ran = 0;
    await store.lock?.request(
      'any',
      { signal: AbortSignal.timeout(10_000) },
      async () => void ran++,
    );
    expect(ran).toBe(1);
    expect(await command(stage.client, 'KEYS', '*lease')).toEqual([]);
  });

  it('gives back a lease that was granted to a waiter that had given up by then', async () => {
    const own = connect();
    let answer = (): void => undefined;
    const slow: RedisLike = {
      async sendCommand(words) {
        const result = await command(own, ...(words as [string, ...string[]]));
        await new Promise<void>((resolve) => (answer = resolve));
        return result;
      },
    };
    const controller = new AbortController();
    const given = redisLock(slow).request(
      'one',
      { signal: controller.signal },
      async () => 'granted',
    );
    while (Number(await command(stage.client, 'EXISTS', 'one:lease')) === 0);
    controller.abort(new Error('given up'));
    await expect(given).rejects.toThrow('given up');
    answer();
    expect(
      await redisLock(stage.client).request(
        'one',
        { signal: AbortSignal.timeout(10_000) },
        async () => 'mine',
      ),
    ).toBe('mine');
  });

  it('never hammers: a waiter that nobody wakes asks ever more rarely', async () => {
    const commands: string[] = [];
    const alone = counting(connect(), commands);
    const deaf = { ...alone, duplicate: () => undefined };
    const tries = (): number => commands.filter((what) => what === 'lock and read').length;
    await redisLock(stage.client).request('one', {}, async () => {
      const leaving = new AbortController();
      const begun = performance.now();
      const waiting = redisLock(deaf)
        .request('one', { signal: leaving.signal }, async () => 'granted')
        .catch((thrown: unknown) => thrown);
      while (tries() < 6) await command(stage.client, 'PING');
      expect(performance.now() - begun).toBeGreaterThan(750); // 25 + 50 + 100 + 200 + 400 ms at the fastest
      leaving.abort();
      expect(await waiting).toBe(leaving.signal.reason);
    });
  });

  it('wakes a waiter: it does not have to look by itself', async () => {
    const commands: string[] = [];
    const waiting = connect();
    /** A lock whose waiter would look by itself after hours only. */
    const patient = leasedLock({
      cell: (name) =>
        leaseCell({
          run: scriptRunner(counting(waiting, commands), 'the lease'),
          wakeUp: wakeUpOf(waiting),
          place: leasePlace(`${name}:lease`),
        }),
      length: HOUR,
      pace: { shortest: 10 * HOUR, longest: 10 * HOUR },
    });
    let release = (): void => undefined;
    const holding = redisLock(stage.client, { lease: 10 * HOUR }).request(
      'one',
      {},
      () => new Promise<void>((resolve) => (release = resolve)),
    );
    while (Number(await command(stage.client, 'EXISTS', 'one:lease')) === 0);
    const second = patient.request('one', {}, async () => 'granted');
    while (commands.length < 2) await command(stage.client, 'PING'); // the look that follows when it has begun to listen
    release();
    await holding;
    expect(await second).toBe('granted');
    expect(commands).toEqual(['lock and read', 'lock and read', 'lock and read', 'release']);
  });

  it('leaves the lease alone that somebody else took over', async () => {
    const lock = redisLock(stage.client);
    await lock.request('one', {}, async () => {
      await command(stage.client, 'SET', 'one:lease', 'somebody else');
    });
    expect(await command(stage.client, 'GET', 'one:lease')).toBe('somebody else');
  });

  it('tells a holder whose lease somebody else took over, and does not renew that one', async () => {
    await redisLock(stage.client, { lease: 300 }).request('one', {}, async (held) => {
      const told = new Promise<void>((resolve) =>
        held?.signal?.addEventListener('abort', () => resolve()),
      );
      await command(stage.client, 'SET', 'one:lease', 'somebody else', 'PX', '60000');
      await told;
    });
    expect(Number(await command(stage.client, 'PTTL', 'one:lease'))).toBeGreaterThan(30_000);
  });

  it('renews the lease of a holder that takes longer, so that nobody else gets in', async () => {
    const lease = 4500; // renewed every 1.5 s, for which a busy machine has 3 s more
    const lock = redisLock(stage.client, { lease });
    const order: string[] = [];
    let second: Promise<unknown> | undefined;
    await lock.request('one', {}, async (held) => {
      second = redisLock(connect(), { lease }).request(
        'one',
        {},
        async () => void order.push('second'),
      );
      for (let [renewals, left] = [0, lease]; renewals < 2; ) {
        const before = left;
        left = Number(await command(stage.client, 'PTTL', 'one:lease'));
        if (left > before) renewals++;
      }
      expect(held?.signal?.aborted).toBe(false);
      order.push('first');
    });
    await second;
    expect(order).toEqual(['first', 'second']);
  });

  it('insists on a replica, which may be a primary soon', async () => {
    const store = redisStore(stage.client, { key: KEY });
    await command(stage.client, 'REPLICAOF', '127.0.0.1', '1');
    const error = await store.write(recordOf(1), undefined).catch((thrown: unknown) => thrown);
    await command(stage.client, 'REPLICAOF', 'NO', 'ONE');
    expect(error).toMatchObject({ cause: { code: 'READONLY' } });
    expect(error).not.toHaveProperty('delivery');
  });
});

inRedis('waking', (stage) => {
  const { connect, manager } = stage;

  it('opens one more connection for all sessions that listen, and closes it when the last one leaves', async () => {
    const connected = async (): Promise<number> =>
      String(await command(stage.client, 'CLIENT', 'LIST'))
        .trim()
        .split('\n').length;
    const own = connect();
    await command(own, 'PING');
    const before = await connected();
    const stops = Array.from({ length: 50 }, (_, number) =>
      redisStore(own, { key: `session:${number}` }).subscribe?.(() => undefined),
    );
    const channels = async (): Promise<unknown[]> =>
      (await command(stage.client, 'PUBSUB', 'CHANNELS')) as unknown[];
    while ((await channels()).length < 50);
    expect(await connected()).toBe(before + 1);
    for (const stop of stops) stop?.();
    while ((await connected()) > before);
    expect(await channels()).toEqual([]);
  });

  it('tells the others of a sign-out who share the store itself', async () => {
    const store = redisStore(connect(), { key: KEY });
    const [one, other] = [1, 2].map((number) =>
      createTokenManager({ store, refresh: async () => fresh(number) }),
    ) as [TokenManager, TokenManager];
    stage.managers.add(one).add(other);
    await one.setSession(fresh(1));
    expect((await other.getToken())?.accessToken).toBe('access-1');
    const told = new Promise<void>((resolve) =>
      other.subscribe(({ type }) => void (type === 'signedOut' && resolve())),
    );
    expect(await listeners(stage.client)).toBe(1);
    await one.signOut();
    await told;
    expect(other.status).toBe('signedOut');
  });

  it('listens as soon as it can where the client keeps no commands until it is connected', async () => {
    const connection = CLIENTS[stage.name](stage.server().port, { keepsCommands: false });
    stage.connections.add(connection);
    const stop = redisStore(connection.client, { key: KEY }).subscribe?.(() => undefined);
    expect(await listeners(stage.client)).toBe(1);
    stop?.();
  });

  it('publishes no token', async () => {
    const heard: string[] = [];
    const spy = CLIENTS.ioredis(stage.server().port);
    stage.connections.add(spy);
    const ioredis = spy.client as unknown as {
      psubscribe(pattern: string): Promise<unknown>;
      on(event: string, listener: (...words: string[]) => void): void;
    };
    ioredis.on('pmessage', (...words) => heard.push(words.join(' ')));
    await ioredis.psubscribe('*');
    const tokens = manager(connect(), async () => fresh(2));
    await tokens.setSession(fresh(1));
    await tokens.refresh();
    await tokens.signOut();
    while (heard.length < 4) await command(stage.client, 'PING'); // sign-in, refresh, the lock that came free, sign-out
    expect(heard.join('\n')).not.toMatch(/access-|refresh-/);
  });

  it('works without pub/sub, which it may not be allowed to use', async () => {
    await command(stage.client, 'ACL', 'SETUSER', 'default', '-publish', '-subscribe');
    try {
      const [one, other] = [redisLock(connect()), redisLock(connect())];
      const done: string[] = [];
      await Promise.all(
        [one, other].map((lock, number) =>
          lock.request('one', {}, async () => void done.push(`${number}`)),
        ),
      );
      expect(done).toHaveLength(2);
      const tokens = manager(connect(), async () => fresh(2));
      await tokens.setSession(fresh(1));
      expect((await tokens.refresh()).accessToken).toBe('access-2');
    } finally {
      await command(stage.client, 'ACL', 'SETUSER', 'default', '+publish', '+subscribe');
    }
  });
});

/** The part of a key that its slot is made from (Redis Cluster specification, "Hash tags"). */
function hashed(key: string): string {
  const start = key.indexOf('{');
  const end = key.indexOf('}', start + 1);
  return start < 0 || end <= start + 1 ? key : key.slice(start + 1, end);
}

/** What a script is for, from its text. */
const meaning = (script: string): string =>
  script.includes('HSET')
    ? 'write'
    : script.includes("'PX'")
      ? 'lock and read'
      : script.includes('PEXPIRE')
        ? 'renew'
        : script.includes('DEL')
          ? 'release'
          : 'read';

/** The same client, and a note of each command. */
function counting(client: RedisLike, commands: string[]): RedisLike {
  const note = (words: readonly string[]): void => void commands.push(meaning(String(words[1])));
  const duplicate = (): unknown => client.duplicate?.();
  if ('call' in client)
    return {
      duplicate,
      call(...words) {
        note(words);
        return client.call(...words);
      },
    };
  return {
    duplicate,
    sendCommand(words) {
      note(words);
      return client.sendCommand(words);
    },
  };
}

function doubling(client: RedisLike): RedisLike {
  return {
    async sendCommand(words) {
      await command(client, ...(words as [string, ...string[]]));
      return command(client, ...(words as [string, ...string[]]));
    },
  };
}

/** How many listen for what is written, as soon as there are any. */
async function listeners(client: RedisLike): Promise<number> {
  for (;;) {
    const words = ['PUBSUB', 'NUMSUB', `unexpired:changed:${KEY}`] as const;
    const [, count] = (await command(client, ...words)) as unknown[];
    if (Number(count) > 0) return Number(count);
  }
}

/** Resolves when the manager has heard of what another one wrote. */
async function announced(tokens: TokenManager, other: RedisLike): Promise<void> {
  const store = redisStore(other, { key: KEY });
  const heard = new Promise<void>((resolve) => {
    const stop = tokens.subscribe((event) => {
      if (event.type !== 'refreshed') return;
      stop();
      resolve();
    });
  });
  const { value, version } = (await store.read()) as {
    value: { gen: number; session: string };
    version: string;
  };
  await store.write({ ...recordOf(value.gen + 1), session: value.session }, version);
  await heard;
}
