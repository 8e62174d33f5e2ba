import { describe, expect, it } from '@jest/globals';
import { nameOf } from '../../src/errors/check-value.ts';
import { createTokenManager, memoryStore, type TokenManagerOptions } from '../../src/index.ts';
import { intentLimitOf } from '../../src/manager/options.ts';

const refresh = async () => ({ accessToken: 'a' });
const OPTIONS = [
  ...['refresh', 'acquire', 'store', 'tokens', 'subject', 'revoke', 'name', 'skewWindow'],
  ...['backgroundWindow', 'waitTimeout', 'maxWaiting', 'classify', 'rotation', 'clock', 'random'],
];
const create = (options: unknown) => createTokenManager(options as TokenManagerOptions);

describe('an option that is wrong is a TypeError that names it, what was expected and what came', () => {
  it.each([
    [undefined, 'createTokenManager: expected an object, got undefined'],
    [null, 'createTokenManager: expected an object, got null'],
    ['x', 'createTokenManager: expected an object, got string'],
    [refresh, 'createTokenManager: expected an object, got function'],
    [
      {},
      'refresh: give it, a function that buys new tokens with the current ones, or acquire, which needs none',
    ],
    [{ refresh: 'https://example.com' }, 'refresh: expected a function, got string'],
    [{ refresh: null }, 'refresh: expected a function, got null'],
    [{ refresh: refresh() }, 'refresh: expected a function, got object'],
    [{ acquire: {} }, 'acquire: expected a function, got object'],
    [{ refresh, acquire: 1 }, 'acquire: expected a function, got 1'],
    [{ refresh, revoke: true }, 'revoke: expected a function, got boolean'],
    [{ refresh, random: 0.5 }, 'random: expected a function, got 0.5'],
    [{ refresh, name: '' }, 'name: expected a string that is not empty, got an empty string'],
    [{ refresh, name: 7 }, 'name: expected a string that is not empty, got 7'],
    [{ refresh, skewWindow: -1 }, 'skewWindow: expected ms, zero or more, got -1'],
    [{ refresh, skewWindow: '30s' }, 'skewWindow: expected ms, zero or more, got string'],
    [{ refresh, skewWindow: Number.NaN }, 'skewWindow: expected ms, zero or more, got NaN'],
    [{ refresh, skewWindow: Infinity }, 'skewWindow: expected ms, zero or more, got Infinity'],
    [{ refresh, backgroundWindow: -5 }, 'backgroundWindow: expected ms, zero or more, got -5'],
    [
      { refresh, backgroundWindow: Infinity },
      'backgroundWindow: expected ms, zero or more, got Infinity',
    ],
    [{ refresh, waitTimeout: 0 }, 'waitTimeout: expected ms, more than zero, got 0'],
    [{ refresh, waitTimeout: -1 }, 'waitTimeout: expected ms, more than zero, got -1'],
    [{ refresh, waitTimeout: null }, 'waitTimeout: expected ms, more than zero, got null'],
    [{ refresh, maxWaiting: 0 }, 'maxWaiting: expected more than zero, got 0'],
    [{ refresh, store: null }, 'store: expected an object with read(), write(), got null'],
    [
      { refresh, store: {} },
      'store: expected an object with read(), write(); read(), write() missing',
    ],
    [
      { refresh, store: { name: 's', read: refresh } },
      'store: expected an object with read(), write(); write() missing',
    ],
    [
      { refresh, store: { read: refresh, write: refresh } },
      'store: name: expected a string that is not empty, got undefined',
    ],
    [
      { refresh, store: { name: '', read: refresh, write: refresh } },
      'store: name: expected a string that is not empty, got an empty string',
    ],
    [{ refresh, store: 'file.json' }, 'store: expected an object with read(), write(), got string'],
    [
      { refresh, store: { name: 's', read: refresh, write: refresh } },
      'store: wrap a store of your own: sharedStore({ name, read, write })',
    ],
    [
      { refresh, store: { name: 's', read: refresh, write: refresh, home: {} } },
      'store: wrap a store of your own: sharedStore({ name, read, write })',
    ],
    [
      { refresh, store: memoryStore(), tokens: { accessToken: 'a' } },
      'tokens: give a store or tokens, not both; setSession(tokens) puts tokens into a store',
    ],
    [{ refresh, tokens: {} }, 'tokens: accessToken (or access_token) is missing'],
    [{ refresh, tokens: 'eyJ' }, 'tokens: expected a token set or a token response, got string'],
    [{ refresh, tokens: null }, 'tokens: expected a token set or a token response, got null'],
    [{ refresh, classify: 'retry' }, 'classify: expected a function, got string'],
    [{ refresh, subject: 'sub' }, 'subject: expected a function, got string'],
    ...['lax', null, 0, {}, { grace: -1 }, { grace: '1s' }, { grace: Number.NaN }].map(
      (rotation): [unknown, string] => [
        { refresh, rotation },
        `rotation: expected 'strict', 'never' or { grace: ms }, got ${nameOf(rotation)}`,
      ],
    ),
    // 44: an option that does not exist would be ignored without a word.
    [
      { refresh, lock: {} },
      'createTokenManager: there is no option "lock"; it is an option of sharedStore and memoryStore',
    ],
    [
      { refresh, onSessionEnded: refresh },
      'createTokenManager: there is no option "onSessionEnded"; subscribe() tells of it',
    ],
    [
      { refresh, origins: [] },
      'createTokenManager: there is no option "origins"; it is an option of the adapter',
    ],
    [
      { refresh, skewWindows: 1 },
      `createTokenManager: there is no option "skewWindows"; the options are ${OPTIONS.join(', ')}`,
    ],
    [
      { refresh, toString: 1 },
      `createTokenManager: there is no option "toString"; the options are ${OPTIONS.join(', ')}`,
    ],
    [
      { refresh, clock: Date },
      'clock: expected an object with now(), monotonic(), setTimeout(), got function',
    ],
    [
      { refresh, clock: { now: Date.now } },
      'clock: expected an object with now(), monotonic(), setTimeout(); monotonic(), setTimeout() missing',
    ],
  ])('%p', (options, message) => {
    expect(() => create(options)).toThrow(new TypeError(message));
  });

  it('as are the tokens of a sign-in, which change nothing', async () => {
    const tokens = create({ refresh, tokens: { accessToken: 'before' } });
    await expect(tokens.setSession({} as never)).rejects.toThrow(
      new TypeError('setSession: accessToken (or access_token) is missing'),
    );
    await expect(tokens.setSession({ accessToken: 'a', expiresAt: 1_800_000_000 })).rejects.toThrow(
      /^setSession: expiresAt: .* 1800000000: are these seconds/,
    );
    expect((await tokens.getToken())?.accessToken).toBe('before');
  });

  it('as is a listener that cannot be called', () => {
    expect(() => create({ refresh }).subscribe({} as never)).toThrow(
      new TypeError('subscribe: expected a function, got object'),
    );
  });

  it.each([-1, Number.NaN, '60' as unknown as number])(
    'as is a validFor of %p, whether the token is fresh or not',
    async (validFor) => {
      const tokens = create({ refresh, tokens: { accessToken: 'a' } });
      await expect((async () => tokens.getToken({ validFor }))()).rejects.toThrow(
        /^validFor: expected ms, zero or more, got/,
      );
      await tokens.getToken();
      await expect((async () => tokens.getToken({ validFor }))()).rejects.toThrow(
        /^validFor: expected ms, zero or more, got/,
      );
    },
  );
});

it('every option may be undefined', async () => {
  const nothing = Object.fromEntries([...OPTIONS].map((name) => [name, undefined]));
  expect(await create({ ...nothing, refresh }).getToken()).toBeUndefined();
});

it.each([
  [undefined, 80_000],
  ['strict' as const, 80_000],
  ['never' as const, 0],
  [{ grace: 10_000 }, 8000],
  [{ grace: 0 }, 0],
])('rotation %p lets the redemption of another be waited for for %d ms', (rotation, limit) => {
  expect(intentLimitOf(rotation)).toBe(limit);
});

it('options are read once, and never changed', async () => {
  const options = Object.freeze({
    refresh,
    tokens: { accessToken: 'a' },
    skewWindow: 5,
  });
  expect((await create(options).getToken())?.accessToken).toBe('a');
});

it('every method works unbound', async () => {
  const {
    getToken,
    replaceRejected,
    refresh: renew,
    setSession,
    signOut,
    subscribe,
    close,
    issued,
    ready,
  } = create({ refresh });
  subscribe(() => undefined)();
  await setSession({ accessToken: 'first' });
  expect([await ready(), (await getToken())?.accessToken]).toEqual(['signedIn', 'first']);
  expect((await replaceRejected('first'))?.accessToken).toBe('a');
  expect((await renew())?.accessToken).toBe('a');
  expect(issued?.('first')).toBe(true);
  await signOut();
  await close();
});
