import { describe, expect, it } from '@jest/globals';
import { recordOf } from '../../node/test/support/records.ts';
import { postgresStore } from '../src/index.ts';

import { fresh, inPostgres, KEY } from './support/stage.ts';

inPostgres('a store in PostgreSQL', (stage) => {
  const { connect, connectWith, managed, lockRow, server } = stage;

  describe('a database that does not answer as it should', () => {
    it('is asked again where transactions collide: nobody loses a write under serializable isolation', async () => {
      const own = connectWith({ default_transaction_isolation: 'serializable' });
      const addOne = async (): Promise<void> => {
        const store = postgresStore(own, { key: KEY });
        for (;;) {
          const found = await store.read();
          const gen = (found?.value as { gen: number } | undefined)?.gen ?? 0;
          if ((await store.write(recordOf(gen + 1), found?.version)) !== undefined) return;
        }
      };
      await Promise.all(Array.from({ length: 8 }, addOne));
      expect((await postgresStore(stage.pool, { key: KEY }).read())?.value).toMatchObject({
        gen: 8,
      });
    });

    it('and cancels a statement that takes too long says so', async () => {
      const version = await postgresStore(stage.pool, { key: KEY }).write(recordOf(1), undefined);
      await lockRow();
      const store = postgresStore(connectWith({ statement_timeout: '100' }), { key: KEY });
      await expect(store.write(recordOf(2), version)).rejects.toMatchObject({
        message: expect.stringContaining('statement_timeout'),
        cause: { code: '57014' },
      });
    });

    it('within 5 s gives an error, and a lease that is granted after that is given back', async () => {
      const store = postgresStore(stage.pool, { key: KEY });
      await store.write(recordOf(1), undefined);
      const free = await lockRow();
      const ran: string[] = [];
      await expect(
        store.lock?.request('any', {}, async () => void ran.push('the task')),
      ).rejects.toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        message: expect.stringContaining('no answer within 5000 ms'),
      });
      await free();
      const lease = async (): Promise<unknown> =>
        (await stage.pool.query('select lease_owner, lease_until from unexpired_sessions')).rows[0];
      await store.lock?.request('any', {}, async () => void ran.push('the next one'));
      expect(ran).toEqual(['the next one']);
      expect(await lease()).toEqual({ lease_owner: null, lease_until: null });
    });

    it('because it is down keeps nobody from a valid token, spends nothing, and is used again when it is back', async () => {
      let redeemed = 0;
      const tokens = managed(stage.pool, async () => fresh(++redeemed + 1));
      await tokens.setSession(fresh(1));
      await server().crash();
      expect((await tokens.getToken())?.accessToken).toBe('access-token-1');
      await expect(tokens.refresh()).rejects.toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        action: 'retry',
      });
      expect(redeemed).toBe(0);
      await server().restart();
      const store = postgresStore(connect(), { key: KEY });
      expect((await store.read())?.value).toMatchObject({ gen: 0 });
      await managed(connect()).refresh();
      expect((await store.read())?.value).toMatchObject({ gen: 1 });
    }, 30_000);
  });
});
