import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  createTokenManager,
  followToken,
  type IssuedToken,
  type TokenEvent,
} from '../../src/index.ts';
import { settle } from '../support/clock.ts';

const HOUR = 3_600_000;

function session(): { tokens: ReturnType<typeof createTokenManager>; calls: () => number } {
  let calls = 0;
  const tokens = createTokenManager({
    tokens: { accessToken: 'at-0', refreshToken: 'rt-0', expiresAt: Date.now() + HOUR },
    refresh: async () => {
      calls++;
      return { access_token: `at-${calls}`, refresh_token: `rt-${calls}`, expires_in: 3600 };
    },
  });
  return { tokens, calls: () => calls };
}

describe('followToken', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('gives the token now, and each next one before the old one expires', async () => {
    const { tokens, calls } = session();
    const used: (string | undefined)[] = [];
    const stop = followToken(tokens, (token) => used.push(token?.accessToken));
    await settle();
    expect(used).toEqual(['at-0']);
    await jest.advanceTimersByTimeAsync(HOUR - 31_000);
    expect(calls()).toBe(0);
    await jest.advanceTimersByTimeAsync(2000);
    expect([used, calls()]).toEqual([['at-0', 'at-1'], 1]);
    await jest.advanceTimersByTimeAsync(HOUR);
    expect(used).toEqual(['at-0', 'at-1', 'at-2']);
    stop();
    await jest.advanceTimersByTimeAsync(2 * HOUR);
    expect([used.length, jest.getTimerCount()]).toEqual([3, 0]);
  });

  it('gives nothing when nobody is signed in any more, and the token of the next sign-in', async () => {
    const { tokens } = session();
    const used: (string | undefined)[] = [];
    const stop = followToken(tokens, (token) => used.push(token?.accessToken));
    await settle();
    await tokens.signOut();
    await settle();
    await tokens.setSession({ accessToken: 'other', refreshToken: 'rt-other' });
    await settle();
    expect(used).toEqual(['at-0', undefined, 'other']);
    stop();
  });

  it('asks again for a token that cannot be had, and calls nobody for that', async () => {
    const { tokens } = session();
    let broken = true;
    const used: (string | undefined)[] = [];
    const stop = followToken(
      {
        subscribe: tokens.subscribe,
        getToken: (options) =>
          broken ? Promise.reject(new Error('the store is down')) : tokens.getToken(options),
      },
      (token) => used.push(token?.accessToken),
    );
    await jest.advanceTimersByTimeAsync(20_000);
    expect(used).toEqual([]);
    broken = false;
    await jest.advanceTimersByTimeAsync(5000);
    expect(used).toEqual(['at-0']);
    stop();
  });

  it('gives the next token within a minute of waking up, where the machine slept through the expiry', async () => {
    const { tokens } = session();
    const used: (string | undefined)[] = [];
    const stop = followToken(tokens, (token) => used.push(token?.accessToken));
    await settle();
    await jest.advanceTimersByTimeAsync(60_000);
    jest.setSystemTime(Date.now() + 2 * HOUR); // timers stand still while a machine sleeps, its wall clock does not
    await jest.advanceTimersByTimeAsync(60_000);
    expect(used).toEqual(['at-0', 'at-1']);
    stop();
  });

  it.each([
    [100_000, 90_000],
    [300_000, 270_000],
    [1_000_000, 970_000],
  ])(
    'asks for the next token of one that is good for %d ms after %d ms, and not before',
    async (life, after) => {
      const start = Date.now();
      const asked: (readonly [number, unknown])[] = [];
      const stop = followToken(
        {
          subscribe: () => () => undefined,
          getToken: async (options) => {
            asked.push([Date.now() - start, options?.validFor]);
            return { accessToken: 'at', session: 's', generation: 0, expiresAt: start + life };
          },
        },
        () => undefined,
      );
      await jest.advanceTimersByTimeAsync(after - 1);
      // Each minute the clock is looked at, as a machine may have slept.
      expect(asked.filter(([at]) => at % 60_000 !== 0)).toEqual([]);
      await jest.advanceTimersByTimeAsync(1);
      expect(asked.at(-1)).toEqual([after, life - after + 1]);
      expect(asked.at(0)).toEqual([0, 0]);
      stop();
    },
  );

  it('asks every 5 s for a token that has expired and is given all the same, and gives it once', async () => {
    const start = Date.now();
    const asked: number[] = [];
    const used: unknown[] = [];
    const stop = followToken(
      {
        subscribe: () => () => undefined,
        getToken: async () => {
          asked.push(Date.now() - start);
          return { accessToken: 'at', session: 's', generation: 0, expiresAt: start };
        },
      },
      (token) => used.push(token?.accessToken),
    );
    await jest.advanceTimersByTimeAsync(10_000);
    expect([asked, used]).toEqual([[0, 5000, 10_000], ['at']]);
    stop();
  });

  it('asks at what changes the token, and at nothing else', async () => {
    let tell: (event: TokenEvent) => void = () => undefined;
    let asked = 0;
    let told = true;
    const stop = followToken(
      {
        subscribe: (listener) => ((tell = listener), () => void (told = false)),
        getToken: async () => {
          asked++;
          return undefined;
        },
      },
      () => undefined,
    );
    const event = { name: 'session', at: 0 };
    tell({ ...event, type: 'rejected', then: 'refresh' });
    tell({ ...event, type: 'refreshStarted', flight: 'f', reason: 'due' });
    expect(asked).toBe(1);
    tell({ ...event, type: 'signedOut', by: 'self' });
    expect(asked).toBe(2);
    stop();
    expect(told).toBe(false);
    await settle();
  });

  it('asks no more once its session is closed', async () => {
    const { tokens } = session();
    const used: (string | undefined)[] = [];
    followToken(tokens, (token) => used.push(token?.accessToken));
    await settle();
    await tokens.close();
    await jest.advanceTimersByTimeAsync(2 * HOUR);
    expect([used, jest.getTimerCount()]).toEqual([['at-0'], 0]);
  });

  it('holds no process: neither until the next token is due, nor until one is asked for again', async () => {
    const timers = jest.spyOn(globalThis, 'setTimeout');
    const { tokens } = session();
    const down = { ...tokens, getToken: () => Promise.reject(new Error('the store is down')) };
    const stops = [tokens, down].map((one) => followToken(one, () => undefined));
    await settle();
    const held = timers.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef());
    expect(held).toEqual([false, false]);
    for (const stop of stops) stop();
  });

  it('never goes back to a token whose answer was overtaken by that of a later question', async () => {
    const answers: ((token: IssuedToken) => void)[] = [];
    let tell: (event: TokenEvent) => void = () => undefined;
    const used: (string | undefined)[] = [];
    const stop = followToken(
      {
        subscribe: (listener) => ((tell = listener), () => undefined),
        getToken: () => new Promise((resolve) => answers.push(resolve)),
      },
      (token) => used.push(token?.accessToken),
    );
    tell({ type: 'signedIn', by: 'peer', name: 'session', at: 0 });
    answers[1]?.({ accessToken: 'new', session: 's2', generation: 0 });
    await settle();
    answers[0]?.({ accessToken: 'old', session: 's1', generation: 0 });
    await settle();
    expect(used).toEqual(['new']);
    stop();
  });

  it.each<[string, unknown, unknown]>([
    ['followToken: tokens: expected an object with getToken(), subscribe()', {}, () => undefined],
    ['followToken: use: expected a function, got undefined', session, undefined],
  ])('says what is wrong: %s', (message, tokens, use) => {
    const given = typeof tokens === 'function' ? session().tokens : tokens;
    expect(() => followToken(given as never, use as never)).toThrow(message);
  });
});
