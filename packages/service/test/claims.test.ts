import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { claimsIn } from '../src/data/claims.ts';
import type { Tables } from '../src/data/tables.ts';
import type { Broker } from './support/broker.ts';
import { onDatabases } from './support/on-databases.ts';

onDatabases((start) => {
  let broker: Broker;
  let tables: Tables;
  beforeEach(async () => {
    broker = await start();
    tables = broker.tables;
    await tables.ready();
  });
  afterEach(() => broker.stop());
  const put = async (key: string, due: number | null, provider = 'crm'): Promise<void> =>
    void (await tables.query(
      `insert into ${tables.names.schedule} values ($1, $2, 's', 3, 'active', 0, null, $3, 0, 0, 0, ${tables.dialect.change})`,
      [key, provider, due],
    ));

  describe('claims', () => {
    it('are of what has been due for longest, of one provider, and of nothing that is not due', async () => {
      await put('a:late', 300);
      await put('a:early', 100);
      await put('a:middle', 200);
      await put('a:future', 5000);
      await put('a:never', null);
      await put('a:other', 1, 'other');
      const claims = claimsIn(tables);
      const first = await claims.take('crm', 2, 1000);
      expect(new Set(first.map(({ key }) => key))).toEqual(new Set(['a:early', 'a:middle']));
      expect(first[0]).toEqual({
        key: expect.any(String),
        session: 's',
        generation: 3,
        failures: 0,
      });
      const second = await claims.take('crm', 2, 1000);
      expect(second.map(({ key }) => key)).toEqual(['a:late']);
      expect(await claims.take('crm', 2, 1000)).toEqual([]);
    });

    it('are given to one replica each, however many ask at once', async () => {
      for (let index = 0; index < 60; index++) await put(`a:${index}`, index);
      const replicas = Array.from({ length: 6 }, () => claimsIn(tables));
      const taken = await Promise.all(
        replicas.flatMap((claims) => [claims.take('crm', 7, 1000), claims.take('crm', 7, 1000)]),
      );
      const keys = taken.flat().map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
      const rest = await claimsIn(tables).take('crm', 100, 1000);
      expect(keys.length + rest.length).toBe(60);
    });

    it('run out a minute later by the clock of the database, so that a killed replica keeps nothing', async () => {
      await put('a:1', 1);
      const claims = claimsIn(tables);
      await claims.take('crm', 1, 1000);
      const [row] = await tables.query(
        `select claimed_until - ${tables.dialect.now} as left_over from ${tables.names.schedule}`,
      );
      expect(Number(row?.['left_over'])).toBeGreaterThan(50_000);
      expect(Number(row?.['left_over'])).toBeLessThanOrEqual(60_000);
      await tables.query(
        `update ${tables.names.schedule} set claimed_until = ${tables.dialect.now} - 1`,
      );
      expect(await claims.take('crm', 1, 1000)).toHaveLength(1);
    });

    it('are given back with a time before which nobody claims it, unless the session has moved on', async () => {
      await put('a:1', 1);
      const claims = claimsIn(tables);
      const [claim] = await claims.take('crm', 1, 1000);
      if (claim === undefined) throw new Error('nothing was claimed');
      await claims.park(claim, { notBefore: 4000, failures: 2 });
      expect(await claims.take('crm', 1, 3999)).toEqual([]);
      const [again] = await claims.take('crm', 1, 4000);
      expect(again).toEqual({ ...claim, failures: 2 });
      await claims.park({ ...claim, generation: 2 }, { notBefore: 0, failures: 9 });
      expect(await claims.take('crm', 1, 9000)).toEqual([]); // it is claimed still
    });
  });
});
