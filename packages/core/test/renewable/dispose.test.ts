import { describe, expect, it } from '@jest/globals';
import { TokenError } from '../../src/index.ts';
import { renewable } from '../../src/renewable.ts';
import { settle, testClock } from '../support/clock.ts';
import { seededRandom } from '../support/random.ts';
import { gate, HOUR, type Login, reasonOf, Refused, testLogins } from './support.ts';

describe('dispose', () => {
  it('waits until no task uses the old value', async () => {
    const { logins, clock, disposed, query, takeBack } = testLogins();
    const answer = gate();
    const slow = logins.use(async ({ n }) => {
      await answer.promise;
      return disposed.includes(n);
    });
    await clock.advance(2000);
    takeBack();
    expect(await logins.use(query)).toBe(2);
    await settle();
    expect(disposed).toEqual([]);
    answer.open();
    expect(await slow).toBe(false);
    await settle();
    expect(disposed).toEqual([1]);
  });

  it.each([
    [
      'throws',
      (): unknown => {
        throw new Error('pool is gone');
      },
    ],
    ['rejects', (): unknown => Promise.reject(new Error('pool is gone'))],
  ])('that %s is a warning, and nobody else notices', async (_, dispose) => {
    const { logins, clock, events, query, takeBack } = testLogins({ dispose });
    await logins.get();
    await clock.advance(2000);
    takeBack();
    expect(await logins.use(query)).toBe(2);
    await logins.close();
    expect(events.filter(({ type }) => type === 'warning')).toMatchObject(
      Array.from({ length: 2 }, () => ({
        name: 'session',
        code: 'NOT_DISPOSED',
        error: { cause: { message: 'pool is gone' } },
      })),
    );
  });

  it('happens on close, after the tasks that run, and close waits for it', async () => {
    const { logins, disposed } = testLogins();
    const answer = gate();
    const slow = logins.use(() => answer.promise);
    await settle();
    let closed = false;
    const closing = logins.close().then(() => void (closed = true));
    await settle();
    expect([disposed, closed]).toEqual([[], false]);
    expect(await reasonOf(logins.get())).toMatchObject({ code: 'ERR_CLOSED' });
    expect(await reasonOf(logins.use(async () => 1))).toMatchObject({ code: 'ERR_CLOSED' });
    answer.open();
    await Promise.all([slow, closing]);
    expect(disposed).toEqual([1]);
  });

  it('is not put off by a refusal on close: the caller gets it, and no other value is made', async () => {
    const { logins, clock, query, takeBack, made } = testLogins();
    const [answer, end] = [gate(), gate()];
    const refused = reasonOf(logins.use(async (login) => (await answer.promise, query(login))));
    const slow = logins.use(() => end.promise);
    await clock.advance(2000);
    takeBack();
    const closing = logins.close();
    answer.open();
    expect(await refused).toBeInstanceOf(Refused);
    end.open();
    await Promise.all([slow, closing]);
    expect(made()).toBe(1);
  });

  it('happens to a value that was made twice when it is out of use as both', async () => {
    const pool = { open: true };
    const clock = testClock();
    const one = renewable({
      clock,
      random: seededRandom(1),
      acquire: async () => ({ value: pool, expiresAt: clock.now() + HOUR }),
      dispose: (value) => void (value.open = false),
    });
    await one.get();
    await clock.advance(HOUR);
    expect(await one.use(async ({ open }) => open)).toBe(true);
    await settle();
    expect(pool.open).toBe(true);
    await one.close();
    expect(pool.open).toBe(false);
  });

  it('is not waited for by making another value: none is made after close', async () => {
    const { logins, clock, disposed, made } = testLogins({}, 10_000);
    const answer = gate();
    const slow = logins.use(() => answer.promise);
    await settle();
    const closing = logins.close();
    await clock.advance(11_000);
    expect(await reasonOf(logins.get())).toMatchObject({ code: 'ERR_CLOSED' });
    expect(await reasonOf(logins.use(async () => 1))).toMatchObject({ code: 'ERR_CLOSED' });
    answer.open();
    await Promise.all([slow, closing]);
    expect([made(), disposed]).toEqual([1, [1]]);
  });

  it('happens to a value that arrives after close', async () => {
    const answer = gate<{ value: Login }>();
    const { logins, disposed } = testLogins({ acquire: () => answer.promise });
    const waiting = reasonOf(logins.get());
    await settle();
    const closing = logins.close();
    answer.open({ value: { n: 1 } });
    await closing;
    expect(disposed).toEqual([1]);
    expect(await waiting).toBeInstanceOf(TokenError);
  });

  it('happens to a value whose expiresAt is no time: each attempt makes another', async () => {
    let made = 0;
    const { logins, clock, disposed } = testLogins({
      acquire: async () => ({ value: { n: ++made }, expiresAt: new Date(0) as unknown as number }),
    });
    for (const before of [[], [1]]) {
      expect(disposed).toEqual(before);
      const asking = reasonOf(logins.get());
      await clock.advance(10_000);
      expect(await asking).toMatchObject({ code: 'ERR_REFRESH_ANSWER' });
    }
    expect([made, disposed]).toEqual([2, [1, 2]]);
  });

  it('that never ends, or a task that never ends, holds close for a limited time', async () => {
    const { logins, clock } = testLogins({ dispose: () => new Promise(() => undefined) });
    await logins.get();
    let closed = false;
    const closing = logins.close().then(() => void (closed = true));
    await clock.advance(74_000);
    expect(closed).toBe(false);
    await clock.advance(2000);
    await closing;
    expect([closed, clock.pending]).toEqual([true, 0]);
  });
});
