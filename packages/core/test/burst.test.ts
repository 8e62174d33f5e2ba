import { describe, expect, it } from '@jest/globals';
import { createTokenManager, type TokenEvent, tokenErrorOf } from '../src/index.ts';
import { settle, testClock } from './support/clock.ts';
import { strictServer } from './support/server.ts';

const expired = () => {
  const clock = testClock();
  const server = strictServer({ expiresAt: clock.now() - 1 });
  const tokens = createTokenManager({
    tokens: server.first,
    refresh: server.refresh,
    clock,
    random: () => 0.5,
  });
  return { clock, server, tokens };
};
const fresh = () => {
  const clock = testClock();
  const server = strictServer({ expiresAt: clock.now() + 3_600_000 });
  const tokens = createTokenManager({
    tokens: server.first,
    refresh: server.refresh,
    clock,
    random: () => 0.5,
  });
  return { clock, server, tokens };
};

describe('a burst of requests', () => {
  it('that find the token expired makes one refresh, and all get its token', async () => {
    const { server, tokens } = expired();
    const got = await Promise.all(Array.from({ length: 100 }, () => tokens.getToken()));
    expect(new Set(got.map((token) => token?.accessToken))).toEqual(new Set(['at-2']));
    expect(server.calls).toBe(1);
    expect(server.reuses).toBe(0);
  });

  it('that were refused with the same token makes one refresh, and all get its token', async () => {
    const { server, tokens } = fresh();
    await tokens.getToken();
    const got = await Promise.all(
      Array.from({ length: 100 }, () => tokens.replaceRejected('at-1')),
    );
    expect(new Set(got.map((token) => token?.accessToken))).toEqual(new Set(['at-2']));
    expect(server.calls).toBe(1);
  });

  it('with every way in at once makes one refresh', async () => {
    const { clock, server, tokens } = fresh();
    await tokens.getToken();
    await clock.advance(3_599_000);
    const got = await Promise.all([
      tokens.getToken(),
      tokens.replaceRejected('at-1'),
      tokens.refresh(),
      tokens.getToken({ validFor: 600_000 }),
    ]);
    expect(got.map((token) => token?.accessToken)).toEqual(['at-2', 'at-2', 'at-2', 'at-2']);
    expect(server.calls).toBe(1);
  });

  it('whose refresh fails gives every waiter the same error, once, and asks the endpoint no more until the back-off ends', async () => {
    const { clock, server, tokens } = expired();
    server.next(() => {
      throw Object.assign(new Error('Bad Gateway'), { status: 502 });
    });
    const got = await Promise.allSettled(Array.from({ length: 100 }, () => tokens.getToken()));
    const errors = new Set(
      got.map((result) => (result.status === 'rejected' ? result.reason : 'got a token')),
    );
    expect(errors.size).toBe(1);
    expect(tokenErrorOf([...errors][0])?.code).toBe('ERR_REFRESH_UNAVAILABLE');
    const late = tokens.getToken();
    await clock.advance(749);
    expect(server.calls).toBe(1);
    await clock.advance(2); // a request made during the silence joins the next try
    expect((await late)?.accessToken).toBe('at-2');
    expect(server.calls).toBe(2);
  });
});

describe('a late 401', () => {
  it('for an older token is answered with the current one, without a refresh', async () => {
    const { server, tokens } = fresh();
    await tokens.getToken();
    await tokens.refresh();
    expect((await tokens.replaceRejected('at-1'))?.accessToken).toBe('at-2');
    expect(server.calls).toBe(1);
  });

  it('for a token that is not ours changes nothing', async () => {
    const { server, tokens } = fresh();
    await tokens.getToken();
    expect(await tokens.replaceRejected('somebody-elses')).toBeUndefined();
    expect(server.calls).toBe(0);
  });
});

describe('an API that always says 401', () => {
  it('causes at most 5 refreshes in 30 s, and the caller gets its 401', async () => {
    const { clock, server, tokens } = fresh();
    await tokens.getToken();
    const ends = new Set<unknown>();
    for (let tick = 0; tick < 300; tick++) {
      const token = await tokens.getToken();
      if (token !== undefined)
        ends.add(
          await tokens
            .replaceRejected(token.accessToken)
            .catch((error: unknown) => tokenErrorOf(error)?.code),
        );
      await clock.advance(100);
    }
    expect(ends).toContain('ERR_REFRESH_LIMIT');
    expect(server.calls).toBeGreaterThan(0);
    expect(server.calls).toBeLessThanOrEqual(5);
    expect(server.reuses).toBe(0);
  });
});

describe('a session that ends', () => {
  it('rejects all that waited for it with ERR_SESSION_ENDED, says so once, and gives nothing to later requests', async () => {
    const { server, tokens } = expired();
    const events: TokenEvent[] = [];
    tokens.subscribe((event) => events.push(event));
    server.next(() => {
      throw Object.assign(new Error('Bad Request'), {
        response: { status: 400, data: { error: 'invalid_grant' } },
      });
    });
    const got = await Promise.allSettled([tokens.getToken(), tokens.getToken()]);
    expect(
      got.map((result) => result.status === 'rejected' && tokenErrorOf(result.reason)?.code),
    ).toEqual(['ERR_SESSION_ENDED', 'ERR_SESSION_ENDED']);
    expect(events.filter((event) => event.type === 'sessionEnded')).toHaveLength(1);
    expect(tokens.status).toBe('ended');
    expect(await tokens.getToken()).toBeUndefined();
    expect(server.calls).toBe(1);
  });
});

describe('waiting', () => {
  it('ends at once with the signal’s own reason, and nobody else notices', async () => {
    const { server, tokens } = expired();
    const open = server.hold();
    const controller = new AbortController();
    const aborted = tokens.getToken({ signal: controller.signal });
    const other = tokens.getToken();
    await settle();
    const reason = new Error('the user left');
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    open();
    expect((await other)?.accessToken).toBe('at-2');
    expect(server.calls).toBe(1);
  });

  it('ends with ERR_WAIT_LIMIT when the token endpoint hangs, and a late answer is still stored', async () => {
    const { clock, server, tokens } = expired();
    const open = server.hold();
    const late = tokens.getToken();
    const outcome = expect(late).rejects.toMatchObject({ code: 'ERR_WAIT_LIMIT', action: 'retry' });
    await clock.advance(30_000);
    await outcome;
    open();
    await settle();
    expect((await tokens.getToken())?.accessToken).toBe('at-2');
    expect(server.calls).toBe(1);
  });

  it('ends with ERR_SIGNED_OUT when the user signs out before that, and the late answer is discarded', async () => {
    const { server, tokens } = expired();
    const open = server.hold();
    const waiting = tokens.getToken();
    await settle();
    const outcome = expect(waiting).rejects.toMatchObject({ code: 'ERR_SIGNED_OUT' });
    await tokens.signOut();
    await outcome;
    open();
    await settle();
    expect(tokens.status).toBe('signedOut');
    expect(await tokens.getToken()).toBeUndefined();
  });

  it('is refused from inside the refresh instead of deadlocking', async () => {
    const clock = testClock();
    const inside: unknown[] = [];
    const tokens = createTokenManager({
      tokens: { accessToken: 'old', expiresAt: 0 },
      clock,
      async refresh(_, { signal }) {
        inside.push(
          await tokens.getToken({ signal }).catch((error: unknown) => tokenErrorOf(error)?.code),
        );
        return { accessToken: 'new' };
      },
    });
    expect((await tokens.getToken())?.accessToken).toBe('new');
    expect(inside).toEqual(['ERR_REENTRANT']);
  });
});

describe('a session from nothing', () => {
  it('is acquired once by a burst after a reload', async () => {
    const server = strictServer();
    const tokens = createTokenManager({ acquire: server.acquire, clock: testClock() });
    expect(tokens.status).toBe('unknown');
    const got = await Promise.all(Array.from({ length: 20 }, () => tokens.getToken()));
    expect(new Set(got.map((token) => token?.accessToken))).toEqual(new Set(['at-2']));
    expect(server.calls).toBe(1);
    expect(tokens.status).toBe('signedIn');
  });

  it('that nobody has leaves requests unsigned, and the endpoint is not asked for every one of them', async () => {
    const server = strictServer();
    const clock = testClock();
    const tokens = createTokenManager({ acquire: server.acquire, clock });
    server.next(() => {
      throw Object.assign(new Error('Unauthorized'), { status: 401 });
    });
    expect(await tokens.getToken()).toBeUndefined();
    expect(await tokens.getToken()).toBeUndefined();
    expect(server.calls).toBe(1);
    expect(tokens.status).toBe('signedOut');
    await tokens.setSession({ accessToken: 'signed-in' });
    expect((await tokens.getToken())?.accessToken).toBe('signed-in');
  });

  it('is never acquired after signing out', async () => {
    const server = strictServer();
    const tokens = createTokenManager({ acquire: server.acquire, clock: testClock() });
    await tokens.getToken();
    await tokens.signOut();
    expect(await tokens.getToken()).toBeUndefined();
    expect(server.calls).toBe(1);
  });
});

it('closing leaves no timer behind and refuses further use', async () => {
  const { clock, server, tokens } = expired();
  const open = server.hold();
  const waiting = tokens.getToken();
  await settle();
  const closing = tokens.close();
  open();
  await closing;
  expect((await waiting)?.accessToken).toBe('at-2');
  expect(clock.pending).toBe(0);
  await expect(tokens.getToken()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
});
