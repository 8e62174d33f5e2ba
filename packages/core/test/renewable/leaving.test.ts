import { describe, expect, it } from '@jest/globals';
import { settle } from '../support/clock.ts';
import { gate, type Login, reasonOf, Refused, testLogins } from './support.ts';

describe('a renewable', () => {
  it('lets one caller leave, and nobody else notices', async () => {
    const answer = gate<{ value: Login }>();
    const { logins } = testLogins({ acquire: () => answer.promise });
    const leaving = new AbortController();
    const left = reasonOf(logins.get({ signal: leaving.signal }));
    const stayed = logins.use(async ({ n }) => n);
    leaving.abort(new Error('left'));
    expect(await left).toMatchObject({ message: 'left' });
    answer.open({ value: { n: 7 } });
    expect(await stayed).toBe(7);
  });

  it('lets a caller leave who waits for a new value after a refusal', async () => {
    const answer = gate<{ value: Login }>();
    let made = 0;
    const { logins, clock } = testLogins({
      acquire: () => (++made === 1 ? Promise.resolve({ value: { n: 1 } }) : answer.promise),
    });
    await logins.get();
    await clock.advance(2000);
    const leaving = new AbortController();
    const refuse = ({ n }: Login): Promise<number> =>
      n === 1 ? Promise.reject(new Refused('no')) : Promise.resolve(n);
    const left = reasonOf(logins.use(refuse, { signal: leaving.signal }));
    const stayed = logins.use(refuse);
    await settle();
    leaving.abort(new Error('left'));
    expect(await left).toMatchObject({ message: 'left' });
    answer.open({ value: { n: 2 } });
    expect(await stayed).toBe(2);
  });

  it('lets everybody go in time when its making never returns, and uses what comes late', async () => {
    const answers = [gate<{ value: Login }>(), gate<{ value: Login }>()];
    let asked = 0;
    const { logins, clock, disposed } = testLogins({
      acquire: () => (answers[asked++] as (typeof answers)[0]).promise,
    });
    const first = reasonOf(logins.get());
    await clock.advance(30_000);
    expect(await first).toMatchObject({ code: 'ERR_WAIT_LIMIT' });
    await clock.advance(240_000);
    const second = logins.get();
    await settle();
    expect(asked).toBe(2);
    answers[0]?.open({ value: { n: 1 } });
    expect(await second).toEqual({ n: 1 });
    answers[1]?.open({ value: { n: 2 } });
    await settle();
    await logins.close();
    expect(new Set(disposed)).toEqual(new Set([1, 2]));
    expect(disposed).toHaveLength(2);
  });
});
