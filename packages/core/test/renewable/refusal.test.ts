import { describe, expect, it } from '@jest/globals';
import { tokenErrorOf } from '../../src/index.ts';
import { renewable } from '../../src/renewable.ts';
import { settle, testClock } from '../support/clock.ts';
import { gate, HOUR, hundred, reasonOf, Refused, testLogins, throwing } from './support.ts';

describe('a renewable', () => {
  it('runs each task that was refused once more, with one new value for all', async () => {
    const { logins, clock, made, query, takeBack, disposed } = testLogins();
    await logins.get();
    await clock.advance(1000);
    takeBack();
    expect(await Promise.all(hundred(() => logins.use(query)))).toEqual(Array(100).fill(2));
    await settle();
    expect([made(), disposed]).toEqual([2, [1]]);
  });

  it.each([
    [true, 2],
    [false, 1],
  ])('waits for an isRejected that is asynchronous: %p', async (rejected, tasks) => {
    const clock = testClock();
    const one = renewable({
      acquire: async () => ({ value: 1 }),
      isRejected: async () => rejected,
      clock,
    });
    await one.get();
    await clock.advance(HOUR);
    let ran = 0;
    const failing = one.use(async () => {
      ran++;
      throw new Error('of the task');
    });
    expect(await reasonOf(failing)).toMatchObject({ message: 'of the task' });
    expect(ran).toBe(tasks);
  });

  it('repairs a late refusal of an old value without making another', async () => {
    const { logins, clock, made, query, takeBack } = testLogins();
    const answer = gate();
    const late = logins.use(async (login) => {
      if (login.n === 1) await answer.promise;
      return query(login);
    });
    await clock.advance(2000);
    takeBack();
    expect(await logins.use(query)).toBe(2);
    answer.open();
    expect([await late, made()]).toEqual([2, 2]);
  });

  it('hands over a refusal within a second of the making, with the reason behind it', async () => {
    const { logins, clock, made, query, takeBack } = testLogins();
    await logins.get();
    await clock.advance(999);
    takeBack();
    const error = await reasonOf(logins.use(query));
    expect(error).toBeInstanceOf(Refused);
    expect(tokenErrorOf(error)).toMatchObject({ code: 'ERR_REFRESH_LIMIT', retryAfter: 1 });
    expect(made()).toBe(1);
    await clock.advance(1);
    expect(await logins.use(query)).toBe(2);
  });

  it('hands over a refusal that is no object, or frozen, or has a cause, as it is', async () => {
    for (const refusal of ['no', Object.freeze(new Refused('no')), new Error('no', { cause: 1 })]) {
      const { logins } = testLogins({ isRejected: () => true });
      expect(await reasonOf(logins.use(throwing(refusal)))).toBe(refusal);
    }
  });
});
