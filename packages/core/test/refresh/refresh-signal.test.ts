import { expect, it } from '@jest/globals';
import { createTokenManager } from '../../src/index.ts';
import { isRefreshSignal, markRefreshSignal } from '../../src/refresh/refresh-signal.ts';

it('the signal that a refresh function gets is known as such, and no other is', async () => {
  let given: AbortSignal | undefined;
  const tokens = createTokenManager({
    refresh: () => Promise.reject(new Error('there is a session from acquire')),
    acquire: async ({ signal }) => {
      given = signal;
      return { accessToken: 'one' };
    },
  });
  const own = new AbortController().signal;
  await tokens.getToken({ signal: own });
  expect(isRefreshSignal(given)).toBe(true);
  expect([own, undefined, null].map(isRefreshSignal)).toEqual([false, false, false]);
});

it('a signal is known by every copy of this package', () => {
  const { signal } = new AbortController();
  markRefreshSignal(signal);
  expect(Reflect.get(signal, Symbol.for('unexpired.refresh'))).toBe(true);
  expect(isRefreshSignal(signal)).toBe(true);
  expect(Object.keys(signal)).toEqual([]);
});
