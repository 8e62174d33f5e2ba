import { expect, it } from '@jest/globals';
import type { TokenStore } from 'unexpired';
import { recordOf } from '../../node/test/support/records.ts';
import { type RedisLike, redisStore } from '../src/index.ts';
import { command } from './support/clients.ts';
import { inRedis, KEY, meaning } from './support/stage.ts';

const genOf = async (store: TokenStore): Promise<number | undefined> =>
  ((await store.read())?.value as { gen: number } | undefined)?.gen;

/** Often enough that one of them comes within what a timer takes. */
const ROUNDS = 20;

inRedis('a reader', (stage) => {
  const { connect } = stage;

  it('sees what another store of the process has written since the lock was granted', async () => {
    const [store, other] = [connect(), connect()].map((own) => redisStore(own, { key: KEY })) as [
      TokenStore,
      TokenStore,
    ];
    const seen: unknown[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const version = (await other.read())?.version;
      await store.lock?.request('any', {}, async () => {
        await other.write(recordOf(round), version);
        seen.push(await genOf(store));
      });
    }
    expect(seen).toEqual(Array.from({ length: ROUNDS }, (_, index) => index + 1));
  });

  it('sees what another process has written since the lock was granted', async () => {
    const store = redisStore(connect(), { key: KEY });
    await store.write(recordOf(0), undefined);
    const seen: unknown[] = [];
    for (let round = 1; round <= ROUNDS; round++)
      await store.lock?.request('any', {}, async () => {
        const record = JSON.stringify(recordOf(round));
        await command(stage.client, 'HSET', KEY, 'record', record, 'version', `theirs-${round}`);
        seen.push(await genOf(store));
      });
    expect(seen).toEqual(Array.from({ length: ROUNDS }, (_, index) => index + 1));
  });

  it.each([
    ['before', 0],
    ['after', 50],
  ])(
    'sees what is confirmed on the same client in the very turn in which the lock is granted, %s that',
    async (_when, steps) => {
      const own = connect();
      let grant = (): void => undefined;
      let hold = (): void => undefined;
      const held = new Promise<void>((resolve) => (hold = resolve));
      const client: RedisLike = {
        async sendCommand(words) {
          const answer = await command(own, ...(words as [string, ...string[]]));
          if (meaning(String(words[1])) === 'lock and read') {
            await new Promise<void>((resolve) => {
              grant = resolve;
              hold();
            });
            return answer;
          }
          grant();
          for (let step = 0; step < steps; step++) await Promise.resolve();
          return answer;
        },
      };
      const [store, other] = [1, 2].map(() => redisStore(client, { key: KEY })) as [
        TokenStore,
        TokenStore,
      ];
      const version = await other.write(recordOf(1), undefined);
      const reading = store.lock?.request('any', {}, async () => {
        await written;
        return genOf(store);
      });
      await held;
      const written = other.write(recordOf(2), version);
      expect(await reading).toBe(2);
    },
  );
});
