import { describe, expect, it } from '@jest/globals';
import {
  type PostgresLike,
  postgresLock,
  postgresQuery,
  postgresSchema,
  postgresSignal,
  postgresStore,
} from '../src/index.ts';

const pool: PostgresLike = { query: () => Promise.reject(new Error('not connected')) };

describe('what is given to the functions of this package', () => {
  it.each<[string, () => unknown]>([
    [
      'postgresStore: pool: expected a pool with query(), as pg has it, got undefined',
      () => postgresStore(undefined as never, { key: 'a' }),
    ],
    [
      'postgresLock: pool: expected a pool with query(), as pg has it, got an object without it',
      () => postgresLock({} as never),
    ],
    [
      'postgresStore: direct: expected a pool with connect(), as pg has it, got an object without it',
      () => postgresStore(pool, { key: 'a', direct: pool as never }),
    ],
    [
      'postgresLock: direct: expected a pool with query(), as pg has it, got string',
      () => postgresLock(pool, { direct: 'postgres://' as never }),
    ],
    [
      'postgresStore: key: expected a string that is not empty, got undefined',
      () => postgresStore(pool, undefined as never),
    ],
    [
      'postgresStore: key: expected a string that is not empty, got an empty string',
      () => postgresStore(pool, { key: '' }),
    ],
    [
      'postgresStore: key: PostgreSQL stores no NUL character',
      () => postgresStore(pool, { key: 'a\0b' }),
    ],
    [
      'postgresStore: key: half of a surrogate pair is no character',
      () => postgresStore(pool, { key: 'a\ud83d' }),
    ],
    [
      'postgresStore: key: expected at most 2000 bytes of UTF-8',
      () => postgresStore(pool, { key: 'ü'.repeat(1001) }),
    ],
    [
      'postgresStore: lease: expected ms, at least 100, got 99',
      () => postgresStore(pool, { key: 'a', lease: 99 }),
    ],
    [
      'postgresLock: lease: expected ms, at least 100, got string',
      () => postgresLock(pool, { lease: '30s' as never }),
    ],
    [
      'postgresStore: table: expected a name of letters, digits and _, with or without a schema before it, got another text',
      () => postgresStore(pool, { key: 'a', table: 'a"; drop table b; --' }),
    ],
    [
      'postgresSchema: table: expected a name of letters, digits and _, with or without a schema before it, got another text',
      () => postgresSchema('a.b.c'),
    ],
    [
      'postgresStore: there is no option "tabel"; the options are key, table, lease, direct, alongside',
      () => postgresStore(pool, { key: 'a', tabel: 'b' } as never),
    ],
    [
      'postgresLock: there is no option "key"; the options are table, lease, direct',
      () => postgresLock(pool, { key: 'a' } as never),
    ],
    [
      'postgresStore: alongside: expected a function, got 5',
      () => postgresStore(pool, { key: 'a', alongside: 5 as never }),
    ],
    [
      'postgresStore: alongside: expected a function, got null',
      () => postgresStore(pool, { key: 'a', alongside: null as never }),
    ],
    [
      'postgresQuery: expected an object, got undefined',
      () => postgresQuery(pool, undefined as never),
    ],
    [
      'postgresQuery: what: expected a string that is not empty, got undefined',
      () => postgresQuery(pool, { schema: 'migration 7' } as never),
    ],
    [
      'postgresQuery: schema: expected a string that is not empty, got undefined',
      () => postgresQuery(pool, { what: 'The list' } as never),
    ],
    [
      'postgresQuery: there is no option "scheme"; the options are what, schema',
      () => postgresQuery(pool, { what: 'The list', schema: 'migration 7', scheme: '' } as never),
    ],
    [
      'postgresSignal: name: expected a string that is not empty, got undefined',
      () => postgresSignal({ ...pool, connect: async () => ({}) } as never, undefined as never),
    ],
  ])('is checked at once: %s', (message, run) => {
    expect(run).toThrow(new TypeError(message));
  });

  it.each(['a\0b', 'a\ud83d', 'x'.repeat(2001)])(
    'may not be the name of a lock that PostgreSQL cannot hold: the request rejects (%#)',
    async (name) => {
      await expect(postgresLock(pool).request(name, {}, async () => 'ran')).rejects.toThrow(
        TypeError,
      );
    },
  );

  it('names the store by its key, and offers subscribe only where something can come', () => {
    const direct = { ...pool, connect: () => Promise.reject(new Error('not connected')) };
    const [store, listening] = [
      postgresStore(pool, { key: 'session:42' }),
      postgresStore(pool, { key: 'session:42', direct }),
    ];
    expect([store.name, 'subscribe' in store, 'subscribe' in listening]).toEqual([
      'session:42',
      false,
      true,
    ]);
  });

  it('makes the table under the name that it was given, as it is written', () => {
    expect(postgresSchema('Auth.Sessions')).toContain(
      'create table if not exists "Auth"."Sessions" (',
    );
    expect(postgresSchema()).toContain('"unexpired_sessions"');
  });
});
