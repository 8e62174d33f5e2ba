import { describe, expect, it } from '@jest/globals';
import type { SessionRecord } from '../../src/index.ts';
import { settle, testClock } from '../support/clock.ts';
import { scriptedLock } from '../support/scripted-lock.ts';
import { strictServer } from '../support/server.ts';
import { testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

describe('a wait for the lock that a newer generation ended', () => {
  it('goes on where that generation is due again before the flight is over, instead of failing those who wait', async () => {
    const clock = testClock();
    const server = strictServer({ expiresAt: clock.now() - 1 });
    const first: SessionRecord = {
      v: 1,
      session: 'first',
      gen: 0,
      status: 'active',
      issuedAt: clock.now(),
      turn: clock.now(),
      tokens: server.first,
    };
    const cell = sharedCell(first);
    const script = scriptedLock('never');
    const { tokens } = testSession({ clock, server, store: cell.open({ lock: script.lock }) });

    const waiting = tokens.getToken();
    await settle();
    expect(script.waiting).toBe(1);
    const fresh = await server.refresh(server.first, {
      reason: 'due',
      signal: new AbortController().signal,
    });
    const expiresAt = clock.now() + 3_600_000;
    cell.put({
      ...first,
      gen: 1,
      tokens: { accessToken: fresh.access_token, refreshToken: fresh.refresh_token, expiresAt },
    });
    let letRead = (): void => undefined;
    cell.hooks.afterRead = () => {
      cell.hooks.beforeRead = () => new Promise<void>((resolve) => (letRead = resolve)); // the flight's last look, after the peer's tokens were adopted
      cell.hooks.afterRead = undefined;
    };
    cell.notify();
    expect((await waiting)?.accessToken).toBe(fresh.access_token);

    clock.jump(3_600_000);
    const late = tokens.getToken();
    script.mode = 'grant';
    cell.hooks.beforeRead = undefined;
    letRead();
    expect((await late)?.accessToken).toBe(server.live);
    expect(server.reuses).toBe(0);
  });
});
