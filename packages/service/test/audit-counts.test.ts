import { describe, expect, it } from '@jest/globals';
import { manualClock } from '@unexpired/testing';
import type { SessionRecord } from 'unexpired';
import { createAudit } from '../src/audit/audit.ts';
import type { Answered } from '../src/audit/call.ts';
import { countedOf, createCounts } from '../src/audit/counts.ts';
import { createBegun } from '../src/audit/begun.ts';
import { createNear } from '../src/audit/near.ts';
import type { ChangeRow } from '../src/audit/rows.ts';
import { namesOf, POSTGRES, type Value } from '../src/data/tables.ts';

const read = (key: string, more: Partial<Answered> = {}): Answered => ({
  ...{ principal: 'orders', operation: 'read', key, address: undefined, outcome: 'done' },
  ...{ about: { session: 'one', generation: 4 }, ...more },
});

describe('the counts of calls', () => {
  const keysOf = (counts: ReturnType<typeof createCounts>) =>
    counts.take(100_000).map(({ first, calls }) => [first.key, calls]);

  it('are one for calls that are alike, and another for each other generation, outcome and address', () => {
    const counts = createCounts(manualClock());
    for (const more of [
      {},
      {},
      { about: { session: 'one', generation: 5 } },
      { outcome: 'forbidden' },
      { address: '192.0.2.1' },
      { principal: 'billing' },
    ])
      counts.add(read('acme:1', more));
    expect(keysOf(counts).map(([, calls]) => calls)).toEqual([2, 1, 1, 1, 1]);
  });

  it.each<Partial<Answered>>([
    { principal: 'billing' },
    { key: 'acme:2' },
    { operation: 'batch' },
    { outcome: 'forbidden' },
    { address: '192.0.2.1' },
  ])('tell two calls about the same object apart (%j)', (more) => {
    const counts = createCounts(manualClock());
    const about = { session: 'one', generation: 4 };
    for (let round = 0; round < 2; round++)
      for (const other of [{}, more]) counts.add(read('acme:1', { about, ...other }));
    expect(counts.take(10).map(({ first, calls }) => [first, calls])).toEqual([
      [read('acme:1'), 2],
      [read('acme:1', more), 2],
    ]);
  });

  it('tell calls about the same object apart as they do all others', () => {
    const counts = createCounts(manualClock());
    const about = { session: 'one', generation: 4 };
    const others = Array.from({ length: 12 }, (_, number) => ({ address: `192.0.2.${number}` }));
    const kinds = [...others, { outcome: 'forbidden' }, { principal: 'billing' }];
    for (let round = 0; round < 3; round++)
      for (const more of [...kinds, { operation: 'batch' as const }])
        counts.add(read('acme:1', { about, ...more }));
    counts.add(read('acme:2', { about }));
    expect(keysOf(counts).map(([, calls]) => calls)).toEqual([...Array(15).fill(3), 1]);
    counts.add(read('acme:1', { about, address: '192.0.2.0' }));
    expect(keysOf(counts)).toEqual([['acme:1', 1]]);
  });

  it('hold on to no more objects than there may be groups, however long they wait', () => {
    const near = createNear();
    const call = read('acme:1');
    const group = { name: 'one', first: call, since: 0, calls: 1 };
    const objects = Array.from({ length: 50_000 }, () => ({ session: 'one', generation: 4 }));
    for (const about of objects) near.remember(about, group);
    const held = objects.filter((about) => near.find({ ...call, about }) !== undefined);
    expect(held.length).toBeLessThanOrEqual(20_000);
    expect(held.at(-1)).toBe(objects.at(-1));
  });

  it('lose no call about the same object in a group that was forgotten', () => {
    const counts = createCounts(manualClock(), 1);
    const about = { session: 'one', generation: 4 };
    for (const key of ['a:1', 'a:2', 'a:1', 'a:1']) counts.add(read(key, { about }));
    expect(counts.forgotten()).toBe(2);
    expect(keysOf(counts)).toEqual([['a:1', 2]]);
  });

  it('keep each minute apart while they cannot be written, and are given in the order of time', async () => {
    const clock = manualClock();
    const counts = createCounts(clock);
    for (let minute = 0; minute < 3; minute++) {
      counts.add(read('acme:1'));
      counts.giveBack(counts.take(10));
      counts.add(read('acme:1'));
      counts.giveBack(counts.take(10));
      await clock.advance(60_000);
    }
    const groups = counts.take(10);
    expect(groups.map((group) => countedOf(group, clock.monotonic()))).toMatchObject([
      { age: 180_000, calls: 2 },
      { age: 120_000, calls: 2 },
      { age: 60_000, calls: 2 },
    ]);
    expect(new Set(groups.map((group) => countedOf(group, 0).id)).size).toBe(1);
  });

  it('forget the oldest where there are too many, and say how many calls that were', () => {
    const counts = createCounts(manualClock(), 3);
    for (const key of ['a:1', 'a:1', 'a:2']) counts.add(read(key));
    counts.giveBack(counts.take(10));
    for (const key of ['a:3', 'a:4', 'a:5']) counts.add(read(key));
    expect(counts.forgotten()).toBe(3);
    expect(counts.forgotten()).toBe(0);
    expect(keysOf(counts)).toEqual([
      ['a:3', 1],
      ['a:4', 1],
      ['a:5', 1],
    ]);
  });

  it('name 100 keys of a caller in a minute that there are not, or not for them, and count the rest together', async () => {
    const clock = manualClock();
    const counts = createCounts(clock);
    const denied = { outcome: 'forbidden', about: undefined };
    for (let count = 0; count < 150; count++) counts.add(read(`other:${count}`, denied));
    counts.add(read('other:7', denied));
    counts.add(read('other:1', { ...denied, principal: 'billing' }));
    counts.add(read('acme:1'));
    const found = new Map(keysOf(counts) as [string, number][]);
    expect(found.size).toBe(102);
    expect([found.get(''), found.get('other:7'), found.get('acme:1')]).toEqual([50, 2, 1]);
    await clock.advance(60_000);
    counts.add(read('other:149', denied));
    expect(keysOf(counts)).toEqual([['other:149', 1]]);
  });

  it.each(['eyJhbGciOi.eyJzdWIi.c2ln', 'a b:c', 'a/b:c', `a:${'b'.repeat(300)}`])(
    'write no text down that is no session key: %s',
    (text) => {
      const counts = createCounts(manualClock());
      for (const outcome of ['done', 'forbidden']) counts.add(read(text, { outcome }));
      expect(JSON.stringify(counts.take(10))).not.toContain(text);
    },
  );
});

describe('what is remembered of a call', () => {
  it('is no token of the session that it was about', () => {
    const counts = createCounts(manualClock());
    const about = { session: 'one', generation: 4, tokens: { accessToken: 'canary' } };
    counts.add(read('acme:1', { about }));
    expect(JSON.stringify(counts.take(10))).not.toContain('canary');
  });
});

describe('what was counted', () => {
  const started = () => {
    const clock = manualClock();
    const written: (readonly Value[] | undefined)[] = [];
    const failures: unknown[] = [];
    let works = true;
    const audit = createAudit({
      tables: {
        names: namesOf('test'),
        dialect: POSTGRES,
        ready: async () => undefined,
        async query(text, values) {
          if (!works) throw new Error('the database is down');
          if (text.startsWith('insert')) written.push(values);
          return [];
        },
      },
      ...{ clock, keep: 1, reads: true, emit: () => undefined },
      failed: (error) => failures.push(error),
    });
    audit.start();
    return { clock, audit, written, failures, work: (does: boolean) => void (works = does) };
  };

  it('is written once a second, and no statement where there is nothing: a crash loses one second', async () => {
    const { clock, audit, written } = started();
    await clock.advance(10_000);
    audit.count(read('acme:1'));
    await clock.advance(999);
    expect(written).toHaveLength(0);
    await clock.advance(1);
    expect(written).toHaveLength(1);
    await clock.advance(10_000);
    expect(written).toHaveLength(1);
  });

  it('is written a second after the database is back, and when the service ends', async () => {
    const { clock, audit, written, failures, work } = started();
    await clock.advance(0);
    work(false);
    audit.count(read('acme:1'));
    await clock.advance(3000);
    expect(failures).toHaveLength(3);
    work(true);
    await clock.advance(1000);
    expect(JSON.parse(String(written[0]?.[0]))).toMatchObject([{ key: 'acme:1', calls: 1 }]);
    audit.count(read('acme:2'));
    await audit.stop();
    expect(written).toHaveLength(2);
  });

  it('is written in parts, so that nobody waits long for the database', async () => {
    const { clock, audit, written } = started();
    for (let count = 0; count < 450; count++) audit.count(read(`acme:${count}`));
    await clock.advance(1000);
    const sizes = written.map((values) => (JSON.parse(String(values?.[0])) as unknown[]).length);
    expect(sizes).toEqual([200, 200, 50]);
  });
});

describe('what was begun', () => {
  const row: ChangeRow = {
    call: {
      ...{ principal: 'orders', operation: 'reject', key: 'acme:1', address: undefined },
      requestId: 'r',
    },
    about: { session: 'one', generation: 4 },
    outcome: 'begun',
  };

  const record = (gen: number, more: Partial<SessionRecord> = {}): SessionRecord => ({
    ...{ v: 1, session: 'one', gen, status: 'active', issuedAt: 0, turn: 1, ...more },
  });
  const mark: NonNullable<SessionRecord['intent']> = {
    gen: 4,
    owner: 'here',
    startedAt: 0,
    attempt: 1,
  };
  const begunIn = (end: (requestId: string, outcome: string) => Promise<void>) => {
    const failures: unknown[] = [];
    const ends: string[] = [];
    const begun = createBegun(
      {
        async end(requestId, outcome) {
          await end(requestId, outcome);
          ends.push(`${requestId} ${outcome}`);
        },
      },
      (error) => failures.push(error),
    );
    return { begun, trail: begun.trailOf('acme:1'), failures, ends };
  };
  const works = async (): Promise<void> => undefined;

  it('has its row beside the mark that announces its redemption, once, and beside nothing else', async () => {
    const { begun, trail, ends } = begunIn(works);
    const own = begun.begin(row);
    for (const other of [
      record(4), // no mark
      record(4, { intent: { ...mark, owner: '' } }), // of whom nobody knows
      record(4, { intent: { ...mark, seen: 2000 } }), // somebody else's, who is waited for
      record(4, { intent: { ...mark, over: true } }),
      record(4, { intent: { ...mark, gen: 3 } }),
      record(4, { session: 'another', intent: mark }),
    ])
      expect(trail.beside(other)).toBeUndefined();
    expect(begun.trailOf('acme:2').beside(record(4, { intent: mark }))).toBeUndefined();
    expect(trail.beside(record(4, { intent: mark }))?.row).toEqual(row); // it met with another write
    const traced = trail.beside(record(4, { intent: mark }));
    expect(own?.isWritten).toBe(false);
    traced?.written();
    expect(own?.isWritten).toBe(true);
    expect(trail.beside(record(4, { intent: { ...mark, attempt: 2 } }))).toBeUndefined();
    await own?.end('ERR_REFRESH_UNAVAILABLE');
    expect(ends).toEqual(['r ERR_REFRESH_UNAVAILABLE']);
  });

  it('has its end beside the new tokens, and is not told of it again', async () => {
    const { begun, trail, ends } = begunIn(works);
    const own = begun.begin(row);
    expect(trail.beside(record(5))).toBeUndefined(); // somebody else has begun that one
    trail.beside(record(4, { intent: mark }))?.written();
    const traced = trail.beside(record(5));
    expect([traced?.row, traced?.ended]).toEqual([undefined, { requestId: 'r', outcome: 'done' }]);
    traced?.written();
    await own?.end('done');
    expect(ends).toEqual([]);
  });

  it('is told how it ended where that is not what was written with the tokens', async () => {
    const { begun, trail, ends } = begunIn(works);
    const own = begun.begin(row);
    trail.beside(record(4, { intent: mark }))?.written();
    trail.beside(record(5))?.written();
    await own?.end('ERR_SIGNED_OUT');
    expect(ends).toEqual(['r ERR_SIGNED_OUT']);
  });

  it('is the first one’s until it has ended; where nothing was announced, it leaves no row', async () => {
    const { begun, ends } = begunIn(works);
    const own = begun.begin(row);
    expect(begun.begin({ ...row })).toBeUndefined();
    await own?.end('done');
    expect([own?.isWritten, ends]).toEqual([false, []]);
    expect(begun.begin(row)).toBeDefined();
  });

  it('is waited for until its end is written, which may fail', async () => {
    const { begun, trail, failures } = begunIn(() => Promise.reject(new Error('down')));
    const own = begun.begin(row);
    trail.beside(record(4, { intent: mark }))?.written();
    let isSettled = false;
    const settled = begun.settled().then(() => (isSettled = true));
    await Promise.resolve();
    expect(isSettled).toBe(false);
    await own?.end('done');
    await settled;
    expect(failures).toHaveLength(1);
  });
});
