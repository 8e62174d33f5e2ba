import { describe, expect, it } from '@jest/globals';
import type { SessionRecord } from '../../src/index.ts';
import { tombstoneOf } from '../../src/session/succession.ts';
import { fingerprint } from '../../src/tokens/fingerprint.ts';
import { settle, testClock } from '../support/clock.ts';
import { another, expired } from '../support/flight.ts';
import { strictServer } from '../support/server.ts';
import { outcome, testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';
import { diskFull, never, NEW, now, stageOf, stored } from '../support/sign-in-stage.ts';

const asStored = (record: unknown): unknown => JSON.parse(JSON.stringify(record));

/** What peers make of a sign-in that has landed. */
const signedIn = (mine: SessionRecord): SessionRecord => ({
  ...another('peer', mine.turn + 1),
  ...(mine.tokens?.refreshToken !== undefined && { past: [fingerprint(mine.tokens.refreshToken)] }),
});
const signedOut = (mine: SessionRecord): SessionRecord => tombstoneOf(mine, 'x', now + 1);
const refreshed = (mine: SessionRecord): SessionRecord => ({
  ...mine,
  gen: 1,
  tokens: { accessToken: 'next', refreshToken: 'rt-next' },
  ...(mine.tokens?.refreshToken !== undefined && {
    spent: [fingerprint(mine.tokens.refreshToken)],
  }),
});
const withoutRotation = (mine: SessionRecord): SessionRecord => ({
  ...mine,
  gen: 1,
  tokens: { ...mine.tokens, accessToken: 'next' },
});

describe('a sign-in that was stored without an answer, and looks again', () => {
  const ACCESS = { accessToken: 'new' };
  it.each([
    ['with a refresh token', 'has signed out', NEW, false, signedOut],
    ['with a refresh token', 'has signed in', NEW, false, signedIn],
    ['with a refresh token', 'has refreshed', NEW, false, refreshed],
    ['with a refresh token', 'has refreshed without rotation', NEW, false, withoutRotation],
    ['that counts again', 'has signed out', NEW, true, signedOut],
    ['that counts again', 'has refreshed', NEW, true, refreshed],
    ['that counts again', 'has refreshed without rotation', NEW, true, withoutRotation],
    ['with an access token alone', 'has signed out', ACCESS, false, signedOut],
    ['with an access token alone', 'has refreshed', ACCESS, false, refreshed],
    [
      'with an access token alone',
      'has refreshed without rotation',
      ACCESS,
      false,
      withoutRotation,
    ],
  ])('%s leaves what stands there, where a peer %s', async (_, __, tokens, again, then) => {
    const { tokens: manager, cell, clock } = await stageOf(stored());
    let seen: SessionRecord | undefined;
    cell.hooks.afterWrite = () => {
      cell.hooks.afterWrite = undefined;
      seen = then(cell.record as SessionRecord);
      cell.put(seen);
      throw new Error('connection lost');
    };
    const signingIn = outcome(manager.setSession(tokens, { again }));
    await clock.advance(1000);
    expect(await signingIn).toBe(
      seen?.status === 'active' && seen.session !== 'peer' ? undefined : 'ERR_SIGNED_OUT',
    );
    expect(cell.record).toEqual(asStored(seen));
  });

  it('does not bring the record back that somebody has deleted since it was seen', async () => {
    const { tokens, cell, clock } = await stageOf(stored());
    cell.hooks.afterWrite = never;
    const signingIn = outcome(tokens.setSession(NEW));
    await clock.advance(10_100); // the write’s time limit has passed, and the next look is to come
    cell.hooks.afterWrite = undefined;
    cell.notify();
    await settle();
    cell.put(undefined);
    cell.notify();
    await clock.advance(5000);
    expect(await signingIn).toBe('ERR_SIGNED_OUT');
    expect(cell.record).toBeUndefined();
  });
});

describe('a sign-in that is given up', () => {
  /** While it looks again, because the manager closes. */
  const givenUpClosing = async (
    { tokens, cell, clock }: Awaited<ReturnType<typeof stageOf>>,
    signingIn: Promise<unknown>,
  ) => {
    await clock.advance(10_000); // the write’s time limit
    cell.hooks.beforeRead = never;
    await clock.advance(1000);
    cell.hooks.beforeRead = undefined;
    const closing = tokens.close();
    await clock.advance(60_000);
    await closing;
    expect(await signingIn).toBe('ERR_REFRESH_UNAVAILABLE');
  };

  it.each([
    ['a peer’s sign-in', signedIn],
    ['the next generation of a peer', refreshed],
  ])('and was stored is not stored again over %s', async (_, then) => {
    const stage = await stageOf(stored());
    stage.cell.hooks.afterWrite = never;
    const signingIn = outcome(stage.tokens.setSession(NEW));
    await settle();
    stage.cell.hooks.afterWrite = undefined;
    const seen = then(stage.cell.record as SessionRecord);
    stage.cell.put(seen);
    stage.cell.notify();
    await givenUpClosing(stage, signingIn);
    expect(stage.cell.record).toEqual(asStored(seen));
  });

  it.each([
    ['signed in', another('peer', now - 60_000)],
    ['signed out', tombstoneOf(stored(), 'x', now - 60_000)],
  ])(
    'is not stored over a peer that was seen to have %s since, by a clock that is behind',
    async (_, peer) => {
      const stage = await stageOf(stored());
      stage.cell.hooks.beforeWrite = never;
      const signingIn = outcome(stage.tokens.setSession(NEW));
      await settle();
      stage.cell.hooks.beforeWrite = undefined;
      stage.cell.put(peer);
      stage.cell.notify();
      await givenUpClosing(stage, signingIn);
      expect(stage.cell.record).toEqual(asStored(peer));
    },
  );

  it('is not stored over tokens that another program was seen to have put in its place', async () => {
    const stage = await stageOf(undefined);
    const bare = { accessToken: 'bare', refreshToken: 'rt-bare' };
    stage.cell.hooks.afterWrite = () => {
      stage.cell.hooks.afterWrite = undefined;
      stage.cell.put(bare);
      return never();
    };
    const signingIn = outcome(stage.tokens.setSession(NEW));
    await settle();
    stage.cell.notify();
    await givenUpClosing(stage, signingIn);
    expect(stage.cell.record).toEqual(bare);
  });

  it('does not bring a spent refresh token back over the answer of the refresh that has spent it', async () => {
    const clock = testClock();
    const server = strictServer({ expiresAt: clock.now() - 1 });
    const cell = sharedCell(expired(1, { expiresAt: now - 1000 }));
    const { tokens } = testSession({ clock, server, store: cell.open() });
    await tokens.ready();
    const open = server.hold();
    void outcome(tokens.getToken());
    await clock.advance(100);
    cell.hooks.beforeWrite = diskFull;
    const signingIn = outcome(tokens.setSession({ accessToken: 'x', refreshToken: 'rt-1' }));
    await clock.advance(31_000);
    expect(await signingIn).toBe('ERR_REFRESH_UNAVAILABLE');
    open();
    await clock.advance(1000);
    cell.hooks.beforeWrite = undefined;
    await clock.advance(60_000);
    expect(cell.record?.tokens?.refreshToken).toBe('rt-2');
  });

  it('as the generation after one that is owed is still owed when that one is stored', async () => {
    const clock = testClock();
    const server = strictServer({ expiresAt: clock.now() - 1 });
    const cell = sharedCell(expired(1));
    const { tokens } = testSession({ clock, server, store: cell.open() });
    await tokens.ready();
    cell.hooks.beforeWrite = ({ gen }) => (gen > 1 ? diskFull() : undefined);
    const got = outcome(tokens.getToken());
    await clock.advance(1000);
    expect(await got).toBe('at-2');
    const signingIn = outcome(tokens.setSession({ accessToken: 'at-2', refreshToken: 'rt-9' }));
    await clock.advance(29_700);
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    cell.hooks.beforeRead = () => gate;
    await clock.advance(100); // its last look
    cell.notify();
    await settle();
    cell.hooks.beforeRead = undefined;
    cell.hooks.beforeWrite = ({ gen }) =>
      gen > 2
        ? diskFull()
        : new Promise<void>((resolve) => void clock.setTimeout(resolve, 100, true));
    open();
    await settle();
    expect(await signingIn).toBe('ERR_REFRESH_UNAVAILABLE');
    await clock.advance(150);
    expect(cell.record?.gen).toBe(2);
    cell.hooks.beforeWrite = undefined;
    await clock.advance(60_000);
    expect(cell.record?.tokens?.refreshToken).toBe('rt-9');
  });
});

describe('tokens that are known, announced while a peer redeems them and the store has lost that', () => {
  const old = (gen: number) => expired(gen, { expiresAt: now - 1000 });
  it.each([
    ['went back', old(0)],
    ['is empty', undefined],
  ])('are not redeemed a second time, where the store %s', async (_, back) => {
    const clock = testClock();
    const server = strictServer({ expiresAt: clock.now() - 1 });
    const cell = sharedCell(old(1));
    const lock = {
      request: <T>(_name: string, _options: unknown, task: (granted: object) => Promise<T>) =>
        task({}),
    } as never;
    const managers = [1, 2].map((seed) =>
      testSession({ clock, server, seed, store: cell.open({ lock }) }),
    );
    const [mine, peer] = managers.map(({ tokens }) => tokens);
    await Promise.all([mine?.ready(), peer?.ready()]);
    const open = server.hold();
    void outcome(peer?.getToken() ?? Promise.reject(new Error('no peer')));
    await clock.advance(100);
    cell.put(back);
    await mine?.setSession(old(1).tokens);
    const got = outcome(mine?.getToken() ?? Promise.reject(new Error('no manager')));
    await clock.advance(5000);
    expect(server.calls).toBe(1);
    open();
    await clock.advance(60_000);
    expect([server.reuses, server.revoked, await got]).toEqual([0, false, 'at-2']);
  });
});
