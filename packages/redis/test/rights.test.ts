import { expect, it } from '@jest/globals';
import { recordOf } from '../../node/test/support/records.ts';
import { redisLock, redisStore } from '../src/index.ts';
import { command } from './support/clients.ts';
import { inRedis, KEY } from './support/stage.ts';

const THEIRS = JSON.stringify({ access_token: 'theirs', refresh_token: 'their-refresh' });

inRedis('a user that may not run all commands', (stage) => {
  /** What `run` rejects with, while the user may not run the command. */
  const without = async (forbidden: string, run: () => Promise<unknown>): Promise<unknown> => {
    const may = (right: string) => command(stage.client, 'ACL', 'SETUSER', 'default', right);
    await may(`-${forbidden}`);
    try {
      return await run().catch((thrown: unknown) => thrown);
    } finally {
      await may('+@all');
    }
  };

  it.each(['del', 'hset'])(
    'loses no tokens of another program: it may not %s, and is told that this lasts',
    async (forbidden) => {
      await command(stage.client, 'SET', KEY, THEIRS);
      const store = redisStore(stage.client, { key: KEY });
      const version = (await store.read())?.version;
      const error = await without(forbidden, () => store.write(recordOf(1), version));
      expect(await command(stage.client, 'GET', KEY)).toBe(THEIRS);
      expect(error).toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        message: expect.stringContaining('this user may not run'),
        delivery: 'answered',
        cause: { code: 'NOPERM' },
      });
    },
  );

  it('takes the place of no tokens of another program where Redis has no memory left, as of no session', async () => {
    await command(stage.client, 'SET', KEY, THEIRS);
    const store = redisStore(stage.client, { key: KEY });
    const version = (await store.read())?.version;
    await command(stage.client, 'CONFIG', 'SET', 'maxmemory', '1');
    const error = await store.write(recordOf(1), version).catch((thrown: unknown) => thrown);
    await command(stage.client, 'CONFIG', 'SET', 'maxmemory', '0');
    expect(error).toMatchObject({ delivery: 'answered', cause: { code: 'OOM' } });
    expect(await command(stage.client, 'GET', KEY)).toBe(THEIRS);
  });

  it.each([
    ['pexpire', 60_000],
    ['persist', undefined],
  ])(
    'is not told that nothing was written where that was, and only the end of its time could not be set: it may not %s',
    async (forbidden, ttl) => {
      const store = redisStore(stage.client, { key: KEY, ttl });
      const error = await without(forbidden, () => store.write(recordOf(1), undefined));
      expect((await store.read())?.value).toMatchObject({ gen: 1 });
      expect(error).toMatchObject({
        message: expect.stringContaining('the session was stored, but'),
      });
      expect(error).not.toHaveProperty('delivery');
    },
  );

  it('is told so by a lock, too', async () => {
    const lock = redisLock(stage.client);
    expect(
      await without('set', () => lock.request('one', {}, async () => undefined)),
    ).toMatchObject({ delivery: 'answered', cause: { code: 'NOPERM' } });
  });
});
