import { describe, expect, it as once } from '@jest/globals';
import {
  createTokenManager,
  tokenErrorOf,
  type TokenManagerOptions,
  type TokenSet,
} from '../../src/index.ts';
import { home, it } from '../support/both-homes.ts';
import { settle, testClock } from '../support/clock.ts';
import { seededRandom } from '../support/random.ts';
import { errorOf, httpError, outcome, testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

type Opened = ReturnType<typeof testSession>;

const refuse = () => {
  throw httpError(400, { error: 'invalid_grant' });
};

describe('a session to begin with', () => {
  const begin = (tokens: unknown, more: Partial<TokenManagerOptions> = {}) => {
    const seen: TokenSet[] = [];
    const manager = createTokenManager({
      clock: testClock(),
      random: seededRandom(1),
      tokens,
      refresh: async (current: TokenSet) => {
        seen.push(current);
        return { access_token: 'next', refresh_token: 'rt-next', expires_in: 3600 };
      },
      ...more,
    } as TokenManagerOptions);
    return { manager, seen };
  };

  once.each([
    [{ accessToken: 'a', refreshToken: 'r' }],
    [{ access_token: 'a', refresh_token: 'r', expires_in: 3600 }],
  ])('is there at once: %j', async (tokens) => {
    const { manager, seen } = begin(tokens);
    expect([manager.status, manager.issued?.('a')]).toEqual(['signedIn', true]);
    expect(await manager.getToken()).toMatchObject({ accessToken: 'a', generation: 0 });
    expect(await outcome(manager.replaceRejected('a'))).toBe('next');
    expect(seen).toMatchObject([{ accessToken: 'a', refreshToken: 'r' }]);
  });

  once(
    'is that of this manager alone, and never seen by the refresh token in what it gives',
    async () => {
      const first = begin({ accessToken: 'a', refreshToken: 'secret', expiresAt: 0 });
      expect(await outcome(first.manager.getToken())).toBe('next');
      const token = await begin({ accessToken: 'a', refreshToken: 'secret' }).manager.getToken();
      expect(JSON.stringify(token)).not.toContain('secret');
      expect(Object.isFrozen(token)).toBe(true);
    },
  );
});

describe('ready', () => {
  it('says what there is, refreshes nothing, and tells it as one event', async () => {
    const { tokens, server, events } = testSession();
    expect(await Promise.all([tokens.ready(), tokens.ready()])).toEqual(['signedIn', 'signedIn']);
    await settle();
    expect(server.calls).toBe(0);
    expect(events).toMatchObject(
      home() === 'memory' ? [] : [{ type: 'ready', status: 'signedIn' }], // begun with tokens, it was known before anybody listened
    );
    server.next(refuse);
    await outcome(tokens.getToken());
    expect(await tokens.ready()).toBe('ended');
    await tokens.signOut();
    expect(await tokens.ready()).toBe('signedOut');
  });

  it('with acquire tries that, once, and says that nobody is signed in where the server does', async () => {
    const { tokens, server, events } = testSession({ from: 'acquire' });
    expect(tokens.status).toBe('unknown');
    server.next(() => {
      throw httpError(401);
    });
    expect(await Promise.all([tokens.ready(), tokens.ready()])).toEqual(['signedOut', 'signedOut']);
    expect([server.calls, tokens.status]).toEqual([1, 'signedOut']);
    expect(events.filter(({ type }) => type === 'ready')).toMatchObject([{ status: 'signedOut' }]);
    const other = testSession({ from: 'acquire' });
    expect([await other.tokens.ready(), other.server.calls]).toEqual(['signedIn', 1]);
  });

  it('rejects while it cannot be known, and ends with its signal', async () => {
    const { tokens, server } = testSession({ from: 'acquire' });
    server.next(() => {
      throw httpError(429, undefined, { 'retry-after': '3600' });
    });
    expect(await errorOf(tokens.ready())).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      action: 'retry',
    });
    expect([await outcome(tokens.ready()), tokens.status]).toEqual([
      'ERR_REFRESH_UNAVAILABLE',
      'unknown',
    ]);
    const other = testSession({ from: 'acquire' });
    other.server.hold();
    const controller = new AbortController();
    const waiting = other.tokens.ready({ signal: controller.signal });
    controller.abort('left');
    await expect(waiting).rejects.toBe('left');
  });

  once('rejects where the store cannot be read, and knows as soon as it can', async () => {
    const cell = sharedCell({ accessToken: 'a', refreshToken: 'r' });
    const { tokens } = testSession({ store: cell.open() });
    cell.hooks.beforeRead = () => {
      throw new Error('down');
    };
    expect([await outcome(tokens.ready()), tokens.status]).toEqual([
      'ERR_REFRESH_UNAVAILABLE',
      'unknown',
    ]);
    cell.hooks.beforeRead = undefined;
    expect(await tokens.ready()).toBe('signedIn');
    await tokens.close();
    const { tokens: closed } = testSession({ store: cell.open() });
    await closed.close();
    expect(await outcome(closed.ready())).toBe('ERR_CLOSED');
  });

  once.each([
    ['a sign-out', 'signedOut', () => undefined],
    ['a sign-in', 'signedIn', ({ tokens, server }: Opened) => tokens.setSession(server.first)],
  ] as const)('knows where %s comes while it waits for the store', async (_, status, signIn) => {
    const cell = sharedCell({ accessToken: 'a', refreshToken: 'r' });
    const session = testSession({ store: cell.open() });
    cell.hooks.beforeRead = () => new Promise<void>(() => undefined);
    const waiting = session.tokens.ready().catch((error: unknown) => tokenErrorOf(error)?.code);
    await settle();
    cell.hooks.beforeRead = undefined;
    await (signIn(session) ?? session.tokens.signOut());
    expect(await waiting).toBe(status);
  });
});
