import { describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { createTokenManager } from 'unexpired';
import type { LeaseCell } from 'unexpired/adapter';
import { recordOf } from '../../node/test/support/records.ts';
import { asker } from '../src/ask.ts';
import { postgresStore } from '../src/index.ts';
import { leaseCell } from '../src/lease-cell.ts';
import { statementsOn } from '../src/statements.ts';
import { wakeUpOf } from '../src/wake-up.ts';

import { fresh, HOUR, inPostgres, KEY } from './support/stage.ts';

inPostgres('a store in PostgreSQL', (stage) => {
  const { connect, ends, managers } = stage;

  describe('waking', () => {
    const listening = async (): Promise<number> =>
      Number(
        (
          await stage.pool.query(
            `select count(*) from pg_stat_activity where query = 'listen unexpired'`,
          )
        ).rows[0].count,
      );

    it('takes one connection for all sessions that listen, which ends when the last one leaves', async () => {
      const direct = connect();
      const stops = Array.from({ length: 50 }, (_, number) =>
        postgresStore(direct, { key: `session:${number}`, direct }).subscribe?.(() => undefined),
      );
      while ((await listening()) < 1);
      expect(await listening()).toBe(1);
      expect(direct.totalCount).toBe(1);
      for (const stop of stops) stop?.();
      while ((await listening()) > 0);
      expect(direct.totalCount).toBe(0);
    });

    it('goes on after the connection was lost', async () => {
      const direct = connect();
      let heard = 0;
      const store = postgresStore(direct, { key: KEY, direct });
      ends.push(store.subscribe?.(() => heard++) ?? (() => undefined));
      while (heard === 0) await stage.pool.query('select 1'); // it listens: something may have been missed
      await stage.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen unexpired'`,
      );
      const other = connect();
      const writer = postgresStore(other, { key: KEY, direct: other });
      const version = await writer.write(recordOf(1), undefined);
      while (heard === 1) await stage.pool.query('select 1');
      const before = heard;
      await writer.write(recordOf(2), version);
      while (heard === before) await stage.pool.query('select 1');
      expect((await store.read())?.value).toMatchObject({ gen: 2 });
    });

    it('reaches who waits for a lease when it is released, without a look at the row', async () => {
      const cellOn = (own: Pool): LeaseCell => {
        const table = '"unexpired_sessions"';
        const ask = asker(own, 'the lease', table);
        const statements = statementsOn(table);
        return leaseCell({ ask, statements, key: 'lock:one', table, wakeUp: wakeUpOf(own) });
      };
      const [holder, waiting] = [cellOn(connect()), cellOn(connect())];
      expect(await holder.obtain('holder', HOUR)).toEqual({ granted: true });
      expect(await waiting.obtain('waiting', HOUR)).toMatchObject({ granted: false });
      let woken = 0;
      ends.push(waiting.subscribe?.(() => woken++) ?? (() => undefined));
      while (woken === 0) await stage.pool.query('select 1'); // it listens: something may have been missed
      expect(await waiting.obtain('waiting', HOUR)).toMatchObject({ granted: false });
      await holder.release('holder');
      while (woken === 1) await stage.pool.query('select 1');
      expect(await waiting.obtain('waiting', HOUR)).toEqual({ granted: true });
    });

    it('carries neither a key nor a token', async () => {
      const [spy, own] = [await connect().connect(), connect()];
      const heard: string[] = [];
      spy.on('notification', ({ payload }) => void heard.push(String(payload)));
      await spy.query('listen unexpired');
      const tokens = createTokenManager({
        store: postgresStore(own, { key: KEY, direct: own }),
        refresh: async () => fresh(2),
      });
      managers.add(tokens);
      await tokens.setSession(fresh(1));
      await tokens.refresh();
      await tokens.signOut();
      const words = (): string[] => heard.flatMap((payload) => payload.split(','));
      while (words().length < 4) await stage.pool.query('select 1'); // sign-in, refresh, the lock that came free, sign-out
      spy.release();
      expect(words().join('\n')).not.toMatch(/access-|refresh-|session|42:/);
    });
  });
});
