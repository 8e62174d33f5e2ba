import { expect, it } from '@jest/globals';
import { leasedLock } from 'unexpired/adapter';
import { recordOf } from '../../node/test/support/records.ts';
import { scriptRunner } from '../src/commands.ts';
import { type RedisLike, redisLock, redisStore } from '../src/index.ts';
import { leasePlace } from '../src/keys.ts';
import { leaseCell } from '../src/lease-cell.ts';
import { wakeUpOf } from '../src/wake-up.ts';
import { command } from './support/clients.ts';
import { counting, HOUR, inRedis, KEY } from './support/stage.ts';

function doubling(client: RedisLike): RedisLike {
  return {
    async sendCommand(words) {
      await command(client, ...(words as [string, ...string[]]));
      return command(client, ...(words as [string, ...string[]]));
    },
  };
}

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
