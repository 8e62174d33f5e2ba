import { describe, expect } from '@jest/globals';
import { it } from '../support/both-homes.ts';
import { settle } from '../support/clock.ts';
import { errorOf, outcome, testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

describe('closing', () => {
  it('turns away at once who waits for a store that does not answer', async () => {
    const cell = sharedCell();
    const { tokens } = testSession({ store: cell.open() });
    cell.hooks.beforeRead = () => new Promise(() => undefined);
    const waiting = errorOf(tokens.getToken());
    await settle();
    await tokens.close();
    expect(await waiting).toMatchObject({
      code: 'ERR_CLOSED',
      message: 'The token manager was closed',
    });
  });

  it('lets a refresh that was sent end, and hears of nobody afterwards', async () => {
    const { tokens, server, events } = testSession();
    const release = server.hold();
    const waiting = outcome(tokens.getToken());
    await settle();
    let closed = false;
    const closing = tokens.close().then(() => (closed = true));
    await settle();
    expect(closed).toBe(false);
    release();
    await closing;
    expect(await waiting).toBe(server.live);
    expect(events.map(({ type }) => type)).toContain('refreshed');
    expect(await outcome(tokens.getToken())).toBe('ERR_CLOSED');
    expect(await outcome(tokens.setSession(server.first))).toBe('ERR_CLOSED');
    expect(await outcome(tokens.signOut())).toBe('ERR_CLOSED');
  });

  it('does not tell anybody what comes later', async () => {
    const { tokens, server, clock, events } = testSession();
    let answer: (value: unknown) => void = () => undefined;
    server.next(() => new Promise((resolve) => (answer = resolve)));
    void tokens.getToken().catch(() => undefined);
    await clock.advance(65_000); // the refresh was given up; its answer may still come
    await tokens.close();
    events.length = 0;
    answer({ access_token: 'late', refresh_token: 'rt-late', expires_in: 60 });
    await clock.advance(1000);
    expect(events).toEqual([]);
  });
});
