import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import type { SessionRecord } from 'unexpired';
import { unhandledRejections } from '../../core/test/support/unhandled-rejections.ts';
import { postgresQuery, postgresSchema, postgresStore } from '../src/index.ts';
import { poolOn } from './support/connect.ts';
import { inspected } from './support/inspected.ts';
import { withPostgres } from './support/with-postgres.ts';

const record = (gen: number): SessionRecord => ({
  ...{ v: 1, session: 'one', gen, status: 'active', issuedAt: 0, turn: 1 },
  tokens: { accessToken: `access-${gen}` },
});

withPostgres('what is written beside a session', (server) => {
  let pool: Pool;
  beforeAll(async () => {
    pool = poolOn(server().port);
    await pool.query(postgresSchema());
    await pool.query('create table beside (key text primary key, gen int check (gen < 100))');
  });
  afterAll(() => pool.end());

  const storeOf = (key: string) =>
    postgresStore(pool, {
      key,
      alongside: ({ gen }) =>
        gen === 7
          ? []
          : [key, `${key}, too`].map((one, index) => ({
              text: `insert into beside (key, gen) select $${5 + 2 * index}, cast($${6 + 2 * index} as int) from written on conflict (key) do update set gen = excluded.gen`,
              values: [one, gen],
            })),
    });
  const beside = async (key: string): Promise<unknown> =>
    (await pool.query('select gen from beside where key = $1', [key])).rows[0]?.gen;

  describe('statements alongside', () => {
    it('are carried out with the first write and with each one after that, but for a record that has none', async () => {
      const store = storeOf('a');
      const first = await store.write(record(1), undefined);
      expect(await beside('a')).toBe(1);
      const second = await store.write(record(2), first);
      expect(await beside('a')).toBe(2);
      expect(await beside('a, too')).toBe(2);
      expect(await store.write(record(7), second)).toBeDefined();
      expect(await beside('a')).toBe(2);
    });

    it('are not carried out where somebody else had written first', async () => {
      const store = storeOf('b');
      await store.write(record(1), undefined);
      expect(await store.write(record(2), 'another version')).toBeUndefined();
      expect(await store.write(record(3), undefined)).toBeUndefined();
      expect(await beside('b')).toBe(1);
    });

    it('take the write along where one fails, for good and at once, and the error quotes no token', async () => {
      const store = storeOf('c');
      const failure: unknown = await store.write(record(100), undefined).catch((error) => error);
      expect(failure).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', delivery: 'answered' });
      expect(inspected(failure)).not.toContain('access-');
      expect(await store.read()).toBeUndefined();
    });

    it.each<[string, () => unknown]>([
      ['expected a list of statements, given at once, got object', async () => []],
      ['expected a list of statements, given at once, got undefined', () => undefined],
      ['expected a list of statements, given at once, got string', () => 'delete from beside'],
      ['expected a statement { text, values }, got string', () => ['delete from beside']],
      ['expected a statement { text, values }, got null', () => [null]],
      ['expected a statement { text, values }, got object', () => [{ text: 'delete from beside' }]],
      ['expected a statement { text, values }, got object', () => [{ sql: 'a', values: [] }]],
    ])(
      'that are none are refused for good, and nothing is written: %s (%#)',
      async (message, give) => {
        const store = postgresStore(pool, { key: 'd', alongside: give as never });
        const failure: unknown = await store.write(record(1), undefined).catch((error) => error);
        expect(failure).toBeInstanceOf(TypeError);
        expect(failure).toMatchObject({
          message: `postgresStore: alongside: ${message}`,
          delivery: 'answered',
        });
        expect(await store.read()).toBeUndefined();
      },
    );

    it('that an asynchronous function was to give leave no rejection unhandled', async () => {
      const unhandled = unhandledRejections();
      const alongside = () => Promise.reject(new Error('from an asynchronous function'));
      const store = postgresStore(pool, { key: 'e', alongside: alongside as never });
      await expect(store.write(record(1), undefined)).rejects.toThrow(TypeError);
      await new Promise((resolve) => setImmediate(resolve)); // Node tells of it after the microtasks
      unhandled.stop();
      expect(unhandled.reasons).toEqual([]);
    });
  });

  describe('postgresQuery', () => {
    it('gives rows, and says what makes a table that is not there', async () => {
      const query = postgresQuery(pool, { what: 'The list', schema: 'migration 7' });
      expect(await query('select $1::int + 1 as two', [1])).toEqual([{ two: 2 }]);
      await expect(query('select * from nowhere')).rejects.toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        message: expect.stringMatching(/^The list: there is no table .*migration 7/),
      });
    });
  });
});
