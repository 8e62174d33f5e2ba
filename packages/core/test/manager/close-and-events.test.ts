import { describe, expect } from '@jest/globals';
import { it } from '../support/both-homes.ts';
import { settle } from '../support/clock.ts';
import { jwt } from '../support/jwt.ts';
import { httpError, outcome, testSession } from '../support/session.ts';

const HOUR = 3_600_000;

describe('another subject is another session', () => {
  const of = (sub: string, id: number) => jwt({ iss: 'https://as.example', sub, jti: String(id) });
  const grant = (sub: string, id: number) => ({
    access_token: of(sub, id),
    refresh_token: `rt-${sub}-${id}`,
    expires_in: 3600,
  });

  it('the refresh brings somebody else’s tokens: waiting requests are turned away, and nothing of the old session is replayed', async () => {
    const { tokens, server, events, clock } = testSession({ expiresIn: HOUR });
    server.next(() => grant('ann', 1));
    await tokens.refresh();
    await clock.advance(HOUR / 2);
    events.length = 0;
    server.next(() => grant('bob', 1));
    const waits = [
      outcome(tokens.refresh()),
      outcome(tokens.replaceRejected(of('ann', 1))),
      outcome(tokens.getToken({ validFor: HOUR })),
    ];
    expect(await Promise.all(waits)).toEqual([
      'ERR_SIGNED_OUT',
      'ERR_SIGNED_OUT',
      'ERR_SIGNED_OUT',
    ]);
    await settle();
    expect(await outcome(tokens.getToken())).toBe(of('bob', 1));
    expect(await outcome(tokens.replaceRejected(of('ann', 1)))).toBeUndefined();
    expect(events.map(({ type }) => type).filter((type) => !type.startsWith('refresh'))).toEqual([
      'rejected',
      'signedIn',
    ]);
    expect(server.calls).toBe(2);
  });

  it('the option `subject` says whose opaque tokens are', async () => {
    const { tokens, server, ofType } = testSession({
      expiresIn: HOUR,
      subject: ({ extra }) => extra?.['user'] as string | undefined,
    });
    const answer = (user: string) => () => ({
      access_token: `of-${user}`,
      refresh_token: `rt-${user}`,
      expires_in: 3600,
      user,
    });
    server.next(answer('ann'));
    await tokens.refresh();
    server.next(answer('bob'));
    expect(await outcome(tokens.refresh())).toBe('ERR_SIGNED_OUT');
    await settle();
    expect(await outcome(tokens.getToken())).toBe('of-bob');
    expect(ofType('signedOut')).toEqual([]);
  });
});

describe('close()', () => {
  it('before anything is sent: nothing is, and waiting requests are told', async () => {
    const { server, tokens, clock } = testSession();
    const waits = [outcome(tokens.getToken()), outcome(tokens.refresh())];
    await tokens.close();
    expect(await Promise.all(waits)).toEqual(['ERR_CLOSED', 'ERR_CLOSED']);
    expect(server.calls).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('twice, or unused, is fine; everything but status and close is refused afterwards', async () => {
    const { tokens, clock } = testSession({ expiresIn: HOUR });
    await tokens.getToken();
    await Promise.all([tokens.close(), tokens.close()]);
    await tokens.close();
    expect(tokens.status).toBe('signedIn');
    for (const attempt of [
      () => tokens.getToken(),
      () => tokens.refresh(),
      () => tokens.replaceRejected('at-1'),
      () => tokens.setSession({ accessToken: 'a' }),
      () => tokens.signOut(),
    ])
      expect(await outcome(attempt())).toBe('ERR_CLOSED');
    expect(clock.pending).toBe(0);
    await testSession().tokens.close();
  });

  it('while the token endpoint hangs: within the hard cap', async () => {
    const { clock, server, tokens } = testSession();
    server.next(() => new Promise(() => undefined));
    void outcome(tokens.getToken());
    await settle();
    let closed = false;
    void tokens.close().then(() => (closed = true));
    await clock.advance(65_000);
    expect(closed).toBe(true);
    expect(clock.pending).toBe(0);
  });
});

describe('events', () => {
  it('a listener that throws, or calls back, does not reach into the protocol', async () => {
    const { tokens, server } = testSession();
    const errors: unknown[] = [];
    const original = globalThis.queueMicrotask;
    globalThis.queueMicrotask = (task) => {
      try {
        task();
      } catch (error) {
        errors.push(error);
      }
    };
    try {
      tokens.subscribe(() => {
        throw new Error('a listener failed');
      });
      const inside: Promise<unknown>[] = [];
      tokens.subscribe((event) => {
        if (event.type === 'refreshed') inside.push(outcome(tokens.getToken()));
      });
      expect(await outcome(tokens.getToken())).toBe('at-2');
      expect(await Promise.all(inside)).toEqual(['at-2']);
      await settle(); // what is told after the token was given
    } finally {
      globalThis.queueMicrotask = original;
    }
    expect(errors.length).toBeGreaterThan(0);
    expect(server.calls).toBe(1);
  });

  it('a listener that asks for a token at each event gets one, of one refresh', async () => {
    const { tokens, server, ofType } = testSession();
    const asked: Promise<unknown>[] = [];
    tokens.subscribe(() => {
      if (asked.length < 20) asked.push(outcome(tokens.getToken()));
    });
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['at-2']));
    await settle(); // the flight has landed
    expect([server.calls, ofType('refreshStarted').length, ofType('refreshEnded').length]).toEqual([
      1, 1, 1,
    ]);
  });

  it('a listener may leave, twice, and the same function may listen twice', async () => {
    const { tokens } = testSession();
    let calls = 0;
    const listener = () => void calls++;
    const [one, two] = [tokens.subscribe(listener), tokens.subscribe(listener)];
    one();
    one();
    await tokens.getToken();
    const heard = calls;
    expect(heard).toBeGreaterThan(0);
    two();
    await tokens.refresh();
    expect(calls).toBe(heard);
  });

  it('come after the status has changed, in order, with a fingerprint and never a token', async () => {
    const { tokens, server, events } = testSession();
    const seen: string[] = [];
    tokens.subscribe(({ type }) => seen.push(`${type}: ${tokens.status}`));
    await tokens.getToken();
    server.next(() => {
      throw httpError(401);
    });
    await outcome(tokens.refresh());
    await tokens.signOut();
    expect(seen.filter((line) => line !== 'ready: signedIn')).toEqual([
      'refreshStarted: signedIn',
      'refreshed: signedIn',
      'refreshEnded: signedIn',
      'refreshStarted: signedIn',
      'refreshEnded: signedIn',
      'sessionEnded: ended',
      'signedOut: signedOut',
    ]);
    expect(JSON.stringify(events)).not.toMatch(/at-\d|rt-\d/);
    expect(events.every(({ name, at }) => name === 'session' && at > 0)).toBe(true);
  });
});
