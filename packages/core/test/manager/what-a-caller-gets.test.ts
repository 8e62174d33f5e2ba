// What somebody gets who asks or waits where more than one thing happens; each rule of `decide` that a manager shows.
import { describe, expect, it as once } from '@jest/globals';
import { tokenErrorOf } from '../../src/index.ts';
import { it } from '../support/both-homes.ts';
import { settle } from '../support/clock.ts';
import { another } from '../support/flight.ts';
import { httpError, outcome, testSession } from '../support/session.ts';
import { holdWrite, stageOf, stored } from '../support/sign-in-stage.ts';

const HOUR = 3_600_000;
const unavailable = () => {
  throw httpError(500);
};
const errorOf = async (promise: Promise<unknown>) =>
  tokenErrorOf(await promise.catch((error: unknown) => error));

describe('a request made while a sign-in is being stored', () => {
  once('belongs to the session that came of it, and is turned away with that', async () => {
    const { tokens, cell, clock, server } = await stageOf(undefined);
    const release = holdWrite(cell);
    const signingIn = tokens.setSession({ ...server.first, expiresAt: clock.now() - 1 });
    const waiting = outcome(tokens.getToken());
    await settle();
    server.hold();
    release();
    await signingIn;
    await settle();
    expect(server.calls).toBe(1);
    cell.put(another('t', clock.now() + 1000));
    cell.notify();
    await settle();
    expect([await waiting, await outcome(tokens.getToken())]).toEqual(['ERR_SIGNED_OUT', 'at-0']);
  });

  once('is turned away where a listener signs out as soon as it is told of that', async () => {
    const { tokens, cell, server } = await stageOf(stored(), { from: 'both' });
    const release = holdWrite(cell);
    const signingIn = tokens.setSession({ accessToken: 'second', refreshToken: 'rt-second' });
    const waiting = [tokens.getToken(), tokens.refresh()].map(outcome);
    await settle();
    tokens.subscribe(({ type }) => void (type === 'signedIn' && tokens.signOut()));
    release();
    await signingIn;
    expect([await Promise.all(waiting), server.calls]).toEqual([
      ['ERR_SIGNED_OUT', 'ERR_SIGNED_OUT'],
      0,
    ]);
  });

  once('is turned away where that failed, and a peer has signed in since', async () => {
    const { tokens, cell, clock } = await stageOf(stored());
    const release = holdWrite(cell);
    const signingIn = outcome(tokens.setSession({ accessToken: 'second' }));
    const waiting = outcome(tokens.getToken());
    await settle();
    cell.hooks.beforeWrite = () =>
      Promise.reject(Object.assign(new Error('read-only'), { delivery: 'answered' }));
    cell.put(another('t', clock.now() + 1000));
    release(); // a conflict: it looks again, and finds the peer's
    expect(await signingIn).toBe('ERR_REFRESH_UNAVAILABLE');
    expect([await waiting, await outcome(tokens.getToken())]).toEqual(['ERR_SIGNED_OUT', 'at-0']);
  });
});

describe('where a session can be had from nothing', () => {
  it('after a sign-out it is looked for only by hand', async () => {
    const { tokens, server } = testSession({ from: 'acquire' });
    await tokens.getToken();
    await tokens.signOut();
    expect([await tokens.getToken(), await tokens.ready(), server.calls]).toEqual([
      undefined,
      'signedOut',
      1,
    ]);
    expect([await outcome(tokens.refresh()), server.calls]).toEqual(['at-3', 2]);
  });

  it('a refresh that was asked for before there was one is content with its first token', async () => {
    const { tokens, server } = testSession({ from: 'acquire' });
    expect([await outcome(tokens.refresh()), server.calls]).toEqual(['at-2', 1]);
    await settle();
    expect(server.calls).toBe(1);
  });

  it('and nobody is signed in, a request goes out unsigned, and a refresh is told how long nobody is asked again', async () => {
    const { tokens, server } = testSession({ from: 'acquire' });
    server.next(() => {
      throw httpError(401);
    });
    expect(await outcome(tokens.getToken())).toBeUndefined();
    expect(await outcome(tokens.getToken())).toBeUndefined();
    expect(await errorOf(tokens.refresh())).toMatchObject({
      code: 'ERR_SIGNED_OUT',
      retryAfter: expect.any(Number),
    });
    expect(server.calls).toBe(1);
  });

  it('a search in its silence is waited for by a request that can, and all join the next one', async () => {
    const { tokens, server, clock } = testSession({ from: 'acquire', random: () => 0 });
    server.next(unavailable);
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_UNAVAILABLE');
    const waiting = [tokens.getToken(), tokens.getToken()].map(outcome);
    await clock.advance(499);
    expect(server.calls).toBe(1);
    await clock.advance(2);
    expect([await Promise.all(waiting), server.calls]).toEqual([['at-2', 'at-2'], 2]);
  });

  it('a search that failed is an error for those who waited for it, also where they could wait for the next one', async () => {
    const { tokens, server } = testSession({ from: 'acquire', waitTimeout: 300_000 });
    server.next(() => {
      throw httpError(429, undefined, { 'retry-after': '120' });
    });
    expect(await errorOf(tokens.getToken())).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      retryAfter: 120_000,
    });
  });

  it('a search that fails while the manager closes says why', async () => {
    const { tokens, server } = testSession({ from: 'acquire' });
    server.next(async () => {
      await settle();
      return unavailable();
    });
    const waiting = outcome(tokens.getToken());
    await settle();
    const closing = tokens.close();
    expect(await waiting).toBe('ERR_REFRESH_UNAVAILABLE');
    await closing;
  });
});

describe('a token that is due', () => {
  it('because it was refused is not given to a request that can have the next one', async () => {
    const { tokens, server } = testSession({ expiresIn: HOUR });
    await tokens.getToken();
    const open = server.hold();
    const refused = outcome(tokens.replaceRejected('at-1'));
    await settle();
    const unsent = outcome(tokens.getToken());
    await settle();
    open();
    expect([await refused, await unsent, server.calls]).toEqual(['at-2', 'at-2', 1]);
  });

  it('is what there is when the refresh fails while the manager closes', async () => {
    const { tokens, server, clock } = testSession({ expiresIn: HOUR });
    await tokens.getToken();
    await clock.advance(HOUR - 20_000);
    const open = server.hold();
    server.next(unavailable);
    const waiting = outcome(tokens.getToken());
    await settle();
    const closing = tokens.close();
    await settle();
    open();
    expect(await waiting).toBe('at-1');
    await closing;
  });

  it('is what there is when the session has ended', async () => {
    const { tokens, server, clock } = testSession({ expiresIn: HOUR });
    await tokens.getToken();
    await clock.advance(HOUR - 20_000);
    server.next(() => {
      throw httpError(400, { error: 'invalid_grant' });
    });
    expect(await outcome(tokens.getToken())).toBe('at-1');
    await settle();
    expect([tokens.status, await outcome(tokens.getToken())]).toEqual(['ended', 'at-1']);
    await clock.advance(20_000);
    expect(await outcome(tokens.getToken())).toBeUndefined();
  });
});

it('a refused request whose refresh brings somebody else keeps its 401, and one that was not sent goes on as they', async () => {
  const theirs = { accessToken: 'theirs', refreshToken: 'rt-theirs' };
  const { tokens } = testSession({
    expiresIn: HOUR,
    subject: ({ accessToken }) => (accessToken === 'theirs' ? 'ben' : 'anna'),
    async refresh() {
      await tokens.setSession(theirs);
      return theirs as never;
    },
  });
  await tokens.getToken();
  const refused = outcome(tokens.replaceRejected('at-1'));
  const unsent = outcome(tokens.getToken());
  expect([await refused, await unsent]).toEqual([undefined, 'theirs']);
});
