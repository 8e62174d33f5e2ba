import { expect, it } from '@jest/globals';
import type { TokenManager } from 'unexpired';
import { recordOf } from '../../node/test/support/records.ts';
import { inspected } from '../../postgres/test/support/inspected.ts';
import { type RedisLike, redisStore } from '../src/index.ts';
import { command } from './support/clients.ts';
import { counting, fresh, inRedis, KEY } from './support/stage.ts';

/** The part of a key that its slot is made from (Redis Cluster specification, "Hash tags"). */
function hashed(key: string): string {
  const start = key.indexOf('{');
  const end = key.indexOf('}', start + 1);
  return start < 0 || end <= start + 1 ? key : key.slice(start + 1, end);
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
