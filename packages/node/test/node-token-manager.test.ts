import { channel, tracingChannel } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { memoryStore, type TokenEvent, type TokenManager, tokenErrorOf } from 'unexpired';
import { createNodeTokenManager } from '@unexpired/node';

const expired = () =>
  memoryStore({ accessToken: 'secret-old', refreshToken: 'secret-refresh', expiresAt: 0 });
const fresh = { accessToken: 'secret-new', refreshToken: 'secret-next', expires_in: 3600 };
const codeOf = (asking: Promise<unknown>): Promise<string | undefined> =>
  asking.then(
    () => 'answered',
    (error: unknown) => tokenErrorOf(error)?.code,
  );

describe('a refresh that asks the manager which waits for it', () => {
  it.each<[string, (tokens: TokenManager) => Promise<unknown>]>([
    ['for a token', (tokens) => tokens.getToken()],
    [
      'for a token, with a signal of its own',
      (tokens) => tokens.getToken({ signal: new AbortController().signal }),
    ],
    ['to refresh', (tokens) => tokens.refresh()],
  ])('%s is told so at once, without passing its signal on', async (_what, ask) => {
    const codes: unknown[] = [];
    const tokens: TokenManager = createNodeTokenManager({
      store: expired(),
      async refresh() {
        await new Promise((resolve) => setImmediate(resolve)); // still part of the call
        codes.push(await codeOf(ask(tokens)));
        return fresh;
      },
    });
    expect((await tokens.getToken())?.accessToken).toBe('secret-new');
    expect(codes).toEqual(['ERR_REENTRANT']);
  });

  it('is told so in acquire, too', async () => {
    const codes: unknown[] = [];
    const tokens: TokenManager = createNodeTokenManager({
      async acquire() {
        codes.push(await codeOf(tokens.getToken()));
        return fresh;
      },
    });
    await tokens.getToken();
    expect(codes).toEqual(['ERR_REENTRANT']);
  });

  it('is not meant by what others ask meanwhile, nor by what it leaves behind, nor by what it asks another manager', async () => {
    const other = createNodeTokenManager({
      tokens: { accessToken: 'other' },
      refresh: async () => fresh,
    });
    const asked: Promise<string | undefined>[] = [];
    let settled = (): void => undefined;
    const over = new Promise<void>((resolve) => (settled = resolve));
    const tokens: TokenManager = createNodeTokenManager({
      store: expired(),
      async refresh() {
        asked.push(over.then(() => codeOf(tokens.refresh())));
        asked.push(codeOf(other.getToken()));
        return fresh;
      },
    });
    const all = [tokens.getToken(), tokens.getToken()];
    expect((await Promise.all(all)).map((token) => token?.accessToken)).toEqual([
      'secret-new',
      'secret-new',
    ]);
    settled();
    expect(await Promise.all(asked)).toEqual(['answered', 'answered']);
  });
});

describe('diagnostics_channel', () => {
  async function listening(
    during: () => Promise<void>,
  ): Promise<{ events: TokenEvent[]; spans: [string, unknown][] }> {
    const events: TokenEvent[] = [];
    const spans: [string, unknown][] = [];
    const listener = (event: unknown): void => void events.push(event as TokenEvent);
    const told = (name: string) => (trace: object) =>
      void spans.push([name, structuredClone({ ...trace })]);
    const subscribers = {
      start: told('start'),
      end: told('end'),
      asyncStart: told('asyncStart'),
      asyncEnd: told('asyncEnd'),
      error: told('error'),
    };
    channel('unexpired:event').subscribe(listener);
    tracingChannel('unexpired:refresh').subscribe(subscribers);
    try {
      await during();
    } finally {
      channel('unexpired:event').unsubscribe(listener);
      tracingChannel('unexpired:refresh').unsubscribe(subscribers);
    }
    return { events, spans };
  }

  it('has the events of the manager, and each call as a span, without a token', async () => {
    const { events, spans } = await listening(async () => {
      const tokens = createNodeTokenManager({
        name: 'mine',
        store: expired(),
        refresh: async () => fresh,
      });
      await tokens.getToken();
      await tokens.close();
    });
    expect(events.map(({ type, name }) => [type, name])).toEqual(
      expect.arrayContaining([
        ['refreshStarted', 'mine'],
        ['refreshed', 'mine'],
      ]),
    );
    expect(spans.map(([name]) => name)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    expect(spans[0]).toEqual(['start', { name: 'mine', reason: 'due' }]);
    expect(inspect([events, spans], { depth: 20, showHidden: true })).not.toContain('secret');
  });

  it('shows of a call that failed the name of its error only, and gives the caller the error itself', async () => {
    const reason = Object.assign(new TypeError('secret-text'), {
      status: 400,
      body: { error: 'invalid_grant' },
    });
    let code: string | undefined;
    const { spans } = await listening(async () => {
      const tokens = createNodeTokenManager({
        store: expired(),
        refresh: () => Promise.reject(reason),
      });
      code = await codeOf(tokens.refresh());
    });
    expect(code).toBe('ERR_SESSION_ENDED');
    expect(spans.map(([name]) => name)).toContain('error');
    expect(inspect(spans, { depth: 20, showHidden: true })).not.toContain('secret');
  });

  it('has nothing of a manager that was closed', async () => {
    const tokens = createNodeTokenManager({ store: expired(), refresh: async () => fresh });
    await tokens.close();
    const { events } = await listening(() =>
      tokens.getToken().then(
        () => undefined,
        () => undefined,
      ),
    );
    expect(events).toEqual([]);
  });
});

describe('the manager', () => {
  it('is otherwise the one of createTokenManager', async () => {
    const tokens = createNodeTokenManager({ refresh: async () => fresh });
    const types: string[] = [];
    const unsubscribe = tokens.subscribe(({ type }) => void types.push(type));
    await tokens.setSession({ accessToken: 'secret-first', refreshToken: 'r' });
    expect([tokens.status, tokens.issued?.('secret-first'), tokens.issued?.('another')]).toEqual([
      'signedIn',
      true,
      false,
    ]);
    expect((await tokens.replaceRejected('secret-first'))?.accessToken).toBe('secret-new');
    await tokens.signOut();
    unsubscribe();
    expect([tokens.status, types.at(0), types.at(-1)]).toEqual([
      'signedOut',
      'signedIn',
      'signedOut',
    ]);
  });

  it('says which option is wrong', () => {
    expect(() => createNodeTokenManager(undefined as never)).toThrow(TypeError);
    expect(() => createNodeTokenManager({ refresh: 1 } as never)).toThrow(/refresh/);
  });
});
