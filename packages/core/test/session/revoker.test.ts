import { describe, expect, it } from '@jest/globals';
import type { EventBody } from '../../src/session/events.ts';
import { createRevoker } from '../../src/session/revoker.ts';
import type { TokenSet } from '../../src/tokens/tokens.ts';
import { settle, testClock } from '../support/clock.ts';

const TOKENS: TokenSet = { accessToken: 'secret-access', refreshToken: 'secret-refresh' };

function revokerOf(
  revoke: (tokens: TokenSet, context: { signal: AbortSignal }) => Promise<unknown>,
) {
  const clock = testClock();
  const events: EventBody[] = [];
  const about: (string | undefined)[] = [];
  const revoker = createRevoker(revoke, clock, (event, token) => {
    events.push(event);
    about.push(token);
  });
  /** Has `settled()` resolved? */
  const isSettled = async () => {
    let done = false;
    void revoker.settled().then(() => (done = true));
    await settle();
    return done;
  };
  return { clock, events, about, revoker, isSettled };
}

describe('a revocation', () => {
  it('gets the tokens and a signal, and is over when it is answered', async () => {
    const seen: unknown[] = [];
    let answer = (): void => undefined;
    const { revoker, clock, events, isSettled } = revokerOf((tokens, { signal }) => {
      seen.push(tokens, signal.aborted);
      return new Promise<void>((resolve) => (answer = resolve));
    });
    expect(await isSettled()).toBe(true);
    revoker.revoke(TOKENS);
    expect(await isSettled()).toBe(false);
    expect(seen).toEqual([TOKENS, false]);
    answer();
    expect(await isSettled()).toBe(true);
    expect([events, clock.pending]).toEqual([[], 0]);
  });

  it('of tokens that differ in their refresh token alone is asked for each', async () => {
    const asked: (string | undefined)[] = [];
    const { revoker } = revokerOf(async ({ refreshToken }) => void asked.push(refreshToken));
    revoker.revoke(TOKENS);
    revoker.revoke({ ...TOKENS, refreshToken: 'another' });
    await settle();
    expect(asked).toEqual([TOKENS.refreshToken, 'another']);
  });

  it('that failed may be asked for again', async () => {
    let calls = 0;
    const { revoker } = revokerOf(async () => {
      if (++calls === 1) throw new Error('down');
    });
    revoker.revoke(TOKENS);
    await settle();
    revoker.revoke(TOKENS);
    await settle();
    expect(calls).toBe(2);
  });

  it('of the same tokens is asked for once', async () => {
    let calls = 0;
    const { revoker } = revokerOf(async () => void calls++);
    revoker.revoke(TOKENS);
    revoker.revoke({ ...TOKENS });
    await settle();
    revoker.revoke({ ...TOKENS, accessToken: 'other' });
    await settle();
    expect(calls).toBe(2);
  });

  it('that fails is a warning without the tokens, and over', async () => {
    const { revoker, clock, events, about, isSettled } = revokerOf(() =>
      Promise.reject(new Error('no such token: secret-refresh')),
    );
    revoker.revoke(TOKENS);
    expect(await isSettled()).toBe(true);
    expect(events).toEqual([
      {
        type: 'warning',
        code: 'NOT_REVOKED',
        message: 'The revocation failed',
        error: expect.objectContaining({
          code: 'ERR_REFRESH_UNAVAILABLE',
          message: 'The revocation failed',
          cause: expect.objectContaining({ message: 'no such token: [token]' }),
        }),
      },
    ]);
    expect(about).toEqual(['secret-access']);
    expect(clock.pending).toBe(0);
  });

  it.each<[string, object]>([
    ['fetch', new Response('down', { status: 503 })],
    ['got', { statusCode: 400, body: '' }],
  ])('that resolves with a refusal, as %s has it, has failed', async (_, answer) => {
    const { revoker, events } = revokerOf(async () => answer);
    revoker.revoke(TOKENS);
    await settle();
    expect(events).toMatchObject([
      {
        code: 'NOT_REVOKED',
        error: { cause: { message: expect.stringMatching(/^HTTP (503|400)$/) } },
      },
    ]);
  });

  it('that resolves with a success is over', async () => {
    const { revoker, events } = revokerOf(async () => new Response(null, { status: 200 }));
    revoker.revoke(TOKENS);
    await settle();
    expect(events).toEqual([]);
  });

  it('that is not answered within 10 s is aborted, and a warning, once', async () => {
    let signal: AbortSignal | undefined;
    const { revoker, clock, events, isSettled } = revokerOf(
      (_, context) =>
        new Promise((_resolve, reject) => {
          signal = context.signal;
          context.signal.addEventListener('abort', () => reject(context.signal.reason));
        }),
    );
    revoker.revoke(TOKENS);
    await clock.advance(9999);
    expect([signal?.aborted, events.length, await isSettled()]).toEqual([false, 0, false]);
    await clock.advance(1);
    expect([signal?.aborted, await isSettled()]).toEqual([true, true]);
    expect(events).toMatchObject([{ error: { cause: { message: 'no answer within 10000 ms' } } }]);
  });
});

it('where nobody revokes, nothing is done', async () => {
  const clock = testClock();
  const revoker = createRevoker(undefined, clock, () => undefined);
  revoker.revoke(TOKENS);
  await revoker.settled();
  expect(clock.pending).toBe(0);
});
