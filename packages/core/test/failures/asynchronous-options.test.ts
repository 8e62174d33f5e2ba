// Functions that have to answer at once, written as asynchronous ones, as a call that was awaited by mistake makes them.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cookieSession, createTokenManager, storageStore } from '../../src/index.ts';
import { unhandledRejections, type UnhandledRejections } from '../support/unhandled-rejections.ts';

describe('a function that has to answer at once, written as an asynchronous one:', () => {
  let unhandled: UnhandledRejections;
  beforeEach(() => {
    unhandled = unhandledRejections();
  });
  afterEach(() => unhandled.stop());

  const late = async (): Promise<never> => {
    throw new Error('later');
  };
  const refresh = async () => ({ accessToken: 'next' });
  const tokens = { accessToken: 'first' };

  it.each<[string, () => Promise<unknown>]>([
    ['subject', () => createTokenManager({ tokens, refresh, subject: late as never }).refresh()],
    [
      'classify',
      () => createTokenManager({ tokens, refresh: late, classify: late as never }).refresh(),
    ],
    [
      'subject of a session in cookies',
      () =>
        cookieSession({ refresh: async () => Response.json({}), subject: late as never }).ready(),
    ],
    [
      'parse',
      () =>
        createTokenManager({
          refresh,
          store: storageStore({ getItem: () => 'old', setItem: () => undefined }, 'key', {
            parse: late as never,
          }),
        }).ready(),
    ],
  ])('%s that rejects ends no process', async (_, use) => {
    await use().catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve)); // Node reports what nobody handles after the turn
    expect(unhandled.reasons).toEqual([]);
  });
});
