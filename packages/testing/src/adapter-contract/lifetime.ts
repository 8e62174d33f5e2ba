import { createTokenManager, tokenErrorOf } from 'unexpired';
import { equal, rejection } from './check.ts';
import { startSession } from './session.ts';
import type { ContractContext } from './types.ts';

/** How a session begins and ends around requests that are under way. */
export function lifetime({ adapter, api, it }: ContractContext): void {
  const gate = (): { readonly open: () => void; readonly opened: Promise<void> } => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    return { open: () => open(), opened };
  };

  it('rejects with ERR_SIGNED_OUT what was not sent yet when the user signs out while refreshing', async () => {
    const [called, answer] = [gate(), gate()];
    const session = startSession(api(), {
      start: 'expired',
      refresh: (_context, next) => (called.open(), answer.opened.then(next)),
    });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    const waiting = [1, 2, 3].map(() => rejection(send({ url: `${api().origin}/echo` })));
    await called.opened;
    await session.tokens.signOut();
    const codes = (await Promise.all(waiting)).map((error) => tokenErrorOf(error)?.code);
    equal(codes, ['ERR_SIGNED_OUT', 'ERR_SIGNED_OUT', 'ERR_SIGNED_OUT'], 'codes');
    answer.open();
    await session.tokens.close();
    equal(
      [session.tokens.status, session.refreshes, api().requests.length],
      ['signedOut', 1, 0],
      'status, refreshes and requests',
    );
  });

  it('gives the client its own 401, explained, when the user signs out while refreshing, and replays nothing', async () => {
    const [called, answer] = [gate(), gate()];
    const session = startSession(api(), {
      refresh: (_context, next) => (called.open(), answer.opened.then(next)),
    });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    const waiting = send({ url: `${api().origin}/echo` });
    await called.opened;
    await session.tokens.signOut();
    answer.open();
    const { status, explained } = await waiting;
    equal([status, tokenErrorOf(explained)?.code], [401, 'ERR_SIGNED_OUT'], 'answer');
    await session.tokens.close();
    equal([session.refreshes, api().requests.length], [1, 1], 'refreshes and requests');
  });

  it('rejects with ERR_WAIT_LIMIT while the token endpoint hangs, and uses its answer when that comes', async () => {
    api().reset('good-1');
    const answer = gate();
    let refreshes = 0;
    const tokens = createTokenManager({
      tokens: { accessToken: 'old-0', refreshToken: 'refresh-0', expiresAt: 0 },
      waitTimeout: 1,
      async refresh() {
        refreshes++;
        await answer.opened;
        return { accessToken: 'good-1', refreshToken: 'refresh-1' };
      },
    });
    const send = adapter.create(tokens, { origins: [api().origin] });
    const errors = await Promise.all(
      [1, 2, 3].map(() => rejection(send({ url: `${api().origin}/echo` }))),
    );
    const codes = errors.map((error) => tokenErrorOf(error)?.code);
    equal(codes, ['ERR_WAIT_LIMIT', 'ERR_WAIT_LIMIT', 'ERR_WAIT_LIMIT'], 'codes');
    const refreshed = new Promise<void>((resolve) =>
      tokens.subscribe(({ type }) => type === 'refreshed' && resolve()),
    );
    answer.open();
    await refreshed;
    equal((await send({ url: `${api().origin}/echo` })).status, 200, 'status');
    equal([refreshes, api().requests.length], [1, 1], 'refreshes and requests');
  });

  it('finds a session that a cookie holds again after a reload, once for a burst', async () => {
    api().reset('good-1');
    const acquired: string[] = [];
    const tokens = createTokenManager({
      async acquire({ reason }) {
        acquired.push(reason);
        return { accessToken: 'good-1' };
      },
    });
    const send = adapter.create(tokens, { origins: [api().origin] });
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => send({ url: `${api().origin}/echo` })),
    );
    equal(new Set(answers.map(({ status }) => status)).size, 1, 'kinds of answers');
    equal(
      [answers[0]?.status, acquired, api().requests.length],
      [200, ['empty'], 10],
      'status, calls and requests',
    );
  });

  it('sends the sign-in request unsigned when no cookie holds a session, asked for through the same client', async () => {
    api().reset('good-1');
    const tokens = createTokenManager({
      async acquire({ signal }) {
        const own = adapter.keepsSignal === false ? { tokens: false as const } : { signal };
        const { status } = await send({
          url: `${api().origin}/never`,
          method: 'POST',
          body: '{}',
          ...own,
        });
        throw Object.assign(new Error('refused'), { status });
      },
    });
    const send = adapter.create(tokens, { origins: [api().origin] });
    equal(
      (await send({ url: `${api().origin}/public`, method: 'POST', body: '{}' })).status,
      200,
      'sign-in',
    );
    equal(tokens.status, 'signedOut', 'status');
    const sent = api().requests.map(({ path, authorization }) => `${path} ${authorization}`);
    equal(sent, ['/never undefined', '/public undefined'], 'requests');
  });
}
