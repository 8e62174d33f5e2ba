import { afterEach, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { postgresSignal } from '../src/index.ts';
import { poolOn } from './support/connect.ts';
import { withPostgres } from './support/with-postgres.ts';

withPostgres('a signal', (server) => {
  const pools: Pool[] = [];
  const connect = (): Pool => {
    const pool = poolOn(server().port);
    pools.push(pool);
    return pool;
  };
  afterEach(async () => void (await Promise.all(pools.splice(0).map((pool) => pool.end()))));

  it('wakes those who hear it in another process, and nobody who hears another one', async () => {
    const [here, there] = [connect(), connect()];
    let others = 0;
    let woken = (): void => undefined;
    const ready = new Promise<void>((resolve) => (woken = resolve)); // what may have been missed
    const stop = postgresSignal(there, 'one').hear(() => woken());
    const stopOther = postgresSignal(there, 'other').hear(() => others++);
    await ready;
    const before = others;
    const heard = new Promise<void>((resolve) => (woken = resolve));
    postgresSignal(here, 'one').send();
    await heard;
    expect(others).toBe(before);
    stop();
    stopOther();
  });

  it('is refused by a pool that gives no connections', () => {
    const pool = { query: async () => ({ rows: [] }) };
    expect(() => postgresSignal(pool as never, 'one')).toThrow(
      'postgresSignal: direct: expected a pool with connect()',
    );
  });
});
