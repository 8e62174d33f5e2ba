import type { SessionRecord } from 'unexpired';

/** A number in [0, 1) that follows from the seed and from how many were drawn (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Texts and names that stores are known to change. Without NUL and single halves of a surrogate pair, which databases such
 * as PostgreSQL cannot store as JSON at all.
 */
const TEXTS = [
  '',
  ' ',
  ' a ',
  '\n',
  '\t"\\/',
  'null',
  '0',
  '1e3',
  '\u2028\u2029',
  '\u0001\u001f\u007f',
  'ü',
  'u\u0308',
  '🙂',
  '</script><!--',
  "'; --",
  '${a} %s $& {{b}}',
  '2026-01-01T00:00:00.000Z',
  '__proto__',
  'constructor',
  'toJSON',
  '$ref',
  'a.b',
  'a/b~c',
  'A',
  'x'.repeat(5000),
];
const NUMBERS = [0, 1, -1, 0.1, 1 / 3, 1e21, 1e-7, 2 ** 31, 2 ** 53 - 1, -(2 ** 53) + 1, 1.5e300];

/** A record with JSON of any kind in it, and with members that no version knows. */
export function randomRecord(random: () => number, gen: number): SessionRecord {
  const number = (below: number): number => Math.floor(random() * below);
  const oneOf = <T>(all: readonly T[]): T => all[number(all.length)] as T;
  const text = (): string => (random() < 0.5 ? oneOf(TEXTS) : number(2 ** 30).toString(36));
  const members = (depth: number): object =>
    Object.fromEntries(Array.from({ length: number(5) }, () => [text(), json(depth)]));
  const json = (depth: number): unknown => {
    const kind = number(depth > 0 ? 7 : 5);
    if (kind === 0) return oneOf([null, true, false]);
    if (kind === 1) return random() < 0.5 ? oneOf(NUMBERS) : random() * 10 ** number(12);
    if (kind === 5) return Array.from({ length: number(4) }, () => json(depth - 1));
    return kind === 6 ? members(depth - 1) : text();
  };
  const maybe = (make: () => object): object => (random() < 0.5 ? make() : {});
  return {
    ...members(2),
    v: 1,
    session: `session ${text()}`,
    gen,
    status: oneOf(['active', 'active', 'signedOut'] as const),
    issuedAt: 1_800_000_000_000 + random() * 1e9,
    turn: 1_800_000_000_000 + random() * 1e9,
    tokens: {
      accessToken: `access ${text()}`,
      ...maybe(() => ({ refreshToken: `refresh ${text()}` })),
      ...maybe(() => ({ expiresAt: 1_900_000_000_000 + random() * 1e9 })),
      ...maybe(() => ({ scope: text() })),
      ...maybe(() => ({ extra: members(3) as Record<string, unknown> })),
    },
    ...maybe(() => ({
      intent: {
        gen: number(100),
        owner: text(),
        startedAt: random() * 1e12,
        attempt: number(9),
        ...members(1),
      },
    })),
    ...maybe(() => ({ dead: { gen: number(100), code: text(), at: random() * 1e12 } })),
  };
}
