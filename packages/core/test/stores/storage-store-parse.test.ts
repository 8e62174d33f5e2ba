import { describe, expect, it } from '@jest/globals';
import { createTokenManager, storageStore, tokenErrorOf, type TokenSet } from '../../src/index.ts';
import { never, record, storage } from '../support/storage.ts';

describe('parse', () => {
  const jwt = 'eyJhbGciOiJub25lIn0.secret.';
  const open = (text: string, parse: (text: string) => TokenSet | undefined, key = 'key') => {
    const below = storage({ key: text });
    return { below, store: storageStore(below.like, key, { parse }) };
  };

  it('53: reads what an older version left: the token alone, as it is', async () => {
    const { below, store } = open(jwt, (text) => ({ accessToken: text }));
    expect((await store.read())?.value).toEqual({ accessToken: jwt });
    expect(below.items.get('key')).toBe(jwt);
    const tokens = createTokenManager({ store, refresh: never });
    expect((await tokens.getToken())?.accessToken).toBe(jwt);
    await tokens.setSession({ accessToken: 'at-1', refreshToken: 'rt-1' });
    expect(JSON.parse(String(below.items.get('key')))).toMatchObject({
      v: 1,
      tokens: { accessToken: 'at-1' },
    });
    await tokens.close();
  });

  it('is given the text, also where that is JSON of another shape', async () => {
    const { store } = open('{"jwt":"at-1","r":"rt-1"}', (text) => {
      const { jwt: accessToken, r: refreshToken } = JSON.parse(text) as Record<string, string>;
      return { accessToken: String(accessToken), refreshToken };
    });
    expect((await store.read())?.value).toEqual({ accessToken: 'at-1', refreshToken: 'rt-1' });
  });

  it('is not asked about records, ours or of another version', async () => {
    const asked: string[] = [];
    const parse = (text: string): undefined => void asked.push(text);
    await open(JSON.stringify(record(1)), parse).store.read();
    expect((await open('{"v":2,"session":"s"}', parse).store.read())?.value).toEqual({
      v: 2,
      session: 's',
    });
    expect(asked).toEqual([]);
  });

  it.each<[string, (text: string) => TokenSet | undefined]>([
    ['gives undefined', () => undefined],
    [
      'throws',
      (text) => {
        throw new Error(text);
      },
    ],
  ])('that %s says: not mine; a token set of somebody else is not taken over', async (_, parse) => {
    const { below, store } = open('{"access_token":"secret"}', parse);
    const tokens = createTokenManager({ store, refresh: never });
    const error = await tokens.getToken().catch(tokenErrorOf);
    expect(error).toMatchObject({ code: 'ERR_STORE_RECORD' });
    expect(JSON.stringify([error, (error as Error).message])).not.toContain('secret');
    expect(below.items.get('key')).toBe('{"access_token":"secret"}');
    await tokens.close();
  });

  it('may be asked of a storage that parses by itself', async () => {
    const like = { getItem: () => ({ jwt: 'at-1' }), setItem: () => undefined };
    const store = storageStore(like, 'key', {
      parse: (text) => ({ accessToken: String((JSON.parse(text) as { jwt: string }).jwt) }),
    });
    expect((await store.read())?.value).toEqual({ accessToken: 'at-1' });
  });

  it.each<[object, RegExp]>([
    [{ parse: 'json' }, /^parse: expected a function, got string$/],
    [{ prase: () => undefined }, /^storageStore: there is no option "prase"/],
  ])('%p is refused when it is given', (options, message) => {
    expect(() => storageStore(storage().like, 'key', options as never)).toThrow(message);
  });
});
