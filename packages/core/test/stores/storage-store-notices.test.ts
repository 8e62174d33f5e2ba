import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTokenManager, storageStore } from '../../src/index.ts';
import { settle } from '../support/clock.ts';
import { fakePage, localStorages } from '../support/page.ts';
import { never, record, storage } from '../support/storage.ts';

describe('what is told', () => {
  const page = fakePage();
  beforeEach(() => page.install());
  afterEach(() => page.remove());
  const listen = (store: ReturnType<typeof storageStore>) => {
    const heard = { count: 0, stop: (): void => undefined };
    heard.stop = store.subscribe?.(() => heard.count++) ?? heard.stop;
    return heard;
  };

  it('is what another page has written under this key of this storage, and that it was cleared', () => {
    const { like } = storage();
    const heard = listen(storageStore(like, 'key'));
    page.announce({ key: 'key', storageArea: like });
    page.announce({ key: null, storageArea: like });
    expect(heard.count).toBe(2);
    page.announce({ key: 'other', storageArea: like });
    page.announce({ key: 'key', storageArea: storage().like });
    page.announce({ key: 'key', storageArea: null });
    expect(heard.count).toBe(2);
    heard.stop();
    heard.stop();
    expect(page.listening).toBe(0);
  });

  it('is that the page is back from the back/forward cache, where it heard of nothing', () => {
    const heard = listen(storageStore(storage().like, 'key'));
    page.show(false);
    expect(heard.count).toBe(0);
    page.show(true);
    expect(heard.count).toBe(1);
    heard.stop();
    expect(page.listening).toBe(0);
  });

  it('is what is written through this store, to each of several', async () => {
    const store = storageStore(storage().like, 'key');
    const [one, other] = [listen(store), listen(store)];
    await store.write(record(1), undefined);
    expect([one.count, other.count]).toEqual([1, 1]);
    one.stop();
    expect(await store.write(record(2), undefined)).toBeUndefined();
    expect([one.count, other.count]).toEqual([1, 1]);
    other.stop();
  });

  it('48: a sign-out in one page ends the session in another', async () => {
    const pages = localStorages(page);
    const [a, b] = [pages.open(), pages.open()].map((like) =>
      createTokenManager({ store: storageStore(like, 'key'), refresh: never }),
    ) as [ReturnType<typeof createTokenManager>, ReturnType<typeof createTokenManager>];
    await a.setSession({ accessToken: 'at-0', refreshToken: 'rt-0' });
    expect((await b.getToken())?.accessToken).toBe('at-0');
    await a.signOut();
    await settle();
    expect(b.status).toBe('signedOut');
    expect(await b.getToken()).toBeUndefined();
    await Promise.all([a.close(), b.close()]);
    expect(page.listening).toBe(0);
  });

  it.each([
    ['nothing, as in Node', {}],
    ['something that is no function', { addEventListener: 1 }],
    ['no way to leave', { addEventListener: () => undefined }],
  ])('needs no page: where there is %s, it works', async (_what, globals) => {
    page.remove();
    Object.assign(globalThis, globals);
    const store = storageStore(storage().like, 'key');
    const heard = listen(store);
    await store.write(record(1), undefined);
    expect(heard.count).toBe(1);
    heard.stop();
  });
});
