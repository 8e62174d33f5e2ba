import { describe, expect, it } from '@jest/globals';
import { renewable } from '../../src/renewable.ts';
import { settle, testClock } from '../support/clock.ts';
import { HOUR, hundred, reasonOf, testLogins } from './support.ts';

describe('a renewable', () => {
  const values: unknown[] = [() => 'called', undefined, null, Number.NaN, '', 0, false];

  it('is made when it is first asked for, once for all who ask', async () => {
    const { logins, made } = testLogins();
    expect(made()).toBe(0);
    const found = await Promise.all(hundred(() => logins.get()));
    expect([new Set(found).size, made()]).toEqual([1, 1]);
    expect(await logins.get()).toBe(found[0]);
    expect(made()).toBe(1);
  });

  it('is made anew when it is due, once for all, and the old one is disposed of', async () => {
    const { logins, clock, made, disposed } = testLogins();
    await logins.get();
    await clock.advance(HOUR - 29_000);
    const found = await Promise.all(hundred(() => logins.get()));
    expect([new Set(found.map(({ n }) => n)), made()]).toEqual([new Set([2]), 2]);
    await settle();
    expect(disposed).toEqual([1]);
  });

  it('without expiresAt is good until it is refused', async () => {
    let made = 0;
    const clock = testClock();
    const one = renewable({ acquire: async () => ({ value: ++made }), clock });
    await one.get();
    await clock.advance(1000 * HOUR);
    expect(await one.get()).toBe(1);
  });

  it('uses what has expired on arrival until it is refused: a clock is wrong (R9)', async () => {
    const { logins, clock, events, query, takeBack } = testLogins({}, -1);
    expect(await logins.use(query)).toBe(1);
    expect(events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'CLOCK' }));
    await clock.advance(2000);
    takeBack();
    expect(await logins.use(query)).toBe(2);
  });

  it.each([...values, 'x'.repeat(10_000_000), new Uint8Array(50_000_000)].map((value) => [value]))(
    'gives any value as it is (%#)',
    async (value) => {
      const one = renewable({ acquire: async () => ({ value }) });
      expect(Object.is(await one.get(), value)).toBe(true);
      expect(await one.use(async (got) => Object.is(got, value))).toBe(true);
      await one.close();
    },
  );

  it('gives tasks a value that has a then as it is, and disposes of it', async () => {
    const thenable = { then: () => undefined };
    const disposed: unknown[] = [];
    const one = renewable({
      acquire: async () => ({ value: thenable }),
      dispose: (value) => void disposed.push(value === thenable),
    });
    expect(await one.use(async (got) => got === thenable)).toBe(true);
    await one.close();
    expect(disposed).toEqual([true]);
  });

  it('says so when its making asks for it, in place of waiting for itself', async () => {
    const { logins } = testLogins({ acquire: async () => ({ value: await logins.get() }) });
    const error = await reasonOf(logins.get());
    expect(error).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      cause: { code: 'ERR_REENTRANT' },
    });
  });
});
