import { describe, expect, it } from '@jest/globals';
import { createKnownSources } from '../../src/http/known-sources.ts';
import { createTokenManager, memoryStore } from '../../src/index.ts';

describe('sources as adapters know them', () => {
  it('are the same for the same function or object, which remembers what it gave', async () => {
    const sourceOf = createKnownSources();
    const ask = () => 'token';
    await sourceOf(ask).getToken();
    expect(sourceOf(ask).issued('token')).toBe(true);
    expect(sourceOf(() => 'token').issued('token')).toBe(false);
  });

  it('are read once a function was asked, whatever it gave', async () => {
    const source = createKnownSources()(() => undefined);
    expect(source.isRead()).toBe(false);
    await source.getToken();
    expect(source.isRead()).toBe(true);
  });

  it('are read once a manager knows what is stored', async () => {
    const manager = createTokenManager({
      store: memoryStore(),
      refresh: () => Promise.reject(new Error('not needed')),
    });
    const source = createKnownSources()(manager);
    expect([source.isRead(), source.status]).toEqual([false, 'unknown']);
    await manager.getToken();
    expect([source.isRead(), source.status]).toEqual([true, 'signedOut']);
    await manager.close();
  });

  it('remember the latest 64 tokens, those given for refused ones too', async () => {
    let given = 0;
    const source = createKnownSources()(() => `t${given++}`);
    await source.getToken();
    for (let n = 1; n < 64; n++) await source.replaceRejected(`r${n}`);
    expect([source.issued('t0'), source.issued('t63')]).toEqual([true, true]);
    await source.getToken();
    expect(['t0', 't1', 't64'].map((token) => source.issued(token))).toEqual([false, true, true]);
  });
});
