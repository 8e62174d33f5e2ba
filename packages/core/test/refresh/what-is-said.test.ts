// How a refresh ends that brings no good token: what its callers are told, and what its report counts.
import { describe, expect, it as once } from '@jest/globals';
import { it } from '../support/both-homes.ts';
import { settle, testClock } from '../support/clock.ts';
import { expired, refreshStage } from '../support/flight.ts';
import { errorOf, outcome, testSession } from '../support/session.ts';

describe('an answer of no use', () => {
  once.each<[string, object, string]>([
    [
      'with a token that stands for cookies',
      { access_token: 'new', token_type: 'Cookie' },
      'the token type "cookie" is for cookieSession()',
    ],
    [
      'with a token that has expired already',
      { access_token: 'new', expires_in: 0 },
      'the access token has already expired',
    ],
  ])('says why: %s', async (_name, answer, why) => {
    const { tokens, server } = testSession();
    server.next(() => answer);
    expect(await errorOf(tokens.getToken())).toMatchObject({
      code: 'ERR_REFRESH_ANSWER',
      message: `The refresh's answer is of no use: ${why}`,
    });
  });

  it('that says nothing of the next refresh token counts as lost', async () => {
    const { tokens, server, ofType } = testSession();
    server.next(() => ({ refresh_token: 'rt-1' }));
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_ANSWER');
    await settle();
    expect(ofType('refreshEnded')).toMatchObject([{ outcome: 'failed', unanswered: 1 }]);
  });

  it('that brings the next refresh token does not', async () => {
    const { tokens, server, ofType } = testSession();
    server.next(() => ({ refresh_token: 'rt-other' }));
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_ANSWER');
    await settle();
    expect(ofType('refreshEnded')).toMatchObject([{ outcome: 'failed', unanswered: 0 }]);
  });
});

describe('a good answer', () => {
  it('whose token has expired at this very moment by an absolute time is used, and the clock is doubted', async () => {
    const { tokens, server, clock, ofType } = testSession();
    const expires_at = new Date(clock.now()).toISOString();
    server.next(() => ({ access_token: 'new', refresh_token: 'rt-2', expires_at }));
    expect(await outcome(tokens.getToken())).toBe('new');
    expect(ofType('warning')).toMatchObject([
      {
        code: 'CLOCK',
        message:
          'A new token had expired on arrival: is the clock of this machine ahead? It is used until the API refuses it',
      },
    ]);
  });

  it('with an expiry by a name that nobody knows is used, and that is said', async () => {
    const { tokens, server, ofType } = testSession();
    server.next(() => ({ access_token: 'new', refresh_token: 'rt-2', expiration: 3600 }));
    expect(await outcome(tokens.getToken())).toBe('new');
    expect(ofType('warning').map(({ code }) => code)).toEqual(['CONFIGURATION']);
  });
});

describe('a refresh', () => {
  /** On a clock that does not begin at zero. */
  const waitingForTheLock = async () => {
    const clock = testClock();
    await clock.advance(5000);
    const stage = refreshStage(expired(1), { clock });
    stage.script.mode = 'never';
    return { ...stage, waiting: outcome(stage.tokens.getToken()) };
  };

  it('that gets no answer says so after 60 s and 5 s more, and that it may have been processed', async () => {
    const { tokens, server, clock } = testSession({ waitTimeout: 200_000 });
    server.next(() => new Promise(() => undefined));
    const told: unknown[] = [];
    void errorOf(tokens.getToken()).then((error) => told.push(error));
    await clock.advance(64_999);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toMatchObject([
      {
        code: 'ERR_REFRESH_UNAVAILABLE',
        message:
          'The refresh got no answer within 60000 ms. If the refresh calls through the client that it serves, pass context.signal on, or set tokens: false',
        delivery: 'unanswered',
      },
    ]);
  });

  once('that waits while its manager closes says so', async () => {
    const { tokens, script } = refreshStage(expired(1));
    script.mode = 'never';
    const waiting = errorOf(tokens.getToken());
    await settle();
    const closing = tokens.close();
    expect(await waiting).toMatchObject({
      code: 'ERR_CLOSED',
      message: 'The token manager was closed',
    });
    await closing;
  });

  once(
    'whose lease runs out before anything was sent begins anew, three times at most',
    async () => {
      let granted = 0;
      const lock = {
        request: async <T>(name: string, _options: unknown, task: (held: object) => Promise<T>) => {
          granted++;
          return task({ name, signal: AbortSignal.abort(new Error('the lease is over')) });
        },
      };
      const { tokens, cell, clock } = refreshStage(expired(1));
      const session = testSession({ clock, store: cell.open({ lock }) });
      expect(await errorOf(session.tokens.getToken())).toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        message: expect.stringMatching(/^The lease of ".+" ran out 3 times$/) as unknown,
      });
      expect([granted, session.server.calls]).toEqual([3, 0]);
      expect(cell.record?.intent).toBeUndefined();
      await tokens.close();
    },
  );

  once('counts its own time, however long there has been a clock', async () => {
    const { clock, script, ofType, waiting } = await waitingForTheLock();
    await clock.advance(30);
    script.mode = 'grant';
    void script.lock.request('lock', {}, () => Promise.resolve());
    expect(await waiting).toBe('new');
    await settle();
    expect(ofType('refreshEnded')).toMatchObject([{ duration: 30, lockWait: 30 }]);
  });

  once('that cannot have the lock counts the wait for it all the same', async () => {
    const { clock, ofType, waiting } = await waitingForTheLock();
    await clock.advance(35_000);
    expect(await waiting).toBe('ERR_REFRESH_UNAVAILABLE');
    await settle();
    expect(ofType('refreshEnded')).toMatchObject([{ duration: 35_000, lockWait: 35_000 }]);
  });
});
