import { describe, expect, it } from '@jest/globals';
import type { TokenStore } from '../../src/index.ts';
import { settle, testClock } from '../support/clock.ts';
import { scriptedLock } from '../support/scripted-lock.ts';
import { strictServer } from '../support/server.ts';
import { outcome, seededStore, testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

/** Two managers on one store and lock. The call of the first ignores its signal, and has been told to stop 5 s ago. */
const silent = async (
  storeOf?: (
    first: ReturnType<typeof strictServer>['first'],
    lock: TokenStore['lock'],
  ) => () => TokenStore,
) => {
  const clock = testClock();
  const server = strictServer({ expiresAt: clock.now() - 1 });
  const { lock, ...script } = scriptedLock();
  const memory = seededStore(server.first);
  const open = storeOf?.(server.first, lock) ?? (() => memory);
  const [one, two] = [1, 2].map((seed) =>
    testSession({ clock, server, seed, store: open(), lock }),
  ) as [ReturnType<typeof testSession>, ReturnType<typeof testSession>];
  const answer = server.hold();
  void outcome(one.tokens.getToken());
  await clock.advance(65_000);
  return { clock, server, script, one, two, answer };
};
const shared = (first: ReturnType<typeof strictServer>['first'], lock: TokenStore['lock']) => {
  const cell = sharedCell(first);
  return () => cell.open({ lock });
};

describe.each([
  ['one memory store', undefined],
  ['one shared cell', shared],
] as const)(
  'while an answer can still come to a call that ignores its signal, of managers on %s',
  (_, storeOf) => {
    it('no other sends the same refresh token either, for two minutes in all', async () => {
      const { clock, server, two } = await silent(storeOf);
      for (let second = 65; second < 124; second++) {
        void outcome(two.tokens.getToken());
        await clock.advance(1000);
      }
      expect(server.calls).toBe(1);
      await clock.advance(1000);
      expect(server.calls).toBe(2);
    });

    it('the answer is stored when it comes, and nobody waits on', async () => {
      const { clock, server, one, two, answer } = await silent(storeOf);
      const waiting = outcome(two.tokens.getToken());
      await clock.advance(1000);
      answer();
      expect(await waiting).toBe('at-2');
      expect(await outcome(one.tokens.getToken())).toBe('at-2');
      await settle();
      expect([server.calls, server.reuses, clock.pending]).toEqual([1, 0, 0]);
    });

    it('another sign-in does not wait for that', async () => {
      const { clock, server, one, two } = await silent(storeOf);
      await one.tokens.setSession({
        accessToken: 'new',
        refreshToken: 'rt-new',
        expiresAt: clock.now() - 1,
      });
      void outcome(two.tokens.getToken());
      await settle();
      expect(server.seen.map(({ refreshToken }) => refreshToken)).toEqual(['rt-1', 'rt-new']);
    });

    it('close() does not wait for that, before or after the call was told to stop', async () => {
      const { clock, one } = await silent(storeOf);
      await one.tokens.close();
      const early = testSession({ clock });
      early.server.hold();
      void outcome(early.tokens.getToken());
      await settle();
      let closed = false;
      void early.tokens.close().then(() => (closed = true));
      await clock.advance(65_000);
      expect(closed).toBe(true);
      expect(clock.pending).toBe(0);
    });
  },
);

it('an answer that cannot even be read, after so long, is nobody’s unhandled rejection', async () => {
  let answer: (value: unknown) => void = () => undefined;
  const { clock, tokens } = testSession({
    refresh: () => new Promise((resolve) => (answer = resolve as (value: unknown) => void)),
  });
  void outcome(tokens.getToken());
  await clock.advance(65_000);
  answer({
    get accessToken(): string {
      throw new Error('a getter that throws');
    },
  });
  await new Promise((resolve) => setImmediate(resolve)); // jest fails the test for one
  expect(clock.pending).toBe(0);
});
