import { describe, expect } from '@jest/globals';
import { it } from '../support/both-homes.ts';
import { settle } from '../support/clock.ts';
import { countingSignal } from '../support/counting-signal.ts';
import { httpError, outcome, testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';
import { scriptedLock } from '../support/scripted-lock.ts';

const never = () => new Promise<never>(() => undefined);

describe('a waiter aborts', () => {
  it('only that one leaves, at once, with its own abort reason', async () => {
    const { server, tokens } = testSession();
    const open = server.hold();
    const reasons = [new Error('one'), 'two', undefined];
    const controllers = reasons.map(() => new AbortController());
    const waits = controllers.map(({ signal }) =>
      tokens.getToken({ signal }).catch((reason: unknown) => reason),
    );
    const other = outcome(tokens.getToken());
    await settle();
    controllers.forEach((controller, index) => controller.abort(reasons[index]));
    const ended = await Promise.all(waits);
    expect(ended.slice(0, 2)).toEqual(reasons.slice(0, 2));
    expect((ended[2] as DOMException).name).toBe('AbortError');
    open();
    expect(await other).toBe('at-2');
    expect(server.calls).toBe(1);
  });

  it('before it asks: rejected at once, no refresh is started', async () => {
    const { server, tokens } = testSession();
    const signal = AbortSignal.abort('before');
    expect(await outcome(tokens.getToken({ signal }))).toBe('before');
    expect(await outcome(tokens.refresh({ signal }))).toBe('before');
    await settle();
    expect(server.calls).toBe(0);
  });

  it('before it asks, with a signal of a polyfill, which has no reason: rejected with an AbortError', async () => {
    const { tokens } = testSession();
    const signal = Object.assign(new EventTarget(), { aborted: true }) as AbortSignal;
    await expect(tokens.getToken({ signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('while the store is read, while a sign-in is stored, while the lock is waited for: at once as well', async () => {
    const cell = sharedCell();
    const script = scriptedLock('never');
    const { tokens, clock } = testSession({ store: cell.open(), lock: script.lock, from: 'both' });
    const leaves = async (): Promise<unknown> => {
      const controller = new AbortController();
      const waiting = outcome(tokens.getToken({ signal: controller.signal }));
      await settle();
      controller.abort('left');
      return waiting;
    };
    cell.hooks.beforeRead = never;
    expect(await leaves()).toBe('left');
    cell.hooks.beforeRead = undefined;
    await clock.advance(10_000);
    expect(await leaves()).toBe('left');
    cell.hooks.beforeWrite = never;
    void tokens.setSession({ accessToken: 'a' }).catch(() => undefined);
    expect(await leaves()).toBe('left');
  });
});

describe('its own timeout passes while queued', () => {
  it('leaves with its client’s own error, and the flight goes on', async () => {
    const { server, tokens } = testSession();
    const open = server.hold();
    const controller = new AbortController();
    const waiting = tokens
      .getToken({ signal: controller.signal })
      .catch((reason: unknown) => reason);
    await settle();
    const timeout = new DOMException('The operation timed out', 'TimeoutError');
    controller.abort(timeout);
    expect(await waiting).toBe(timeout);
    open();
    await settle();
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(server.calls).toBe(1);
  });

  it('waitTimeout: each from its own beginning, with ERR_WAIT_LIMIT', async () => {
    const { clock, server, tokens } = testSession({ waitTimeout: 1000 });
    server.hold();
    const first = outcome(tokens.getToken());
    await clock.advance(600);
    let done = false;
    const second = outcome(tokens.getToken()).finally(() => (done = true));
    await clock.advance(400);
    expect(await first).toBe('ERR_WAIT_LIMIT');
    await clock.advance(599);
    expect(done).toBe(false);
    await clock.advance(1);
    expect(await second).toBe('ERR_WAIT_LIMIT');
  });
});

describe('all waiters left', () => {
  it('before dispatch: nothing hangs; there is one call at most, and what it brings is committed', async () => {
    const script = scriptedLock('never');
    const { clock, server, tokens, ofType } = testSession({ lock: script.lock });
    const controller = new AbortController();
    const waits = Array.from({ length: 5 }, () =>
      outcome(tokens.getToken({ signal: controller.signal })),
    );
    await settle();
    expect([script.waiting, server.calls]).toEqual([1, 0]);
    controller.abort('left');
    await Promise.all(waits);
    await clock.advance(35_000);
    expect([clock.pending, server.calls]).toEqual([0, 0]);

    script.mode = 'grant';
    await clock.advance(60_000);
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect([server.calls, server.reuses, ofType('refreshed').length]).toEqual([1, 0, 1]);
  });

  it('after dispatch: it finishes and commits', async () => {
    const { clock, server, tokens, ofType } = testSession();
    const open = server.hold();
    const controller = new AbortController();
    const waits = Array.from({ length: 5 }, () =>
      outcome(tokens.getToken({ signal: controller.signal })),
    );
    await settle();
    controller.abort('left');
    await Promise.all(waits);
    expect(server.seen[0]?.context.signal.aborted).toBe(false);
    await clock.advance(50_000);
    open();
    await settle();
    expect(ofType('refreshed')).toHaveLength(1);
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(clock.pending).toBe(0);
  });
});

describe('sign-out while queued', () => {
  it.each(['getToken', 'refresh'] as const)(
    '%s is rejected with the signed-out error, at once',
    async (method) => {
      const { server, tokens } = testSession();
      server.hold();
      const waiting = outcome(tokens[method]());
      await settle();
      await tokens.signOut();
      expect(await waiting).toBe('ERR_SIGNED_OUT');
    },
  );

  it('before the store was read: rejected as well, and what the store held is not handed out', async () => {
    const { server, clock } = testSession({ expiresIn: 3_600_000 });
    const store = sharedCell(server.first).open();
    const { tokens } = testSession({ clock, server, store });
    const waiting = outcome(tokens.getToken());
    const signingOut = tokens.signOut();
    expect(await waiting).toBe('ERR_SIGNED_OUT');
    expect(await outcome(tokens.getToken())).toBeUndefined();
    await signingOut;
    expect(await outcome(tokens.getToken())).toBeUndefined();
    expect(server.calls).toBe(0);
  });

  it('before the store was read, and once more: the read that is under way does not bring the session back', async () => {
    const { clock, server } = testSession();
    const cell = sharedCell(server.first);
    const { tokens, ofType } = testSession({ clock, server, store: cell.open() });
    let answer = (): void => undefined;
    cell.hooks.afterRead = () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      });
    const waiting = outcome(tokens.getToken());
    await settle();
    const first = tokens.signOut();
    const second = tokens.signOut();
    cell.hooks.afterRead = undefined;
    answer();
    await Promise.all([first, second]);
    expect(await waiting).toBe('ERR_SIGNED_OUT');
    expect(await outcome(tokens.getToken())).toBeUndefined();
    expect([tokens.status, ofType('signedIn'), cell.record?.status]).toEqual([
      'signedOut',
      [],
      'signedOut',
    ]);
    expect(server.calls).toBe(0);
  });

  it('by a peer: the same, as soon as it is noticed', async () => {
    const { server, clock } = testSession();
    const cell = sharedCell(server.first);
    const one = testSession({ clock, server, store: cell.open() });
    const two = testSession({ clock, server, store: cell.open(), seed: 2 });
    server.hold();
    const waiting = outcome(one.tokens.getToken());
    await settle();
    await two.tokens.signOut();
    await settle();
    expect(await waiting).toBe('ERR_SIGNED_OUT');
  });

  it('of nobody, while tokens are acquired: rejected, and what is acquired is discarded', async () => {
    const { server, tokens } = testSession({ from: 'acquire' });
    const open = server.hold();
    const waiting = outcome(tokens.getToken());
    await settle();
    await tokens.signOut();
    expect(await waiting).toBe('ERR_SIGNED_OUT');
    open();
    await settle();
    expect(tokens.status).toBe('signedOut');
    expect(await outcome(tokens.getToken())).toBeUndefined();
    expect(server.calls).toBe(1);
  });
});

describe('sign-in as somebody else while queued', () => {
  it('rejected with the session-changed error, never given the other session’s token', async () => {
    const { server, tokens } = testSession();
    const open = server.hold();
    const waits = [outcome(tokens.getToken()), outcome(tokens.refresh())];
    await settle();
    // The refresh may yet turn out to be what was announced, so who waits for it waits until it settles.
    await tokens.setSession({ accessToken: 'other' });
    open();
    expect(await Promise.all(waits)).toEqual(['ERR_SIGNED_OUT', 'ERR_SIGNED_OUT']);
    expect(await outcome(tokens.getToken())).toBe('other');
  });

  it('requests made while it is stored wait for it, and get its token', async () => {
    const { tokens } = testSession({ expiresIn: 3_600_000 });
    await tokens.getToken();
    const signingIn = tokens.setSession({ accessToken: 'other' });
    const waits = Array.from({ length: 5 }, () => outcome(tokens.getToken()));
    expect(await Promise.all(waits)).toEqual(Array.from({ length: 5 }, () => 'other'));
    await signingIn;
  });

  it('by a third before it is stored: requests made for the second are turned away', async () => {
    const { tokens } = testSession({ expiresIn: 3_600_000, store: sharedCell().open() });
    const second = tokens.setSession({ accessToken: 'second' });
    const waiting = outcome(tokens.getToken());
    const third = tokens.setSession({ accessToken: 'third' });
    const later = outcome(tokens.getToken());
    expect(await waiting).toBe('ERR_SIGNED_OUT');
    expect(await later).toBe('third');
    await Promise.all([second, third]);
    expect(await outcome(tokens.getToken())).toBe('third');
  });

  it('and out again before it is stored: requests made for it are turned away, and it never was', async () => {
    const { tokens } = testSession({ expiresIn: 3_600_000, store: sharedCell().open() });
    const signingIn = outcome(tokens.setSession({ accessToken: 'second' }));
    const waiting = outcome(tokens.getToken());
    const signingOut = tokens.signOut();
    expect(await waiting).toBe('ERR_SIGNED_OUT');
    expect(await signingIn).toBe('ERR_SIGNED_OUT');
    await signingOut;
    expect(await outcome(tokens.getToken())).toBeUndefined();
    expect(tokens.status).toBe('signedOut');
  });

  it('that cannot be stored: the sign-in rejects, the old session stays, and requests made during it get it', async () => {
    const cell = sharedCell({ accessToken: 'first' });
    const { tokens, clock } = testSession({ store: cell.open(), waitTimeout: 1000 });
    await tokens.getToken();
    cell.hooks.beforeWrite = () => Promise.reject(new Error('disk full'));
    const signingIn = outcome(tokens.setSession({ accessToken: 'second' }));
    const waiting = outcome(tokens.getToken());
    await clock.advance(999); // it is tried again as long as its caller waits
    expect(await signingIn).toBe('ERR_REFRESH_UNAVAILABLE');
    expect(await waiting).toBe('first');
    expect(tokens.status).toBe('signedIn');
  });

  it('that takes too long to be stored: a wait for it ends with an error, not with the old session’s token', async () => {
    const cell = sharedCell({ accessToken: 'first' });
    const { tokens, clock } = testSession({ store: cell.open(), waitTimeout: 1000 });
    await tokens.getToken();
    cell.hooks.beforeWrite = never;
    void tokens.setSession({ accessToken: 'second' }).catch(() => undefined);
    const waiting = outcome(tokens.getToken());
    await clock.advance(1000);
    expect(await waiting).toBe('ERR_WAIT_LIMIT');
  });
});

describe('queue full', () => {
  it('the newcomer gets an error at once, the others their token', async () => {
    const { server, tokens } = testSession({ maxWaiting: 3 });
    const open = server.hold();
    const waits = Array.from({ length: 3 }, () => outcome(tokens.getToken()));
    expect(await outcome(tokens.getToken())).toBe('ERR_WAIT_LIMIT');
    open();
    expect(await Promise.all(waits)).toEqual(['at-2', 'at-2', 'at-2']);
    expect(await outcome(tokens.getToken())).toBe('at-2');
  });

  it('by default at 100,000', async () => {
    const { server, tokens } = testSession();
    const open = server.hold();
    const waits = Array.from({ length: 100_000 }, () => tokens.getToken());
    expect(await outcome(tokens.getToken())).toBe('ERR_WAIT_LIMIT');
    open();
    expect(new Set(await Promise.all(waits)).size).toBe(1);
    expect(server.calls).toBe(1);
  }, 20_000);
});

describe('every waiter settles', () => {
  it.each([
    ['reads', 'beforeRead'],
    ['writes', 'beforeWrite'],
  ] as const)('when the store hangs on %s', async (_, hook) => {
    const { server, clock } = testSession();
    const cell = sharedCell(server.first);
    const { tokens } = testSession({ clock, server, store: cell.open() });
    cell.hooks[hook] = never;
    const waits = [outcome(tokens.getToken()), outcome(tokens.refresh())];
    await clock.advance(30_000);
    expect(await Promise.all(waits)).toEqual([
      'ERR_REFRESH_UNAVAILABLE',
      'ERR_REFRESH_UNAVAILABLE',
    ]);
    expect(server.calls).toBe(0);
  });

  it.each(['never', 'deaf'] as const)('when the lock is granted %s', async (mode) => {
    const { server, clock, tokens } = testSession({ lock: scriptedLock(mode).lock });
    const waits = [outcome(tokens.getToken()), outcome(tokens.refresh())];
    await clock.advance(30_000);
    expect(await Promise.all(waits)).toEqual(['ERR_WAIT_LIMIT', 'ERR_WAIT_LIMIT']);
    expect(server.calls).toBe(0);
    await clock.advance(10_000);
    expect(clock.pending).toBe(0);
  });

  it('with the same error object, once, when the flight fails', async () => {
    const { server, tokens } = testSession();
    server.next(() => {
      throw httpError(502);
    });
    const errors = await Promise.all(
      Array.from({ length: 1000 }, () => tokens.getToken().catch((error: unknown) => error)),
    );
    expect(new Set(errors).size).toBe(1);
  });

  it('and leaves no listener on a signal that lives long, however it ended', async () => {
    const { clock, server, tokens } = testSession();
    const long = countingSignal();
    for (let round = 0; round < 100; round++) {
      const waits = Array.from({ length: 1000 }, () =>
        outcome(tokens.getToken({ signal: long.signal })),
      );
      if (round % 10 === 3)
        server.next(() => {
          throw httpError(500);
        });
      await Promise.all(waits);
      expect(long.listeners).toBe(0);
      await clock.advance(3_600_000);
    }
    expect(server.reuses).toBe(0);
  }, 20_000);
});
