import { describe, expect, it } from '@jest/globals';
import { type KnownKey, knownKey } from '../../src/api-keys.ts';
import { rememberedCallers } from '../../src/fresh/callers.ts';
import { createApiKey } from '../../src/index.ts';

const made = (id: string, expiresAt?: number) =>
  createApiKey({ id, scopes: ['read:acme:'], expiresAt });

/** Keys whose digests are counted when they are looked at. */
function setUp(...all: readonly ReturnType<typeof made>[]) {
  const keys = new Map<string, KnownKey>();
  let compared = 0;
  for (const { entry } of all) {
    const { digest, ...known } = knownKey(entry, 'test');
    const counted = {
      ...known,
      get digest() {
        compared++;
        return digest;
      },
    };
    keys.set(known.id, counted);
  }
  return { keys, callers: rememberedCallers(keys), compared: () => compared };
}

describe('callers who are remembered', () => {
  it('are known again without another digest', () => {
    const key = made('k1');
    const { callers, compared } = setUp(key);
    for (let count = 0; count < 5; count++) expect(callers(`Bearer ${key.key}`, 0)?.id).toBe('k1');
    expect(compared()).toBe(1);
  });

  it('are nobody any more once their key has expired, was taken away, or is another one', () => {
    const key = made('k1', 1000);
    const { keys, callers } = setUp(key);
    const whose = (now: number) => callers(`Bearer ${key.key}`, now)?.id;
    expect([whose(0), whose(999), whose(1000)]).toEqual(['k1', 'k1', undefined]);
    keys.set('k1', knownKey(made('k1').entry, 'test'));
    expect(whose(0)).toBeUndefined();
    keys.delete('k1');
    expect(whose(0)).toBeUndefined();
  });

  it('are those with good credentials alone: what is wrong is looked at each time', () => {
    const { callers, compared } = setUp(made('k1'));
    const wrong = `Bearer ${made('k1').key}`;
    expect([callers(wrong, 0), callers(wrong, 0), callers(undefined, 0)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(compared()).toBe(2);
  });

  it('are so many at the most, however often one key is written in another way', () => {
    const key = made('k1');
    const { callers, compared } = setUp(key);
    for (let spaces = 1; spaces <= 1001; spaces++)
      callers(`Bearer${' '.repeat(spaces)}${key.key}`, 0);
    callers(`Bearer ${key.key}`, 0);
    expect(compared()).toBe(1002);
  });
});
