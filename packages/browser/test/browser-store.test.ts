import { locks } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { createTokenManager } from 'unexpired';
import { browserStore, webLock } from '../src/index.ts';

describe('browserStore', () => {
  it('is named after its key, and its database where that is another one', () => {
    expect([
      browserStore().name,
      browserStore('admin').name,
      browserStore('admin', { database: 'app' }).name,
    ]).toEqual(['session', 'admin', 'app/admin']);
  });

  it.each([
    [
      () => browserStore(''),
      'browserStore: key: expected a string that is not empty, got an empty string',
    ],
    [
      () => browserStore(7 as unknown as string),
      'browserStore: key: expected a string that is not empty, got 7',
    ],
    [
      () => browserStore('a', { database: '' }),
      'browserStore: database: expected a string that is not empty, got an empty string',
    ],
    [
      () => browserStore('a', { databse: 'b' } as never),
      'browserStore: there is no option "databse"; the options are database',
    ],
  ])('says which option is wrong (%#)', (make, message) => {
    expect(make).toThrow(new TypeError(message));
  });

  it('can be made, and subscribed to, where there is no browser', () => {
    expect(browserStore().subscribe?.(() => undefined)).toEqual(expect.any(Function));
  });

  it('48: brings no lock where there are no Web Locks: the record is the lock', () => {
    const { navigator } = globalThis;
    for (const without of [undefined, {}, { locks: undefined }]) {
      Reflect.defineProperty(globalThis, 'navigator', { value: without, configurable: true });
      expect(browserStore().lock).toBeUndefined();
    }
    Reflect.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  });

  it('says on a server that there is no IndexedDB', async () => {
    const tokens = createTokenManager({
      store: browserStore(),
      refresh: () => Promise.reject(new Error('not to be called')),
    });
    await expect(tokens.getToken()).rejects.toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      cause: {
        code: 'NotSupportedError',
        message: expect.stringContaining('Store "session" could not be read'),
      },
    });
    await tokens.close();
  });
});

describe('webLock', () => {
  it('vouches for nobody in Node, whose Web Locks do not keep two processes apart', async () => {
    Reflect.defineProperty(globalThis, 'navigator', { value: { locks }, configurable: true });
    const held = await webLock().request('one', {}, async (given) => given);
    expect(held).toEqual({ name: 'one' });
    Reflect.deleteProperty(globalThis, 'navigator');
  });
});
