import { describe, expect, it } from '@jest/globals';
import { type SessionRecord, sharedStore, type StoredValue } from 'unexpired';
import { entryOf, type Standing } from '../src/data/entry.ts';
import { createInHand } from '../src/data/in-hand.ts';
import { besideTheRecord, listedStore } from '../src/data/listed-store.ts';
import type { Change } from '../src/events/changes-in.ts';

const KEY = 'acme:42';
const STANDING: Standing = { session: 'one', generation: 4, state: 'active' };
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const stored = (version: string): StoredValue => ({ value: { v: 1 }, version });
const change = (more: Partial<Change> = {}): Change => ({
  ...{ key: KEY, ...STANDING, mark: '7', ...more },
});

describe('a row in hand', () => {
  it('is there in the turn of the event loop in which it was read or written, and no longer', async () => {
    const inHand = createInHand(() => 0);
    inHand.found(KEY, stored('read'));
    inHand.writing('acme:43', STANDING)(stored('written'));
    await Promise.resolve();
    expect(inHand.latest(KEY)?.version).toBe('read');
    expect(inHand.written(KEY)).toBeUndefined();
    expect(inHand.latest('acme:43')?.version).toBe('written');
    await nextTurn();
    for (const key of [KEY, 'acme:43']) expect(inHand.latest(key)).toBeUndefined();
    expect(inHand.written('acme:43')).toBeUndefined();
  });

  it('is what was written here, also where an earlier one is read after that', () => {
    const inHand = createInHand(() => 0);
    inHand.writing(KEY, STANDING)(stored('written'));
    inHand.found(KEY, stored('earlier'));
    expect(inHand.latest(KEY)?.version).toBe('written');
  });

  it('is none while it is written, and after a write of which nobody knows whether it has happened', () => {
    const inHand = createInHand(() => 0);
    inHand.found(KEY, stored('before'));
    const end = inHand.writing(KEY, STANDING);
    expect(inHand.latest(KEY)).toBeUndefined();
    inHand.found(KEY, stored('before'));
    end(undefined);
    expect(inHand.latest(KEY)).toBeUndefined();
  });

  it('says from when on it may have been so: from the beginning of the write', () => {
    let now = 5;
    const inHand = createInHand(() => now);
    const end = inHand.writing(KEY, STANDING);
    now = 900;
    end(stored('written'));
    expect(inHand.written(KEY)?.since).toBe(5);
  });

  it.each<[string, Parameters<ReturnType<typeof createInHand>['heard']>[0]]>([
    ['has signed in', { isReset: false, changes: [change({ session: 'two', generation: 0 })] }],
    ['has refreshed', { isReset: false, changes: [change({ generation: 5 })] }],
    ['has signed out', { isReset: false, changes: [change({ state: 'signed_out' })] }],
    ['may have done anything', { isReset: true, changes: [] }],
  ])('is none where it was heard during the write that somebody %s', (_what, heard) => {
    const inHand = createInHand(() => 0);
    const end = inHand.writing(KEY, STANDING);
    inHand.heard(heard);
    end(stored('written'));
    expect(inHand.written(KEY)).toBeUndefined();
    expect(inHand.latest(KEY)).toBeUndefined();
  });

  it.each<[string, Parameters<ReturnType<typeof createInHand>['heard']>[0]]>([
    ['has signed out', { isReset: false, changes: [change({ state: 'signed_out' })] }],
    ['may have done anything', { isReset: true, changes: [] }],
  ])('is none from when on it was heard after the write that somebody %s', (_what, heard) => {
    const inHand = createInHand(() => 0);
    inHand.writing(KEY, STANDING)(stored('written'));
    inHand.heard({ isReset: false, changes: [change()] });
    expect(inHand.written(KEY)?.stored.version).toBe('written');
    inHand.heard(heard);
    expect(inHand.written(KEY)).toBeUndefined();
    expect(inHand.latest(KEY)).toBeUndefined();
  });

  it('is none where the answer to a write comes after that to another write, which may have been over it', () => {
    const inHand = createInHand(() => 0);
    const refreshed = inHand.writing(KEY, STANDING);
    const signedOut = inHand.writing(KEY, { ...STANDING, state: 'signed_out' });
    signedOut(stored('tombstone'));
    refreshed(stored('tokens'));
    expect(inHand.written(KEY)).toBeUndefined();
    expect(inHand.latest(KEY)).toBeUndefined();
  });

  it('is one where its own write was heard of, what came before it, or that of another row', () => {
    const inHand = createInHand(() => 0);
    const end = inHand.writing(KEY, STANDING);
    const before = change({ generation: STANDING.generation - 1 });
    const other = change({ key: 'acme:1', generation: 9 });
    inHand.heard({ isReset: false, changes: [before, change(), other] });
    end(stored('written'));
    expect(inHand.written(KEY)).toBeDefined();
  });
});

describe('the store of a refresh', () => {
  const RECORD: SessionRecord = {
    ...{ v: 1, session: 'one', gen: 4, status: 'active', issuedAt: 0, turn: 1 },
    tokens: { accessToken: 'a', refreshToken: 'r', extra: { provider: 'crm', shown: {} } },
  };
  const opened = () => {
    const inHand = createInHand(() => 0);
    const reads: string[] = [];
    const beside: unknown[] = [];
    let version = 1;
    const store = sharedStore({
      name: KEY,
      async read() {
        reads.push(KEY);
        return { value: RECORD, version: String(version) };
      },
      async write() {
        beside.push(besideTheRecord()?.entry?.generation);
        return String(++version);
      },
    });
    const none = (): void => undefined;
    const open = (isFlight: boolean) =>
      listedStore(store, {
        ...{ ready: async () => undefined, timed: async () => undefined, written: none },
        ...{ changed: none, inHand, purpose: { isFlight } },
        entryOf: (record) => entryOf(KEY, record, () => undefined),
      });
    return { inHand, reads, beside, flight: open(true), other: open(false) };
  };

  it('reads what is in hand; others ask the database', async () => {
    const { inHand, reads, flight, other } = opened();
    inHand.found(KEY, { value: RECORD, version: '1' });
    expect((await flight.read())?.version).toBe('1');
    expect(reads).toEqual([]);
    await other.read();
    await nextTurn();
    await flight.read();
    expect(reads).toHaveLength(2);
  });

  it('writes into the schedule what it changes, and nothing where it only announces a redemption', async () => {
    const { beside, flight } = opened();
    const version = (await flight.read())?.version;
    const intent = { gen: 4, owner: 'here', startedAt: 0, attempt: 1 };
    const announced = await flight.write({ ...RECORD, intent }, version);
    await flight.write({ ...RECORD, gen: 5 }, announced);
    await flight.write({ ...RECORD, gen: 5, intent }, 'a version that nobody has read here');
    expect(beside).toEqual([undefined, 5, 5]);
  });

  it('writes the first record of a session into the schedule', async () => {
    const { beside, flight } = opened();
    await flight.write(RECORD, undefined);
    expect(beside).toEqual([4]);
  });
});
