import { describe, expect, it } from '@jest/globals';
import { createCell } from '../../src/shared/store-access.ts';
import { createSessionState } from '../../src/session/state.ts';
import { createTransitions } from '../../src/shared/sign-in-out.ts';
import type { SessionRecord } from '../../src/session/store.ts';
import type { TokenSet } from '../../src/tokens/tokens.ts';
import { settle, testClock } from '../support/clock.ts';
import { expired, fresh } from '../support/flight.ts';
import { outcome } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

const down = () => Promise.reject(new Error('disk full'));
const NEW: TokenSet = { accessToken: 'new', refreshToken: 'rt-new' };

/** Sign-in and sign-out without a manager around them. `read: false`: the store was never read. */
function stageOf(stored?: SessionRecord, { read = true } = {}) {
  const clock = testClock();
  const shared = sharedCell(stored);
  const told: string[] = [];
  const outside = { closed: false };
  const state = createSessionState({
    clock,
    random: () => 0,
    windows: { skewWindow: 0, backgroundWindow: 0 },
    emit: (event, token) =>
      void told.push(
        [
          event.type,
          'by' in event ? event.by : '',
          'message' in event ? event.message : '',
          token ?? '',
        ]
          .join(' ')
          .trim(),
      ),
    changed: () => undefined,
  });
  if (read) state.take({ record: stored, version: undefined }, 'store');
  told.length = 0;
  let ids = 0;
  const transitions = createTransitions({
    state,
    cell: createCell(shared.open(), clock),
    clock,
    random: () => 0,
    newId: () => `id-${++ids}`,
    revoker: {
      revoke: (tokens) => void told.push(`revoke ${tokens.accessToken}`),
      settled: async () => undefined,
    },
    open: () => void told.push('open'),
    pump: () => void told.push(`pump${transitions.busy ? ' (busy)' : ''}`),
    closed: () => outside.closed,
  });
  return { clock, shared, state, transitions, outside, told };
}

/** Holds the next write back until it is let through. */
function holdWrite({ hooks }: ReturnType<typeof sharedCell>): () => void {
  let release = (): void => undefined;
  hooks.beforeWrite = () => {
    hooks.beforeWrite = undefined;
    return new Promise<void>((resolve) => (release = resolve));
  };
  return () => release();
}

describe('a sign-in', () => {
  it('is stored as a new session, shown once it is, and meanwhile whoever comes has to wait', async () => {
    const { transitions, shared, state, told, clock } = stageOf();
    const release = holdWrite(shared);
    const signingIn = transitions.signIn(NEW);
    await settle();
    expect([transitions.busy, state.phase]).toEqual([true, 'empty']);
    release();
    await signingIn;
    const record = {
      v: 1,
      session: 'id-1',
      gen: 0,
      status: 'active',
      tokens: NEW,
      issuedAt: clock.now(),
      turn: clock.now(),
    };
    expect(shared.record).toEqual(record);
    expect(state).toMatchObject({
      phase: 'active',
      stored: true,
      epoch: 0,
      held: { record, origin: 'signIn' },
    });
    expect(told).toEqual(['open', 'signedIn self  new', 'pump']);
    expect(transitions.busy).toBe(false);
  });

  it('replaces whatever session there was, which is over then', async () => {
    const { transitions, shared, state } = stageOf(expired(1));
    shared.put({ ...expired(0), session: 'unseen' });
    await transitions.signIn(NEW);
    expect(shared.record?.session).toBe('id-1');
    expect([...state.past].sort()).toEqual(['s', 'unseen']);
    expect(state.epoch).toBe(1);
  });

  it('that cannot be stored changes nothing, and keeps nobody waiting', async () => {
    const { transitions, shared, state, told } = stageOf(expired(1));
    shared.hooks.beforeWrite = down;
    expect(await outcome(transitions.signIn(NEW))).toBe('ERR_REFRESH_UNAVAILABLE');
    expect(shared.record).toEqual(expired(1));
    expect(state.held?.record).toEqual(expired(1));
    expect([told, transitions.busy]).toEqual([['open', 'pump'], false]);
  });

  it('while another is being stored turns away who waited for that one, and has the last word', async () => {
    const { transitions, shared, state } = stageOf();
    const release = holdWrite(shared);
    const first = transitions.signIn(NEW);
    await settle();
    expect(state.epoch).toBe(0);
    const second = transitions.signIn({ accessToken: 'second' });
    expect(state.epoch).toBe(1);
    release();
    await Promise.all([first, second]);
    expect(shared.record?.tokens).toEqual({ accessToken: 'second' });
    expect(state.held?.token.accessToken).toBe('second');
    expect(transitions.busy).toBe(false);
  });

  it('that a sign-out overtook is told so, and is never stored', async () => {
    const { transitions, shared, state } = stageOf(expired(1));
    const signingIn = transitions.signIn(NEW).catch((error: unknown) => error);
    const signingOut = transitions.signOut();
    expect(await signingIn).toMatchObject({
      code: 'ERR_SIGNED_OUT',
      message: 'Signed out before the sign-in was stored',
    });
    await signingOut;
    expect(shared.history.map(({ status }) => status)).toEqual(['signedOut']);
    expect(state.phase).toBe('signedOut');
  });

  it('that a sign-out overtook while it was being stored is ended in the store as well', async () => {
    const { transitions, shared, state, told } = stageOf();
    const release = holdWrite(shared);
    const signingIn = outcome(transitions.signIn(NEW));
    await settle();
    const signingOut = transitions.signOut();
    release();
    expect(await signingIn).toBe('ERR_SIGNED_OUT');
    await signingOut;
    expect(shared.record).toMatchObject({ session: 'id-1', status: 'signedOut' });
    expect([state.phase, state.held]).toEqual(['signedOut', undefined]);
    expect(told).not.toContain('signedIn self  new');
  });
});

describe('a sign-out', () => {
  it('ends the session here at once, then in the store', async () => {
    const { transitions, shared, state, told, clock } = stageOf(expired(4));
    const signingOut = transitions.signOut();
    expect([state.phase, transitions.busy]).toEqual(['signedOut', false]);
    await signingOut;
    expect(shared.record).toEqual({
      v: 1,
      session: 's',
      gen: 4,
      status: 'signedOut',
      issuedAt: clock.now(),
      turn: clock.now(),
    });
    expect(told).toEqual(['open', 'signedOut self', 'revoke at-4', 'pump']);
  });

  it('of a store that was never read lets nobody have what it holds', async () => {
    const { transitions, shared, state, told } = stageOf(fresh(4, 1_800_000_000_000), {
      read: false,
    });
    const signingOut = transitions.signOut();
    expect([state.phase, transitions.busy]).toEqual(['signedOut', true]);
    await signingOut;
    expect(shared.record).toMatchObject({ session: 's', gen: 4, status: 'signedOut' });
    expect([state.phase, state.held, transitions.busy]).toEqual(['signedOut', undefined, false]);
    expect(told).toEqual(['open', 'signedOut self', 'revoke at-4', 'pump']);
  });

  it('of a store that is empty leaves a tombstone, of the session that was held if there was one', async () => {
    const nobody = stageOf();
    await nobody.transitions.signOut();
    expect(nobody.shared.record).toMatchObject({ session: 'id-1', gen: 0, status: 'signedOut' });
    const somebody = stageOf(expired(1));
    somebody.shared.put(undefined);
    await somebody.transitions.signOut();
    expect(somebody.shared.record).toMatchObject({ session: 's', gen: 0, status: 'signedOut' });
  });

  it('of a store that holds a tombstone writes nothing', async () => {
    const tombstone: SessionRecord = {
      v: 1,
      session: 'x',
      gen: 7,
      status: 'signedOut',
      issuedAt: 0,
      turn: 0,
    };
    const { transitions, shared, state } = stageOf(tombstone);
    await transitions.signOut();
    expect([shared.writes, shared.record, state.phase]).toEqual([0, tombstone, 'signedOut']);
  });

  it('ends a session that it finds there and had not seen, and revokes its tokens', async () => {
    const { transitions, shared, told } = stageOf(expired(1));
    shared.put({ ...expired(8, { accessToken: 'unseen' }), session: 't' });
    await transitions.signOut();
    expect(shared.record).toMatchObject({ session: 't', gen: 8, status: 'signedOut' });
    expect(told).toContain('revoke unseen');
  });

  it('revokes what a peer had refreshed meanwhile, and nothing twice', async () => {
    const { transitions, shared, told } = stageOf(expired(1));
    shared.put(expired(2));
    await transitions.signOut();
    expect(told.filter((line) => line.startsWith('revoke'))).toEqual([
      'revoke at-1',
      'revoke at-2',
    ]);
  });

  it('meets a sign-in that is stored at that very moment: who was faster with the second look stands', async () => {
    const { transitions, shared, state } = stageOf(expired(1));
    shared.hooks.beforeWrite = () => {
      shared.hooks.beforeWrite = undefined;
      shared.put({ ...fresh(0, 2e12), session: 't' });
    };
    await transitions.signOut();
    expect(shared.record).toMatchObject({ session: 't', status: 'active' });
    expect([state.phase, state.held?.record.session]).toEqual(['active', 't']);
  });
});

describe('a sign-out that cannot be stored', () => {
  const failed = async (
    stored: SessionRecord | undefined = expired(1),
    options?: { read: boolean },
  ) => {
    const stage = stageOf(stored, options);
    stage.shared.hooks.beforeRead = down;
    expect(await outcome(stage.transitions.signOut())).toBe('ERR_REFRESH_UNAVAILABLE');
    return stage;
  };

  it('rejects, says so, and is tried again until it is', async () => {
    const { clock, shared, state, told, transitions } = await failed();
    expect(told).toEqual([
      'open',
      'signedOut self',
      'revoke at-1',
      'warning  Signed out here; the store could not be told yet',
      'pump',
    ]);
    expect([state.phase, transitions.busy]).toEqual(['signedOut', false]);
    const { reads } = shared;
    await clock.advance(500 + 1000 + 2000); // 1, 2, 4 s, and `random` halves them
    expect(shared.reads - reads).toBe(3);
    shared.hooks.beforeRead = undefined;
    await clock.advance(4000);
    expect([shared.record?.status, clock.pending]).toEqual(['signedOut', 0]);
  });

  it('never read, keeps nobody waiting', async () => {
    const { transitions } = await failed(expired(1), { read: false });
    expect(transitions.busy).toBe(false);
  });

  it('does not end what somebody else signs in to from then on', async () => {
    const { clock, shared, state } = await failed();
    const other = { ...fresh(0, 2e12), session: 't' };
    shared.put(other);
    shared.hooks.beforeRead = undefined;
    await clock.advance(60_000);
    expect([shared.record, state.held?.record, clock.pending]).toEqual([other, other, 0]);
  });

  it('never read, is meant for the first session that is found', async () => {
    const { clock, shared, state } = await failed(expired(1), { read: false });
    shared.hooks.beforeRead = undefined;
    await clock.advance(60_000);
    expect([shared.record?.status, state.phase]).toEqual(['signedOut', 'signedOut']);
  });

  it('is given up when something else turns up there', async () => {
    const { clock, shared } = await failed();
    shared.hooks.beforeRead = undefined;
    shared.put({ v: 9 });
    await clock.advance(60_000);
    expect([shared.record, clock.pending]).toEqual([{ v: 9 }, 0]);
  });

  it('is left to the next sign-out', async () => {
    const { clock, shared, transitions } = await failed();
    const second = outcome(transitions.signOut());
    expect(await second).toBe('ERR_REFRESH_UNAVAILABLE');
    const { reads } = shared;
    await clock.advance(500);
    expect(shared.reads - reads).toBe(1);
  });

  it('is left alone once the manager is closed', async () => {
    const { clock, shared, outside } = await failed();
    outside.closed = true;
    const { reads } = shared;
    await clock.advance(60_000);
    expect([shared.reads - reads, clock.pending]).toEqual([0, 0]);
  });
});

it('whoever closes waits for what is being stored', async () => {
  const { transitions, shared } = stageOf();
  const release = holdWrite(shared);
  const signingIn = transitions.signIn(NEW);
  let settled = false;
  void transitions.settled().then(() => (settled = true));
  await settle();
  expect(settled).toBe(false);
  release();
  await signingIn;
  await settle();
  expect(settled).toBe(true);
});
