import type { SessionRecord, StoredValue } from 'unexpired';
import { equal } from '../adapter-contract/check.ts';
import type { Cell } from './types.ts';

export const recordOf = (gen: number, session = 'contract'): SessionRecord => ({
  v: 1,
  session,
  gen,
  status: 'active',
  tokens: {
    accessToken: `access-${gen}`,
    refreshToken: `refresh-${gen}`,
    expiresAt: 1_900_000_000_000,
  },
  issuedAt: 1_800_000_000_000,
  turn: 1_800_000_000_000,
});

/** Every member that a record can have, and text that is hard to store. */
export const RICH: SessionRecord = {
  ...recordOf(7),
  tokens: {
    accessToken: 'access/+~.-_=',
    tokenType: 'DPoP',
    expiresAt: 1_900_000_000_123.5,
    scope: 'a b',
    refreshToken: 'refresh',
    extra: {
      text: 'ü – 🙂 \u2028 "quoted" \\ \n </script> $1 %s',
      none: null,
      list: [1, [true, {}]],
      nested: { 'a/b': { '~': '' } },
      '': 0,
    },
  },
  intent: { gen: 7, owner: 'somebody', startedAt: 1_800_000_000_001, attempt: 2 },
  dead: { gen: 6, code: 'invalid_grant', at: 1_800_000_000_002 },
};

/** Members that this version does not know, at every level: a writer of a record keeps them. */
const UNKNOWN: object = { later: { list: [1, 'two', null], deep: { '': true } } };
export const LATER: SessionRecord = {
  ...RICH,
  ...UNKNOWN,
  tokens: { accessToken: 'access', ...RICH.tokens, ...UNKNOWN },
  intent: { gen: 7, owner: 'somebody', startedAt: 1_800_000_000_001, attempt: 2, ...UNKNOWN },
  dead: { gen: 6, code: 'invalid_grant', at: 1_800_000_000_002, ...UNKNOWN },
};

/** Too long to be written in one piece by chance. */
export const bulky = (gen: number): SessionRecord => ({
  ...recordOf(gen),
  tokens: { accessToken: `access-${gen}`, extra: { text: String(gen % 10).repeat(50_000) } },
});

/** A turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Throws unless this is what the store holds. */
export async function holds(
  store: Cell,
  value: SessionRecord,
  version: string | undefined,
  what: string,
): Promise<void> {
  const stored: StoredValue | undefined = await store.read();
  equal(stored?.value, value, `${what}: the value`);
  if (version !== undefined) equal(stored?.version, version, `${what}: the version`);
}
