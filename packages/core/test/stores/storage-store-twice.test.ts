import { describe, expect, it } from '@jest/globals';
import { createTokenManager, storageStore } from '../../src/index.ts';
import { systemClock } from '../../src/adapter.ts';
import { put } from '../support/put.ts';
import { record, storage } from '../support/storage.ts';

const HOUR = 3_600_000;

const clockWith = (state: { readonly offset: number }) => ({
  ...systemClock,
  now: () => Date.now() + state.offset,
  monotonic: () => performance.now() + state.offset,
});

describe('two storageStores on one key of a storage that answers at once', () => {
  it('48: let exactly one of two writers of the same version through', async () => {
    const below = storage();
    const [one, other] = [storageStore(below.like, 'key'), storageStore(below.like, 'key')];
    const version = await put(one, record(1));
    const written = await Promise.all([
      one.write(record(2), version),
      other.write(record(3), version),
    ]);
    expect(written.filter((each) => each !== undefined)).toHaveLength(1);
  });

  it('48: one manager on each: the later one uses what the first one has stored, without a second redemption', async () => {
    const below = storage();
    let redeemed: (string | undefined)[] = [];
    const open = (clock: { offset: number }) =>
      createTokenManager({
        store: storageStore(below.like, 'key'),
        clock: clockWith(clock),
        async refresh({ refreshToken }) {
          redeemed = [...redeemed, refreshToken];
          return {
            accessToken: `at-${redeemed.length}`,
            refreshToken: `rt-${redeemed.length}`,
            expiresAt: Date.now() + clock.offset + HOUR,
          };
        },
      });
    const clock = { offset: 0 };
    const [a, b] = [open(clock), open(clock)];
    await a.setSession({
      accessToken: 'at-0',
      refreshToken: 'rt-0',
      expiresAt: Date.now() + HOUR,
    });
    expect((await b.getToken())?.accessToken).toBe('at-0');
    clock.offset += HOUR;
    expect((await a.getToken())?.accessToken).toBe('at-1');
    expect((await b.getToken())?.accessToken).toBe('at-1');
    clock.offset += 60_000; // a refusal right after a refresh would start none
    expect((await b.replaceRejected('at-1'))?.accessToken).toBe('at-2');
    expect((await a.replaceRejected('at-1'))?.accessToken).toBe('at-2');
    expect(redeemed).toEqual(['rt-0', 'rt-1']);
    await Promise.all([a.close(), b.close()]);
  });
});
