import { describe, expect, it } from '@jest/globals';
import { manualClock } from '@unexpired/testing';
import fc from 'fast-check';
import type { Followed } from '../../src/events/feed.ts';
import { createKnown } from '../../src/fresh/known.ts';
import type { Row } from '../../src/row.ts';

const KEY = 'acme:42';
const STALE_FOR = 10_000;

const rowOf = (generation: number, session = 's', expiresAt?: number): Row => ({
  ...{ session, generation, issuedAt: 0, isAnnounced: false, state: 'active', expiresAt },
  tokens: { accessToken: `access-${session}-${generation}`, ...(expiresAt && { expiresAt }) },
  kept: { provider: 'crm', shown: {} },
});
const SIGNED_OUT: Row = {
  ...{ session: 's', generation: 9, issuedAt: 0, isAnnounced: false, state: 'signed_out' },
};

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

type Place = Pick<Row, 'session' | 'generation' | 'state'>;

/** What is known of a row, with a feed in the hands of the test. */
async function setUp({ bytes = 100_000, staleFor = STALE_FOR } = {}) {
  const clock = manualClock();
  let tell: ((followed: Followed) => void) | undefined;
  let heardAt = clock.monotonic();
  const known = createKnown({
    ...{ clock, bytes, staleFor },
    feed: {
      heardAt: () => heardAt,
      async follow(onChanges) {
        tell = onChanges;
        return () => void (tell = undefined);
      },
    },
  });
  const read = (row: Row | undefined, key = KEY) => known.reading(key, async () => row);
  await read(undefined); // it follows from now on
  return {
    ...{ clock, known, read },
    isFollowing: () => tell !== undefined,
    /** A look at the changes, which finds these. */
    hear(changes: readonly Place[], { isReset = false, at = clock.monotonic() } = {}): void {
      heardAt = at;
      const marked = changes.map((change) => ({ ...change, key: KEY, mark: '' }));
      tell?.({ changes: marked, isReset, position: '' });
    },
    /** The generation that is handed out. */
    fresh: (validFor?: number) => known.fresh(KEY, validFor)?.generation,
    meanwhile: () => known.meanwhile(KEY)?.generation,
  };
}

describe('what a replica knows', () => {
  it('is handed out without asking, as the answer that the row gives', async () => {
    const { known, read } = await setUp();
    expect(known.fresh(KEY)).toBeUndefined();
    await read(rowOf(3));
    expect(known.fresh(KEY)).toMatchObject({ generation: 3, tag: '"s.3"' });
    expect(JSON.parse(known.fresh(KEY)?.text ?? '')).toEqual({
      ...{ session: 's', generation: 3, access_token: 'access-s-3', token_type: 'Bearer' },
    });
  });

  it('is nothing that was so before the changes were followed: nobody would hear of one in between', async () => {
    const { known, read, clock, fresh, hear } = await setUp();
    const followed = clock.monotonic();
    await clock.advance(10);
    await known.reading(KEY, async () => rowOf(3), followed - 1);
    hear([]);
    expect(fresh()).toBeUndefined();
    await known.reading(KEY, async () => rowOf(3), followed);
    expect(fresh()).toBe(3);
    await read(rowOf(4));
    expect(fresh()).toBe(4);
  });

  it('is not handed out once the token is due, nor for longer than it is good', async () => {
    const { read, fresh, hear, clock, meanwhile } = await setUp();
    await read(rowOf(0, 's', clock.now() + 60_000));
    expect([fresh(), fresh(20_000), fresh(3_600_000)]).toEqual([0, 0, undefined]);
    await clock.advance(30_000);
    hear([]);
    expect([fresh(), meanwhile()]).toEqual([undefined, 0]);
    await clock.advance(30_000);
    hear([]);
    expect(meanwhile()).toBeUndefined();
  });

  it('is asked for again 2 s after changes were heard of for the last time', async () => {
    const { read, fresh, hear, clock, known } = await setUp();
    await read(rowOf(0));
    await clock.advance(2000);
    expect([fresh(), known.isInStep]).toEqual([0, true]);
    await clock.advance(1);
    expect([fresh(), known.isInStep]).toEqual([undefined, false]);
    hear([]);
    expect(fresh()).toBe(0);
  });

  it('serves while nobody can be asked for as long as it may, and no longer', async () => {
    const { read, meanwhile, clock } = await setUp();
    await read(rowOf(0));
    await clock.advance(STALE_FOR);
    expect(meanwhile()).toBe(0);
    await clock.advance(1);
    expect(meanwhile()).toBeUndefined();
    const none = await setUp({ staleFor: 0 });
    await none.read(rowOf(0));
    await none.clock.advance(2001);
    expect(none.meanwhile()).toBeUndefined();
  });

  it('goes with a change that is heard of, and not with one that is known already', async () => {
    const { read, fresh, hear, meanwhile } = await setUp();
    await read(rowOf(1));
    hear([{ session: 's', generation: 1, state: 'active' }]);
    expect(fresh()).toBe(1);
    hear([{ session: 's', generation: 1, state: 'ended' }]);
    expect([fresh(), meanwhile()]).toEqual([undefined, undefined]);
    await read(rowOf(1));
    hear([{ session: 's', generation: 2, state: 'active' }]);
    expect(fresh()).toBeUndefined();
    await read(rowOf(2));
    hear([], { isReset: true });
    expect(fresh()).toBeUndefined();
  });

  it('goes with every write of its own, whatever came of that', async () => {
    const { read, fresh, known, meanwhile } = await setUp();
    await read(rowOf(1));
    known.changed(KEY);
    expect([fresh(), meanwhile()]).toEqual([undefined, undefined]);
  });

  it('goes with a read that finds nobody signed in', async () => {
    const { read, meanwhile } = await setUp();
    for (const row of [SIGNED_OUT, undefined]) {
      await read(rowOf(1));
      expect(meanwhile()).toBe(1);
      await read(row);
      expect(meanwhile()).toBeUndefined();
    }
  });

  it.each([
    ['a change that is heard of', 'hear'],
    ['a write of its own', 'write'],
    ['a reset', 'reset'],
  ] as const)('keeps nothing of a read during which there was %s', async (_name, what) => {
    const { known, hear, fresh } = await setUp();
    const row = withResolvers<Row>();
    const reading = known.reading(KEY, () => row.promise);
    if (what === 'write') known.changed(KEY);
    else if (what === 'reset') hear([], { isReset: true });
    else hear([{ session: 's', generation: 2, state: 'active' }]);
    row.resolve(rowOf(1));
    expect(await reading).toMatchObject({ generation: 1 });
    expect(fresh()).toBeUndefined();
  });

  it('does not go back where two reads overtake each other', async () => {
    const { known, read, fresh } = await setUp();
    const slow = withResolvers<Row>();
    const reading = known.reading(KEY, () => slow.promise);
    await read(rowOf(2));
    slow.resolve(rowOf(1));
    await reading;
    expect(fresh()).toBe(2);
    const other = withResolvers<Row>();
    const second = known.reading(KEY, () => other.promise);
    await read(rowOf(0, 'new'));
    other.resolve(rowOf(2));
    await second;
    expect(fresh()).toBeUndefined(); // nobody knows which of the two sign-ins is the later one
  });

  it('is nothing before the changes are followed, and nothing after the end', async () => {
    const clock = manualClock();
    const gone = Promise.reject(new Error('no database'));
    let tries = 0;
    const known = createKnown({
      ...{ clock, bytes: 100_000, staleFor: STALE_FOR },
      feed: { heardAt: () => -Infinity, follow: () => (tries++, gone) },
    });
    for (let count = 0; count < 3; count++) await known.reading(KEY, async () => rowOf(0));
    expect([known.fresh(KEY), tries]).toEqual([undefined, 3]);
    const { read, fresh, isFollowing, known: other } = await setUp();
    await read(rowOf(0));
    other.close();
    expect([fresh(), isFollowing()]).toEqual([undefined, false]);
    await read(rowOf(0));
    expect([fresh(), isFollowing()]).toEqual([undefined, false]);
  });

  it('takes no more bytes than it may, which its texts are the least of', async () => {
    const { known, read } = await setUp({ bytes: 10_000 });
    for (let session = 0; session < 100; session++) await read(rowOf(0), `acme:${session}`);
    expect(known.bytes).toBeLessThanOrEqual(10_000);
    expect(known.bytes).toBeGreaterThan(9000);
    expect(known.fresh('acme:0')).toBeUndefined();
    expect(known.fresh('acme:99')).toBeDefined();
  });
});

/** What happens to one row and who hears of it, in any order. */
const happening = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('advance' as const),
      ms: fc.integer({ min: 1, max: 900 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom('rotate' as const, 'signIn' as const, 'own' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom('begin' as const, 'end' as const, 'look' as const, 'told' as const),
    }),
  },
);

describe('in any order of reads, changes and looks at them', () => {
  it('nothing is handed out that was replaced more than 2 s before, or before a write of the replica itself', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 120 }), async (happenings) => {
        const { clock, known, hear } = await setUp();
        /** Each row, and when it was replaced. */
        const rows: { row: Row; until: number }[] = [{ row: rowOf(0, 's0'), until: Infinity }];
        const now = (): Row => (rows.at(-1) as { row: Row }).row;
        const replace = (row: Row): void => {
          (rows.at(-1) as { until: number }).until = clock.monotonic();
          rows.push({ row, until: Infinity });
        };
        let sessions = 0;
        let written = 0;
        let told = now();
        let look: { readonly row: Row; readonly at: number } | undefined;
        const reads: { finish: () => void; done: Promise<unknown> }[] = [];
        for (const { type, ...more } of happenings) {
          const { session, generation } = now();
          if (type === 'advance') await clock.advance('ms' in more ? Number(more.ms) : 0);
          else if (type === 'rotate') replace(rowOf(generation + 1, session));
          else if (type === 'signIn') replace(rowOf(0, `s${++sessions}`));
          else if (type === 'own') {
            replace(rowOf(generation + 1, session));
            known.changed(KEY);
            written = rows.length - 1;
          } else if (type === 'begin') {
            const { promise, resolve } = withResolvers<void>();
            const found = now(); // the snapshot is taken, and its answer comes late
            reads.push({
              finish: resolve,
              done: known.reading(KEY, () => promise.then(() => found)),
            });
          } else if (type === 'end') {
            const read = reads.shift();
            read?.finish();
            await read?.done;
          } else if (type === 'look') look ??= { row: now(), at: clock.monotonic() };
          else if (look !== undefined) {
            const { row, at } = look;
            hear(row === told ? [] : [row], { at });
            [told, look] = [row, undefined];
          }
          const answer = known.fresh(KEY);
          if (answer === undefined) continue;
          const index = rows.findIndex(
            ({ row }) => row.session === answer.session && row.generation === answer.generation,
          );
          expect(rows[index]?.until).toBeGreaterThanOrEqual(clock.monotonic() - 2000);
          expect(index).toBeGreaterThanOrEqual(written);
        }
        for (const { finish } of reads) finish();
        await Promise.all(reads.map(({ done }) => done));
      }),
    );
  });
});
