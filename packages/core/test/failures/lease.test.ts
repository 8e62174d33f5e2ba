import { describe, expect, it } from '@jest/globals';
import { settle } from '../support/clock.ts';
import { scriptedLock } from '../support/scripted-lock.ts';
import { httpError, outcome } from '../support/session.ts';
import { world } from '../support/failing-world.ts';

describe('lease', () => {
  const leased = () => ({ ...world(), script: scriptedLock('grant', { leased: true }) });

  it('holder dies, another’s unsettled intent: waited for on my own clock, re-read, then redeemed', async () => {
    const { cell, record, server, clock, open, script } = leased();
    // The clock of its writer is years off.
    cell.put({ ...record, intent: { gen: 0, owner: 'dead', startedAt: 1, attempt: 1 } });
    const { tokens } = open({ lock: script.lock, waitTimeout: 100_000 });
    const waiting = outcome(tokens.getToken());
    await clock.advance(79_000);
    expect(server.calls).toBe(0);
    await clock.advance(4000);
    expect(await waiting).toBe('at-2');
    expect(server.calls).toBe(1);
  });

  it('holder was only slow: its answer is adopted as soon as it is stored', async () => {
    const { cell, record, server, clock, open, rotatedByPeer, script } = leased();
    cell.put({ ...record, intent: { gen: 0, owner: 'slow', startedAt: clock.now(), attempt: 1 } });
    const { tokens } = open({ lock: script.lock, subscribe: false });
    const waiting = outcome(tokens.getToken());
    await clock.advance(3000);
    cell.put(rotatedByPeer());
    await clock.advance(2000);
    expect(await waiting).toBe('peer-1');
    expect(server.calls).toBe(0);
  });

  it('holder dies after its answer was lost: invalid_grant says so', async () => {
    const { cell, record, clock, server, open, script } = leased();
    cell.put({ ...record, intent: { gen: 0, owner: 'dead', startedAt: clock.now(), attempt: 1 } });
    server.next(() => {
      throw httpError(400, { error: 'invalid_grant' });
    });
    const { tokens } = open({ lock: script.lock, waitTimeout: 200_000 });
    const waiting = tokens.getToken().catch((error: unknown) => error);
    await clock.advance(84_000);
    expect(await waiting).toMatchObject({
      code: 'ERR_SESSION_ENDED',
      message: expect.stringContaining('probably lost'),
    });
  });

  it('an intent that is null, as some stores write what is missing: no intent', async () => {
    const { cell, record, open, script } = leased();
    cell.put({ ...record, intent: null, dead: null });
    const { tokens } = open({ lock: script.lock });
    expect(await outcome(tokens.getToken())).toBe('at-2');
  });

  it('runs out before anything was sent: nothing is sent, and the lock is taken again', async () => {
    const { cell, server, open, script } = leased();
    let losses = 2;
    cell.hooks.afterWrite = ({ intent }) => {
      if (intent !== undefined && losses-- > 0) script.loseLease();
    };
    const { tokens } = open({ lock: script.lock });
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(script.requests).toBe(3);
    expect(server.calls).toBe(1);
  });

  it('runs out every time before anything was sent: an error after three, nothing redeemed, the intent cleared', async () => {
    const { cell, server, open, script } = leased();
    cell.hooks.afterWrite = () => script.loseLease();
    const { tokens } = open({ lock: script.lock });
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_UNAVAILABLE');
    await settle();
    expect(script.requests).toBe(3);
    expect(server.calls).toBe(0);
    expect(cell.record?.intent).toBeUndefined();
  });

  it('runs out under a paused holder: its late commit is still accepted if session and generation match', async () => {
    const { cell, server, open, script } = leased();
    const { tokens } = open({ lock: script.lock });
    const answer = server.hold();
    const waiting = outcome(tokens.getToken());
    await settle();
    script.loseLease();
    answer();
    expect(await waiting).toBe('at-2');
    expect(cell.record).toMatchObject({ gen: 1, tokens: { accessToken: 'at-2' } });
  });

  it('runs out under a paused holder, and another committed first: it adopts', async () => {
    const { cell, server, open, script, rotatedByPeer } = leased();
    const { tokens } = open({ lock: script.lock, subscribe: false });
    const answer = server.hold();
    const waiting = outcome(tokens.getToken());
    await settle();
    script.loseLease();
    cell.put(rotatedByPeer(2));
    answer();
    expect(await waiting).toBe('peer-2');
    expect(cell.record?.gen).toBe(2);
  });

  it('runs out under a paused holder, and another wrote an intent or a dead mark on its generation: the commit goes through', async () => {
    for (const marks of [
      { intent: { gen: 0, owner: 'other', startedAt: 1, attempt: 1 } },
      { dead: { gen: 0, code: 'invalid_grant', at: 1 } },
    ]) {
      const { cell, server, record, open, script } = leased();
      const { tokens } = open({ lock: script.lock, subscribe: false });
      const answer = server.hold();
      const waiting = outcome(tokens.getToken());
      await settle();
      cell.put({ ...record, ...marks });
      answer();
      expect(await waiting).toBe('at-2');
      expect(cell.record).toMatchObject({ gen: 1 });
      expect(cell.record?.dead).toBeUndefined();
    }
  });

  it('of a paused holder runs out, invalid_grant, another’s intent unsettled: waited for, and what it stored adopted', async () => {
    const { clock, cell, record, server, open, script, rotatedByPeer } = leased();
    const { tokens, ofType } = open({ lock: script.lock, subscribe: false });
    server.next(() => {
      cell.put({ ...record, intent: { gen: 0, owner: 'other', startedAt: 1, attempt: 1 } });
      throw httpError(400, { error: 'invalid_grant' });
    });
    const waiting = outcome(tokens.getToken());
    await clock.advance(2000);
    cell.put(rotatedByPeer());
    await clock.advance(2000);
    expect(await waiting).toBe('peer-1');
    expect(ofType('sessionEnded')).toEqual([]);
  });
});
